import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LogClient } from '../../../services/audit/follow/log-source.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { createWitnessKey } from '../../kit/transparency/witness-key.ts';
import { errorOf, openAudit, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { appendRecord, erase } from '../operation/filled-log.ts';
import { filterOf } from '../query/searched-log.ts';
import { WitnessServer } from '../tree/witness-server.ts';
import { caughtUp, openFollower, readLog, until } from './fixture.ts';

async function followed() {
  const writer = await openAudit({ folder: await temporaryFolder() });
  const ids = {
    plain: await appendRecord(writer, { principal: 'alice' }),
    sealed: await appendRecord(writer, { personalBytes: 100, subject: 'passenger=1', idempotencyKey: 'a/1' }),
    erased: await appendRecord(writer, { personalBytes: 100, subject: 'passenger=2' }),
    large: await appendRecord(writer, { personalBytes: 40_000 }),
    outcome: '',
  };
  ids.outcome = await appendRecord(writer, { outcomeOf: ids.sealed, personalBytes: 50 });
  await erase(writer, 'passenger=2');
  const replica = await openFollower(
    { folder: join(await temporaryFolder(), 'audit') },
    writer.handlers as unknown as LogClient,
  );
  await caughtUp(replica, writer);
  return { writer, replica, ids };
}

const page = { pageSize: 0, pageToken: '' };

describe('a replica', () => {
  test('answers entries, and says which have content that it does not hold', async () => {
    const { ids, replica, writer } = await followed();
    const answers = async (of: typeof writer | typeof replica) =>
      await Promise.all(
        [ids.plain, ids.sealed, ids.erased, ids.large].map((recordId) =>
          of.handlers.GetRecord({ recordId, idempotencyKey: '' }, testCall()),
        ),
      );
    const [here, there] = [await answers(replica), await answers(writer)];
    expect(here.map(({ contentState }) => contentState)).toEqual([
      'CONTENT_STATE_NONE',
      'CONTENT_STATE_NOT_HERE',
      'CONTENT_STATE_ERASED',
      'CONTENT_STATE_NOT_HERE',
    ]);
    expect(here.map(({ entry }) => entry)).toEqual(there.map(({ entry }) => entry));
    expect(here.map(({ receipt }) => receipt)).toEqual(there.map(({ receipt }) => receipt));
    expect(here[1]?.record?.prediction?.outputs).toEqual({});
    expect(here[1]?.bodyDigest).toHaveLength(0);
  });

  test('answers queries and exports by what entries say, with outcomes', async () => {
    const { ids, replica } = await followed();
    const query = async (filter: Parameters<typeof filterOf>[0]) =>
      (await replica.handlers.QueryRecords({ filter: filterOf(filter), ...page }, testCall())).records;
    expect((await query({ principal: 'alice' })).map(({ record }) => record?.record?.recordId)).toEqual([
      ids.plain,
    ]);
    const known = await query({ outcome: 'OUTCOME_STATE_KNOWN' });
    expect(known.map(({ record }) => record?.record?.recordId)).toEqual([ids.sealed]);
    expect(known[0]?.outcomes).toHaveLength(1);
    let exported = 0;
    for await (const _ of replica.handlers.ExportRecords({ filter: filterOf({}) }, testCall())) exported++;
    expect(exported).toBe(replica.size());
    const { records } = await replica.handlers.ListRecords({ since: null, until: null, ...page }, testCall());
    expect(records).toHaveLength(replica.size());
  });

  test('sends to the writer, by its name, for what needs keys or writes', async () => {
    const { replica } = await followed();
    const { handlers } = replica;
    const all = async (stream: AsyncIterable<unknown>): Promise<void> => {
      for await (const _ of stream) break;
    };
    const filter = filterOf({ subject: 'passenger=1' });
    for (const refused of [
      handlers.Append({} as never, testCall()),
      handlers.EraseSubject({ subject: 'passenger=1', reason: 'r' }, testCall()),
      all(handlers.ExportSubject({ subject: 'passenger=1' }, testCall())),
      all(handlers.ExportRecords({ filter }, testCall())),
      handlers.QueryRecords({ filter, ...page }, testCall()),
      handlers.GetRecord({ recordId: '', idempotencyKey: 'a/1' }, testCall()),
    ]) {
      const error = await errorOf(refused);
      expect(error).toMatchObject({
        reason: 'AUDIT_REPLICA',
        details: { metadata: { writer: 'the writer' } },
      });
      expect(error.message).toContain('the writer');
    }
  });

  test('answers malformed requests as the writer does', async () => {
    const { replica } = await followed();
    const { handlers } = replica;
    for (const refused of [
      handlers.GetRecord({ recordId: 'x', idempotencyKey: '' }, testCall()),
      handlers.GetRecord({ recordId: '', idempotencyKey: '' }, testCall()),
      handlers.GetInclusionProof({ index: '99', treeSize: '0' }, testCall()),
      handlers.GetConsistencyProof({ fromSize: '1', toSize: '99' }, testCall()),
    ])
      expect(await reasonOf(refused)).toBe('INVALID_REQUEST');
    expect(await reasonOf(readLog(replica, 'tile/0/001'))).toBe('RECORD_NOT_FOUND');
  });

  test('tells how old its checkpoint is, and is not ready when that is too old', async () => {
    const writer = await openAudit({ folder: await temporaryFolder() });
    await appendRecord(writer);
    let isAway = false;
    const client = writer.handlers as unknown as LogClient;
    const replica = await openFollower(
      { folder: join(await temporaryFolder(), 'audit'), maxAgeMs: 300 },
      {
        ...client,
        ReadLog: async (request, call) => {
          if (isAway) throw (await errorOf(client.ReadLog({ path: 'none' }, call))) as Error;
          return await client.ReadLog(request, call);
        },
      },
    );
    await caughtUp(replica, writer);
    await until(() => replica.unready() === undefined);
    isAway = true;
    await until(
      () =>
        replica.unready()?.message.includes('SCOREMESH_AUDIT_FOLLOW_MAX_AGE') === true ||
        replica.unready()?.reason === 'RECORD_NOT_FOUND',
    );
    await until(async () => (await replica.handlers.ReadLog({ path: 'checkpoint' }, testCall())).ageMs > 300);
    expect(replica.metrics.gaugeValue('scoremesh_audit_replica_checkpoint_age_seconds')).toBeGreaterThan(0.3);
    expect(replica.metrics.gaugeValue('scoremesh_audit_replica_writer_size')).toBe(1);
    expect(replica.metrics.gaugeValue('scoremesh_audit_replica_size')).toBe(1);
    isAway = false;
    await until(() => replica.unready() === undefined);
  });

  test('gives receipts against the checkpoint that witnesses have cosigned, also after a restart', async () => {
    const folder = await temporaryFolder();
    const first = await openAudit({ folder });
    const vkey = (await readLog(first, 'vkey')).toString().trimEnd();
    await first.close();
    const key = createWitnessKey('w.example/1');
    const server = new WitnessServer(key, vkey, join(await temporaryFolder(), 'kept'));
    await server.start();
    const writer = await openAudit({ folder, witnesses: [{ vkey: key.vkey, url: server.url }] });
    const replicaFolder = join(await temporaryFolder(), 'audit');
    const source = writer.handlers as unknown as LogClient;
    let replica = await openFollower({ folder: replicaFolder }, source);
    const recordId = await appendRecord(writer);
    await caughtUp(replica, writer);
    // The log is offered at its start, when it is empty; a second start offers it with its entry.
    await writer.close();
    const again = await openAudit({ folder, witnesses: [{ vkey: key.vkey, url: server.url }] });
    await replica.close();
    replica = await openFollower({ folder: replicaFolder }, again.handlers as unknown as LogClient);
    const receiptOf = async () =>
      (await replica.handlers.GetReceipt({ recordId, cosigned: true }, testCall())).receipt?.proof ?? '';
    await until(async () => (await receiptOf().catch(() => '')) !== '');
    await replica.close();
    replica = await openFollower({ folder: replicaFolder }, source);
    const verified = verifyReceipt(await receiptOf(), {
      logs: [parseVerifierKey(vkey, signatureTypes.log)],
      witnesses: [parseVerifierKey(key.vkey, signatureTypes.witness)],
    });
    expect(verified).toMatchObject({ size: 1, witnesses: ['w.example/1'] });
  });
});
