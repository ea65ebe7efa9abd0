import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openIndexStore } from '../../../services/audit/index/store.ts';
import type { Record as AuditRecord } from '../../../services/gen/scoremesh/audit/v1/Record.ts';
import { isNotFound } from '../../../services/kit/errors/mesh-error.ts';
import { createUuids } from '../../../services/kit/uuid.ts';
import {
  appendRequest,
  errorOf,
  type OpenAudit,
  openAudit,
  recordCodec,
  temporaryFolder,
  testCall,
} from '../fixture.ts';
import { filterOf } from './searched-log.ts';

const newId = createUuids();

/** Appends a record about someone; its id. */
async function put(
  audit: OpenAudit,
  entry: AuditRecord,
  rest: { personal?: AuditRecord; subject?: string; subjectOf?: string; key?: string } = {},
): Promise<string> {
  const recordId = newId();
  await audit.handlers.Append(
    {
      ...appendRequest({ recordId, ...(rest.key === undefined ? {} : { idempotencyKey: rest.key }) }),
      record: recordCodec.encode({ schema: 2, recordId, ...entry }),
      personal: rest.personal === undefined ? Buffer.alloc(0) : recordCodec.encode(rest.personal),
      subject: rest.subject ?? '',
      subjectOf: rest.subjectOf ?? '',
    },
    testCall(),
  );
  return recordId;
}

const predict = (audit: OpenAudit, subject: string, key?: string): Promise<string> =>
  put(
    audit,
    { principal: 'alice', prediction: { model: { name: 'm', version: 1 }, decision: 'late' } },
    {
      personal: { prediction: { request: { entities: { passenger: subject } } } },
      subject: `passenger=${subject}`,
      ...(key === undefined ? {} : { key }),
    },
  );
const tell = (audit: OpenAudit, predictionId: string, late: boolean): Promise<string> =>
  put(
    audit,
    { principal: 'bob', outcome: { predictionId } },
    { personal: { outcome: { values: { late: { flag: late } } } }, subjectOf: predictionId },
  );

async function exported(audit: OpenAudit, subject: string) {
  const records: string[] = [];
  for await (const { record } of audit.handlers.ExportSubject({ subject }, testCall()))
    records.push(record?.record?.recordId ?? '');
  return records;
}

async function query(audit: OpenAudit, filter: Parameters<typeof filterOf>[0]) {
  const request = { filter: filterOf(filter), pageSize: 0, pageToken: '' };
  return (await audit.handlers.QueryRecords(request, testCall())).records;
}

async function indexOf(folder: string): Promise<string[]> {
  const { store, wasDamaged } = await openIndexStore(join(folder, 'index'));
  expect(wasDamaged).toBe(false);
  const rows = [...store.contents()].map(
    ({ table, key, value }) => `${table} ${key.toString('hex')} ${value.toString('hex')}`,
  );
  await store.close();
  return rows;
}

describe('the audit role', () => {
  test('finds complete records by what they say, by their subject, and with what turned out true', async () => {
    const audit = await openAudit({ folder: await temporaryFolder(), indexDelayMs: 60_000 });
    const one = await predict(audit, 'P-1');
    const two = await predict(audit, 'P-2');
    const outcome = await tell(audit, one, true);
    const [found, ...more] = await query(audit, { subject: 'passenger=P-1', events: ['prediction'] });
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      record: {
        contentState: 'CONTENT_STATE_PRESENT',
        record: { recordId: one, prediction: { request: { entities: { passenger: 'P-1' } } } },
      },
      outcomes: [{ recordId: outcome, outcome: { values: { late: { flag: true } } } }],
      outcome: 'OUTCOME_STATE_KNOWN',
    });
    const missing = await query(audit, { outcome: 'OUTCOME_STATE_MISSING', model: 'm', decision: 'late' });
    expect(missing.map(({ record }) => record?.record?.recordId)).toEqual([two]);
    expect(await exported(audit, 'passenger=P-1')).toEqual([one, outcome]);
  });

  test('has no subject left to be found once it was erased, and all of it is found that came later', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const one = await predict(audit, 'P-1');
    await tell(audit, one, true);
    await audit.handlers.EraseSubject({ subject: 'passenger=P-1', reason: 'request 7' }, testCall());
    expect(await query(audit, { subject: 'passenger=P-1' })).toEqual([]);
    expect(await errorOf(exported(audit, 'passenger=P-1'))).toSatisfy(isNotFound);
    const [erased] = await query(audit, { events: ['prediction'] });
    expect(erased).toMatchObject({
      record: {
        contentState: 'CONTENT_STATE_ERASED',
        record: { prediction: { decision: 'late', request: null } },
      },
      outcome: 'OUTCOME_STATE_KNOWN',
    });
    const later = await predict(audit, 'P-1');
    expect(await exported(audit, 'passenger=P-1')).toEqual([later]);
  });

  test('builds the same index from the log and the keys as it had', async () => {
    const folder = await temporaryFolder();
    let audit = await openAudit({ folder, indexBatchRecords: 3, indexDelayMs: 0 });
    const predictions: string[] = [];
    for (let n = 0; n < 30; n++) {
      predictions.push(await predict(audit, `P-${n % 7}`, n % 3 === 0 ? `key\n${n}` : undefined));
      if (n % 4 === 0) await tell(audit, predictions[n - (n % 3)]!, n % 8 === 0);
      if (n % 5 === 0) await put(audit, { principal: 'eve', refusal: { model: `made-up-${n}` } });
      if (n % 10 === 9)
        await audit.handlers.EraseSubject({ subject: `passenger=P-${n % 7}`, reason: 'asked' }, testCall());
    }
    await put(audit, { outcome: { predictionId: newId() } });
    await put(audit, { prediction: { model: { name: 'm', version: 2 }, batchId: 'run-1' } });
    await audit.close();
    const built = await indexOf(folder);
    await rm(join(folder, 'index'), { recursive: true });
    audit = await openAudit({ folder });
    const all = await query(audit, { events: ['prediction'] });
    expect(all).toHaveLength(31);
    await audit.close();
    expect(await indexOf(folder)).toEqual(built);
  });
});
