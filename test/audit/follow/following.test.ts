import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { appendMany, get, openAudit, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { caughtUp, dial, listen, openFollower, readLog } from './fixture.ts';

test('a replica has what the writer has, proves it with the writer’s signature, and starts again without it', async () => {
  const writer = await openAudit({ folder: await temporaryFolder(), segmentBytes: 128 * 1024 });
  const ids = await appendMany(writer, 700);
  const server = await listen(writer.handlers);
  const folder = join(await temporaryFolder(), 'audit');
  const replica = await openFollower({ folder }, dial(server.port));
  await caughtUp(replica, writer);
  const more = await appendMany(writer, 300);
  await caughtUp(replica, writer);
  const vkey = (await readLog(writer, 'vkey')).toString().trimEnd();
  const check = async (at: typeof replica): Promise<void> => {
    for (const id of [...ids.slice(0, 3), ...more.slice(-3), ids[256] as string]) {
      const { receipt } = await at.handlers.GetReceipt({ recordId: id, cosigned: false }, testCall());
      const record = await get(writer, id);
      const verified = verifyReceipt(receipt?.proof ?? '', {
        logs: [parseVerifierKey(vkey, signatureTypes.log)],
        entry: record.entry,
      });
      expect(verified.size).toBe(1000);
      expect((await at.handlers.GetRecord({ recordId: id, idempotencyKey: '' }, testCall())).entry).toEqual(
        record.entry,
      );
    }
    for (const path of [
      'checkpoint',
      'vkey',
      'minimum',
      'tile/0/000',
      'tile/0/003.p/232',
      'tile/entries/002',
      'tile/entries/003.p/232',
    ])
      expect((await readLog(at, path)).equals(await readLog(writer, path)), path).toBe(true);
  };
  await check(replica);
  expect(replica.unready()).toBeUndefined();
  await replica.close();
  await server.close();
  const again = await openFollower({ folder }, dial(server.port));
  expect(again.size()).toBe(1000);
  expect(again.unready()).toBeUndefined();
  await check(again);
  expect(await reasonOf(again.handlers.Append({} as never, testCall()))).toBe('AUDIT_REPLICA');
});
