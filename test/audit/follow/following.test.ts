import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { append, appendMany, get, openAudit, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { caughtUp, dial, listen, openFollower, readLog, until } from './fixture.ts';

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

test('two replicas and one that follows a replica keep up under load, and go on when the writer is back', async () => {
  const folder = await temporaryFolder();
  let writer = await openAudit({ folder, segmentBytes: 1024 * 1024 });
  let server = await listen(writer.handlers);
  const { port } = server;
  const [one, two] = await Promise.all(
    ['one', 'two'].map(async (name) =>
      openFollower({ folder: join(await temporaryFolder(), name) }, dial(port)),
    ),
  );
  await until(() => one?.size() === 0 && one.unready() === undefined);
  const second = await listen(one!.handlers);
  const three = await openFollower({ folder: join(await temporaryFolder(), 'three') }, dial(second.port));
  for (let life = 0; life < 2; life++) {
    const sizes = new Set<number>();
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        // A fast disk takes the first ones before a replica asks again.
        for (let n = 0; n < 60 || (sizes.size <= 2 && n < 5000); n++) {
          await append(writer, { size: 200 });
          sizes.add(one!.size());
        }
      }),
    );
    // It followed meanwhile.
    expect(sizes.size).toBeGreaterThan(2);
    for (const replica of [one!, two!, three]) await caughtUp(replica, writer);
    const checkpoint = await readLog(writer, 'checkpoint');
    for (const replica of [one!, two!, three]) {
      expect(await readLog(replica, 'checkpoint')).toEqual(checkpoint);
      expect(replica.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    }
    await server.close();
    await writer.close();
    await until(() => one!.metrics.gaugeValue('scoremesh_audit_replica_state', 'unreachable') === 1);
    // What is there is answered without the writer.
    expect(await readLog(one!, 'checkpoint')).toEqual(checkpoint);
    expect(one!.unready()).toBeUndefined();
    writer = await openAudit({ folder, segmentBytes: 1024 * 1024 });
    server = await listen(writer.handlers, port);
  }
});
