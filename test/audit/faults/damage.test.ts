import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditService } from '../../../services/audit/service.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createLogKey } from '../../../services/kit/transparency/log-key.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { append, errorOf, get, reasonOf, testCall } from '../fixture.ts';
import { type Area, areaOf } from './gate.ts';
import type { Remains } from './life.ts';
import { appendAbout, erase, World } from './world.ts';

interface Kept {
  readonly recordId: string;
  readonly leafHash: string;
  readonly state: string;
}

/** A log with a bit of everything, closed, and what its records are like. */
let whole: Remains;
let logKey: Buffer;
const kept: Kept[] = [];
const large = 'n'.repeat(40_000);

beforeAll(async () => {
  const world = await World.make();
  const audit = await world.open();
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    ids.push(await appendAbout(audit, n % 3 === 0 ? '' : `passenger=${n % 5}`, n % 4 === 0 ? large : 'n'));
    await append(audit, { size: 30_000 });
  }
  await Promise.all(Array.from({ length: 300 }, () => append(audit)));
  for (let n = 0; n < 3; n++) ids.push(await appendAbout(audit, `passenger=${n}`));
  await erase(audit, 'passenger=1');
  for (const recordId of ids) {
    const { contentState, receipt } = await get(audit, recordId);
    kept.push({ recordId, leafHash: receipt?.leafHash.toString('hex') ?? '', state: contentState });
  }
  await world.close();
  whole = world.remains;
  logKey = await world.logKey();
  await world.remove();
});

/** A world that goes on from the whole one; `damage` may change its disk. */
async function damaged(
  damage: (remains: Remains) => void = () => {},
  index: 'kept' | 'removed' = 'kept',
): Promise<World> {
  const world = await World.begin();
  await world.setLogKey(logKey);
  const remains = { ...whole, disk: whole.disk.afterKill() };
  damage(remains);
  world.remains = index === 'kept' ? remains : { ...remains, index: undefined };
  return world;
}

function flip({ disk }: Remains, path: string, at: number, bit = 0): void {
  const inode = disk.names.get(path);
  assert(inode !== undefined);
  inode.write(Buffer.of(inode.content.readUInt8(at) ^ (1 << bit)), at);
  inode.sync();
}

function pathsIn(area: Area): string[] {
  return [...whole.disk.names.keys()].filter((path) => areaOf(path) === area).sort();
}

function middleOf(path: string): number {
  return Math.floor((whole.disk.names.get(path)?.content.length ?? 0) / 2);
}

describe('a bit that changed', () => {
  test('in a segment stops a start that reads it, naming file and place, and is named by who reads it later', async () => {
    const segments = pathsIn('log');
    expect(segments.length).toBeGreaterThan(2);
    for (const path of segments) {
      const at = middleOf(path);
      const isLast = path === segments.at(-1);
      for (const index of ['removed', 'kept'] as const) {
        const world = await damaged((remains) => flip(remains, path, at), index);
        if (index === 'removed' || isLast) {
          const error = await errorOf(world.open());
          expect(error.reason).toBe('STATE_CORRUPT');
          expect(error.details.metadata?.file).toContain(path);
          expect(Number(error.details.metadata?.offset)).toBeLessThanOrEqual(at);
          continue;
        }
        const audit = await world.open();
        const seen = await statesOf(audit);
        expect(seen.filter(({ reason }) => reason === 'STATE_CORRUPT').length).toBeLessThan(2);
        const bundle = await errorOf(
          audit.handlers.ReadLog({ path: `tile/entries/000` }, testCall()).then(() => {}),
        );
        expect(bundle.reason).toBe('STATE_CORRUPT');
        expect(bundle.details.metadata?.file).toContain(path);
      }
    }
  });

  test('in a tile is mended from the log', async () => {
    const [path = ''] = pathsIn('tile');
    const world = await damaged((remains) => flip(remains, path, middleOf(path)));
    const audit = await world.open();
    await statesOf(audit);
    await audit.handlers.GetConsistencyProof({ fromSize: '100', toSize: '0' }, testCall());
    await world.close();
    const mended = world.remains.disk.names.get(path)?.content;
    expect(mended?.equals(whole.disk.names.get(path)?.content ?? Buffer.alloc(0))).toBe(true);
  });

  test.each([
    ['head', 'STATE_CORRUPT', 'tree/head'],
    ['vkey', 'CONFIG_INVALID', 'log.key'],
    ['keys', 'STATE_CORRUPT', 'keys/'],
  ] as const)('in %s stops the start with %s', async (area, reason, file) => {
    for (const path of pathsIn(area)) {
      const world = await damaged((remains) => flip(remains, path, middleOf(path)));
      const error = await errorOf(world.open());
      // Half of a master key is another one.
      expect(path === 'keys/master.key' ? [reason, 'CONFIG_INVALID'] : [reason]).toContain(error.reason);
      expect(error.message).toContain(file);
    }
  });

  test('in the key of a subject loses its records alone, which is an alarm, and its next record gets another key', async () => {
    const world = await damaged((remains) => flip(remains, 'keys/subjects', 64 * 2 + 30));
    const audit = await world.open();
    const states = await statesOf(audit);
    const lost = states.filter(({ state }) => state === 'CONTENT_STATE_LOST');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(5);
    expect(world.life.metrics.counts.get('scoremesh_audit_lost_content_total{}')).toBe(lost.length);
    for (let n = 0; n < 5; n++) {
      const { contentState } = await get(audit, await appendAbout(audit, `passenger=${n}`));
      expect(contentState).toBe('CONTENT_STATE_PRESENT');
    }
  });

  test('in the key of nobody stops the start', async () => {
    const world = await damaged((remains) => flip(remains, 'keys/subjects', 30));
    expect((await errorOf(world.open())).message).toContain('its first slot is damaged');
  });

  test('in a large content is named when that is read', async () => {
    for (const path of pathsIn('payloads')) {
      const world = await damaged((remains) => flip(remains, path, middleOf(path)));
      const states = await statesOf(await world.open());
      expect(states.filter(({ reason }) => reason !== undefined)).toEqual([{ reason: 'STATE_CORRUPT' }]);
    }
  });

  test('anywhere is a named error, a repair, or nothing that anybody asks for: never a wrong answer', async () => {
    const paths = [...whole.disk.names.keys()].sort();
    const place = fc.record({
      path: fc.constantFrom(...paths),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bit: fc.nat({ max: 7 }),
      index: fc.constantFrom('kept' as const, 'removed' as const),
    });
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(place, async ({ at, bit, index, path }) => {
      const size = whole.disk.names.get(path)?.content.length ?? 0;
      fc.pre(size > 0);
      const world = await damaged((remains) => flip(remains, path, Math.floor(at * size), bit), index);
      const came = await whatComes(world, areaOf(path));
      seen.set(came, (seen.get(came) ?? 0) + 1);
      await world.stop();
    });
    await fc.assert(property, { numRuns: 60, endOnFailure: true });
    expect(seen.size).toBeGreaterThan(1);
  });
});

