import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../fixture.ts';
import { systemError } from '../memory-disk.ts';
import { openKeys } from './fixture.ts';
import { SealingMemoryDisk } from './sealing-memory-disk.ts';

interface Known {
  readonly keys: Map<number, string>;
  readonly destroying: Set<number>;
  readonly destroyed: Set<number>;
}

const copy = (known: Known): Known => ({
  keys: new Map(known.keys),
  destroying: new Set(known.destroying),
  destroyed: new Set(known.destroyed),
});

const nextTurn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

/** Random numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a power failure', () => {
  test('loses no key that was handed out and brings back none that was destroyed', async () => {
    let handedOut = 0;
    let destroyedInAll = 0;
    let failures = 0;
    const property = fc.asyncProperty(fc.integer(), async (seed) => {
      const random = randomFrom(seed);
      const folder = join(await temporaryFolder(), 'keys');
      await mkdir(folder);
      let disk = new SealingMemoryDisk();
      let known: Known = { keys: new Map(), destroying: new Set(), destroyed: new Set() };

      for (let life = 0; life < 4; life++) {
        const highest = Math.max(-1, ...known.keys.keys());
        // The log may not have made it durable that the last ones were used.
        const durable = highest < 0 ? highest : Math.max(0, highest - Math.floor(random() * 20));
        const usedUpTo = durable < 0 ? undefined : durable;
        const now = copy(known);
        // From here on the power fails at some operation: what is known then must hold.
        let left = 1 + Math.floor(random() * (life === 0 ? 40 : 25));
        let failed: { disk: SealingMemoryDisk; known: Known } | undefined;
        const current = disk;
        current.before = async (operation) => {
          // Some take long enough for what must wait for them to go on without.
          for (let turns = random() < 0.5 ? 0 : random() * 20; turns >= 1; turns--) await nextTurn();
          left--;
          if (left <= 0 && failed === undefined) {
            failed = { disk: current.afterPowerFailure(() => random() < 0.5), known: copy(now) };
          }
          if (failed !== undefined) throw systemError('EIO');
          if (operation === 'write' && random() < 0.03) throw systemError('EIO');
        };
        try {
          const keys = await openKeys({
            folder,
            disk: current,
            key: null,
            ...(usedUpTo === undefined ? {} : { usedUpTo }),
          });
          for (const [slot, key] of known.keys) {
            if (known.destroyed.has(slot)) expect([slot, keys.stateOf(slot)]).toEqual([slot, 'destroyed']);
            else if (!known.destroying.has(slot) || keys.stateOf(slot) === 'live')
              expect([slot, keys.keyOf(slot)?.toString('hex')]).toEqual([slot, key]);
            if (keys.stateOf(slot) === 'destroyed') now.destroyed.add(slot);
          }
          const destructions: Promise<void>[] = [];
          for (let step = 0; step < 60 && failed === undefined; step++) {
            const burst = random() < 0.2 ? 400 : 5;
            for (let n = 0; n < burst; n++) {
              try {
                const slot = keys.allocate();
                expect(now.destroyed.has(slot)).toBe(false);
                now.keys.set(slot, keys.keyOf(slot)?.toString('hex') ?? 'none');
                handedOut++;
              } catch (error) {
                expect((error as { reason?: string }).reason).toMatch(/QUEUE_FULL|AUDIT_LOG_FAILED/);
                break;
              }
            }
            const slots = [...now.keys.keys()].filter(() => random() < 2 / (now.keys.size + 1));
            const own = slots.filter((slot) => slot > 0 && slot <= Math.max(durable, ...now.keys.keys()));
            for (const slot of own) now.destroying.add(slot);
            destructions.push(
              keys.destroy(own).then(
                () => {
                  for (const slot of own) now.destroyed.add(slot);
                  destroyedInAll += own.length;
                },
                () => {},
              ),
            );
            if (random() < 0.3) await Promise.all(destructions);
            else if (random() < 0.5) await nextTurn();
          }
          await Promise.all(destructions);
          current.before = () => {};
          await keys.close();
        } catch (error) {
          expect((error as { reason?: string; stack?: string }).reason, (error as Error).stack).toMatch(
            /AUDIT_LOG_FAILED|QUEUE_FULL/,
          );
        }
        if (failed !== undefined) failures++;
        const end = failed ?? { disk: current.afterPowerFailure(() => random() < 0.5), known: now };
        disk = end.disk;
        known = end.known;
      }
    });
    await fc.assert(property, { numRuns: 25 });
    expect(handedOut).toBeGreaterThan(1000);
    expect(destroyedInAll).toBeGreaterThan(20);
    expect(failures).toBeGreaterThan(25);
  });
});
