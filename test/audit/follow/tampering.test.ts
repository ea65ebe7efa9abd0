import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogClient } from '../../../services/audit/follow/log-source.ts';
import { appendMany, openAudit, temporaryFolder } from '../fixture.ts';
import { dayMs, filledLog } from '../operation/filled-log.ts';
import { openFollower, readLog, until } from './fixture.ts';
import { lying } from './lying-source.ts';

const kinds = {
  checkpoint: /^checkpoint$/,
  entries: /^tile\/entries\//,
  hashes: /^tile\/0\//,
  proof: /^proof$/,
};
const damages: Readonly<Record<string, (content: Buffer, place: number, bit: number) => Buffer>> = {
  flip: (content, place, bit) => {
    const at = Math.floor(place * content.length);
    content[at] = content.readUInt8(at) ^ (1 << bit);
    return content;
  },
  cut: (content, place) => content.subarray(0, Math.floor(place * content.length)),
  lengthen: (content, _place, bit) => Buffer.concat([content, Buffer.alloc(1 + bit * 31, bit)]),
  repeat: (content) => Buffer.concat([content, content]),
};

const lie = fc.record({
  kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
  nth: fc.nat(2),
  damage: fc.constantFrom(...Object.keys(damages)),
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  bit: fc.nat(7),
});
type Lie = typeof lie extends fc.Arbitrary<infer T> ? T : never;

/** Follows a source that lies once, then is honest. Whether it lied, and what was refused. */
async function follow(
  honest: LogClient,
  vkey: string,
  size: () => number,
  { bit, damage, kind, nth, place }: Lie,
) {
  let asked = 0;
  let isLie = false;
  const source = lying(honest, (path, content) => {
    if (!kinds[kind].test(path) || content.length === 0 || asked++ !== nth) return content;
    isLie = true;
    return (damages[damage] as (typeof damages)[string])(content, place, bit);
  });
  const folder = join(await temporaryFolder(), 'audit');
  const replica = await openFollower({ folder, vkey, pollMs: 1, maxBackoffMs: 2 }, source);
  const refused = (): string[] =>
    [...replica.metrics.counts.keys()].filter((name) => name.includes('replica_refusals'));
  await until(() => replica.size() === size() && (!isLie || refused().length > 0));
  const checkpoint = await readLog(replica, 'checkpoint');
  const tile = await readLog(replica, 'tile/0/000');
  const last = await readLog(replica, 'tile/entries/002.p/88');
  await replica.close();
  return { isLie, refused: refused(), served: Buffer.concat([checkpoint, tile, last]) };
}

describe('what a writer serves', () => {
  test('is refused if any byte of it is changed, and nothing of it is taken', async () => {
    const writer = await openAudit({ folder: await temporaryFolder() });
    await appendMany(writer, 600);
    await check(writer);
  });

  test('also where it was pruned', async () => {
    const { audit } = await filledLog(await temporaryFolder(), 600);
    await audit.prune(Date.now() - 40 * dayMs, 'test');
    expect(Number(await readLog(audit, 'minimum'))).toBe(256);
    await check(audit);
  });
});

async function check(writer: Awaited<ReturnType<typeof openAudit>>): Promise<void> {
  const honest = writer.handlers as unknown as LogClient;
  const vkey = (await readLog(writer, 'vkey')).toString().trimEnd();
  const size = (): number => writer.size();
  const bundle = `tile/entries/002.p/88`;
  const right = Buffer.concat([
    await readLog(writer, 'checkpoint'),
    await readLog(writer, 'tile/0/000'),
    await readLog(writer, bundle),
  ]);
  let lies = 0;
  await fc.assert(
    fc.asyncProperty(lie, async (each) => {
      const { isLie, refused, served } = await follow(honest, vkey, size, each);
      expect(served.equals(right)).toBe(true);
      if (isLie) lies++;
      expect(refused.length).toBe(isLie ? 1 : 0);
      if (isLie) expect(refused[0]).toMatch(/PROOF_INVALID|LOG_DIVERGED/);
    }),
    { numRuns: 40 },
  );
  expect(lies).toBeGreaterThan(5);
}