describe('a log key', () => {
  test('that is another one than the log was signed with stops the start, and changes nothing', async () => {
    const world = await damaged();
    const other = join(world.folder, 'other.key');
    const vkey = (await createLogKey(other, 'faults.test/log')).vkey;
    await world.setLogKey(await readFile(other));
    const error = await errorOf(world.open());
    expect(error.reason).toBe('CONFIG_INVALID');
    expect(error.message).toContain(vkey);
    await world.crash('kill');
    await world.setLogKey(logKey);
    await statesOf(await world.open());
  });

  test('that is gone, or is none, stops the start', async () => {
    const world = await damaged();
    await writeFile(world.logKeyFile, 'rubbish', { mode: 0o600 });
    expect(await reasonOf(world.open())).toBe('CONFIG_INVALID');
    await world.crash('kill');
    await rm(world.logKeyFile);
    expect(await reasonOf(world.open())).toBe('CONFIG_INVALID');
  });
});

/** What reading each record comes to; fails where an answer is another than before. */
async function statesOf(
  audit: AuditService,
): Promise<
  (
    | { readonly state: string; readonly reason?: never }
    | { readonly reason: string; readonly state?: never }
  )[]
> {
  const found = [];
  for (const { leafHash, recordId, state } of kept) {
    try {
      const response = await get(audit, recordId);
      expect(response.record?.recordId).toBe(recordId);
      expect(response.receipt?.leafHash.toString('hex')).toBe(leafHash);
      if (response.contentState !== 'CONTENT_STATE_LOST') expect(response.contentState).toBe(state);
      found.push({ state: response.contentState });
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      found.push({ reason: error.reason });
    }
  }
  return found;
}

async function whatComes(world: World, area: Area): Promise<string> {
  let audit: AuditService;
  try {
    audit = await world.open();
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    expect(['STATE_CORRUPT', 'CONFIG_INVALID']).toContain(error.reason);
    return `${area} stops the start`;
  }
  const states = await statesOf(audit);
  for (const { reason, state } of states) {
    if (reason !== undefined) expect(reason).toBe('STATE_CORRUPT');
    if (state === 'CONTENT_STATE_LOST') expect(area).toBe('subjects');
  }
  const vkey = String(
    world.life.log.lines.findLast(({ message }) => message === 'audit log open')?.fields.vkey,
  );
  const logs = [parseVerifierKey(vkey, signatureTypes.log)];
  for (const { leafHash, recordId } of kept.slice(0, 4))
    try {
      const { receipt } = await audit.handlers.GetReceipt({ recordId, cosigned: false }, testCall());
      expect(verifyReceipt(receipt?.proof ?? '', { logs }).leafHash.toString('hex')).toBe(leafHash);
    } catch (error) {
      expect((error as MeshError).reason).toBe('STATE_CORRUPT');
    }
  await append(audit);
  return `${area} is mended or named`;
}
