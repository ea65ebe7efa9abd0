import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LogClient } from '../../../services/audit/follow/log-source.ts';
import { readReplicaNote } from '../../../services/audit/follow/replica-note.ts';
import { realTreeDisk } from '../../../services/audit/tree/tree-disk.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { errorOf, get, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { appendRecord, dayMs, filledLog, segmentBytes, segmentNames } from '../operation/filled-log.ts';
import { caughtUp, openFollower, readLog, until } from './fixture.ts';

const settings = { segmentBytes, retentionMinimumMs: dayMs };

test('a replica of a pruned log begins with what is there and proves it, also after a restart', async () => {
  const { audit, ids } = await filledLog(await temporaryFolder(), 900, 0.3);
  const before = await readLog(audit, 'tile/0/000');
  await audit.prune(Date.now() - 150 * dayMs, 'test');
  const minimum = Number(await readLog(audit, 'minimum'));
  expect(minimum).toBeGreaterThanOrEqual(256);
  const source = audit.handlers as unknown as LogClient;
  const folder = join(await temporaryFolder(), 'audit');
  let replica = await openFollower({ folder, ...settings }, source);
  const verifier = parseVerifierKey((await readLog(audit, 'vkey')).toString().trimEnd(), signatureTypes.log);
  for (let start = 0; start < 2; start++) {
    await appendRecord(audit);
    await caughtUp(replica, audit);
    expect(Number(await readLog(replica, 'minimum'))).toBe(minimum);
    expect((await readLog(replica, 'tile/0/000')).equals(before)).toBe(true);
    for (const recordId of [ids[minimum] as string, ids[899] as string]) {
      const { receipt } = await replica.handlers.GetReceipt({ recordId, cosigned: false }, testCall());
      const { entry } = await get(audit, recordId);
      expect(verifyReceipt(receipt?.proof ?? '', { logs: [verifier], entry }).size).toBe(audit.size());
    }
    // Places of what is gone are proved too.
    const pruned = await replica.handlers.GetInclusionProof({ index: '3', treeSize: '0' }, testCall());
    expect(pruned.leafHash.equals(before.subarray(96, 128))).toBe(true);
    expect(await reasonOf(readLog(replica, 'tile/entries/000'))).toBe('ENTRY_PRUNED');
    await replica.close();
    replica = await openFollower({ folder, ...settings }, source);
  }
});

test('a replica keeps what its writer prunes, until its own retention has passed', async () => {
  const { audit, ids } = await filledLog(await temporaryFolder(), 900, 0.3);
  const source = audit.handlers as unknown as LogClient;
  const folder = join(await temporaryFolder(), 'audit');
  const first = await openFollower({ folder, ...settings }, source);
  await caughtUp(first, audit);
  for (let n = 0; n < 300; n++) await appendRecord(audit, { personalBytes: 900 });
  await caughtUp(first, audit);
  await audit.prune(Date.now() - 50 * dayMs, 'test');
  expect(Number(await readLog(audit, 'minimum'))).toBeGreaterThanOrEqual(256);
  await caughtUp(first, audit);
  expect(Number(await readLog(first, 'minimum'))).toBe(0);
  expect((await readLog(first, 'tile/entries/000')).length).toBeGreaterThan(10_000);
  const recordId = ids[0] as string;
  expect(await reasonOf(get(audit, recordId))).toBe('RECORD_NOT_FOUND');
  await first.handlers.GetReceipt({ recordId, cosigned: false }, testCall());

  expect(await reasonOf(first.prune(Date.now()))).toBe('CONFIG_INVALID');
  const { entries } = await first.prune(Date.now() - 2 * dayMs);
  expect(entries).toBe(900);
  expect(await reasonOf(first.handlers.GetReceipt({ recordId, cosigned: false }, testCall()))).toBe(
    'RECORD_NOT_FOUND',
  );
  const minimum = await readLog(first, 'minimum');
  const names = await segmentNames(folder);
  expect(names).not.toContain('0000000001.log');
  await appendRecord(audit);
  await caughtUp(first, audit);
  await first.close();
  const again = await openFollower({ folder, ...settings }, source);
  expect(again.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  expect(await readLog(again, 'minimum')).toEqual(minimum);
  await appendRecord(audit);
  await caughtUp(again, audit);
  await again.handlers.GetInclusionProof({ index: '0', treeSize: '0' }, testCall());
});

test('a replica says so when the writer has pruned what it lacks, and keeps what it has', async () => {
  const { audit } = await filledLog(await temporaryFolder(), 100);
  const folder = join(await temporaryFolder(), 'audit');
  const source = audit.handlers as unknown as LogClient;
  const replica = await openFollower({ folder, ...settings }, source);
  await caughtUp(replica, audit);
  const kept = replica.size();
  await replica.close();
  for (let n = 0; n < 700; n++)
    await appendRecord(audit, { atMs: Date.now() - 20 * dayMs, personalBytes: 900 });
  for (let n = 0; n < 100; n++) await appendRecord(audit, { personalBytes: 900 });
  await audit.prune(Date.now() - 10 * dayMs, 'test');
  expect(Number(await readLog(audit, 'minimum'))).toBeGreaterThan(kept);
  const late = await openFollower({ folder, ...settings }, source);
  await until(() => late.unready()?.reason === 'ENTRY_PRUNED');
  expect(late.unready()?.message).toContain(`from ${kept} on`);
  expect(late.size()).toBe(kept);
  const missing = await errorOf(
    late.handlers.GetRecord(
      { recordId: '01890a5d-ac96-774b-bcce-b302099a8057', idempotencyKey: '' },
      testCall(),
    ),
  );
  expect(missing.message).toContain(`has ${kept} entries`);
});

test('a first contact that ended half-way is begun again', async () => {
  const { audit } = await filledLog(await temporaryFolder(), 900, 0.3);
  await audit.prune(Date.now() - 100 * dayMs, 'test');
  const honest = audit.handlers as unknown as LogClient;
  const folder = join(await temporaryFolder(), 'audit');
  let tiles = 0;
  const half = await openFollower(
    { folder, ...settings },
    {
      ...honest,
      ReadLog: async (request, call) => {
        if (request.path?.startsWith('tile/0/') && ++tiles > 1)
          return await honest.ReadLog({ path: 'tile/0/x999/999' }, call);
        return await honest.ReadLog(request, call);
      },
    },
  );
  await until(() => tiles > 2);
  await half.close();
  expect(await readReplicaNote(folder, realTreeDisk())).toEqual({ firstIndex: undefined });
  const replica = await openFollower({ folder, ...settings }, honest);
  await caughtUp(replica, audit);
  expect((await readLog(replica, 'tile/0/001')).equals(await readLog(audit, 'tile/0/001'))).toBe(true);
});
