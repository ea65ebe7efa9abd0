import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ListRecordsResponse__Output } from '../../services/gen/scoremesh/audit/v1/ListRecordsResponse.ts';
import {
  append,
  appendMany,
  errorOf,
  newId,
  type OpenAudit,
  openAudit,
  reasonOf,
  temporaryFolder,
  testCall,
  uuidAt,
} from './fixture.ts';

interface Query {
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

async function list(audit: OpenAudit, query: Query = {}): Promise<ListRecordsResponse__Output> {
  const timestamp = (ms: number | undefined) =>
    ms === undefined
      ? null
      : { seconds: String(Math.floor(ms / 1000)), nanos: (((ms % 1000) + 1000) % 1000) * 1_000_000 };
  return await audit.handlers.ListRecords(
    {
      since: timestamp(query.sinceMs),
      until: timestamp(query.untilMs),
      pageSize: query.pageSize ?? 0,
      pageToken: query.pageToken ?? '',
    },
    testCall(),
  );
}

async function listAll(audit: OpenAudit, query: Query): Promise<string[]> {
  const ids: string[] = [];
  let pageToken = '';
  do {
    const page = await list(audit, { ...query, pageToken });
    for (const { record } of page.records) ids.push(record?.recordId ?? '');
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return ids;
}

describe('listing records', () => {
  test('answers those of a time range, oldest first, in pages of any size, each once', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const start = 1_700_000_000_000;
    const times = Array.from({ length: 60 }, (_, n) => start + ((n * 7) % 20));
    const ids = times.map(uuidAt);
    for (const recordId of ids) await append(audit, { recordId });
    const sorted = [...ids].sort();
    const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);
    const bound = fc.option(fc.integer({ min: start - 3, max: start + 23 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(bound, bound, fc.integer({ min: 1, max: 70 }), async (sinceMs, untilMs, pageSize) => {
        fc.pre(sinceMs === undefined || untilMs === undefined || sinceMs <= untilMs);
        const range = {
          ...(sinceMs === undefined ? {} : { sinceMs }),
          ...(untilMs === undefined ? {} : { untilMs }),
        };
        const expected = sorted.filter(
          (id) => timeOf(id) >= (sinceMs ?? 0) && timeOf(id) < (untilMs ?? Number.POSITIVE_INFINITY),
        );
        expect(await listAll(audit, { ...range, pageSize })).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('sees every record that was answered before, with its place and bytes', async () => {
    const audit = await openAudit({ folder: await temporaryFolder(), indexDelayMs: 60_000 });
    const { request, response } = await append(audit, { idempotencyKey: 'tenant/1' });
    const { records, nextPageToken } = await list(audit);
    expect(nextPageToken).toBe('');
    expect(records).toHaveLength(1);
    expect(records[0]?.entry.subarray(0, request.record.length)).toEqual(request.record);
    expect(records[0]?.receipt).toEqual({ ...response.receipt, proof: '' });
    expect(records[0]?.bodyDigest).toEqual(request.bodyDigest);
    expect(records[0]?.record?.recordId).toBe(request.recordId);
  });

  test('answers 100 when no size is given, and goes on where a page ended though records came since', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    await Promise.all(Array.from({ length: 130 }, () => append(audit)));
    const first = await list(audit);
    expect(first.records).toHaveLength(100);
    const later = await appendMany(audit, 3);
    const second = await list(audit, { pageToken: first.nextPageToken });
    expect(second.records).toHaveLength(33);
    expect(
      second.records
        .slice(-3)
        .map(({ record }) => record?.recordId)
        .sort(),
    ).toEqual([...later].sort());
    expect(second.nextPageToken).toBe('');
  });

  test('ends a page of large records early, so that its answer fits a message', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    await appendMany(audit, 40, 60_000);
    const page = await list(audit, { pageSize: 1000 });
    expect(page.records.length).toBeLessThan(20);
    expect(page.nextPageToken).not.toBe('');
    expect(await listAll(audit, { pageSize: 1000 })).toHaveLength(40);
  });

  test('leaves ids that tell no time out of a time range, not out of the whole', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const timed = newId();
    const untimed = 'ffffffff-ffff-4fff-bfff-ffffffffffff';
    await append(audit, { recordId: untimed });
    await append(audit, { recordId: timed });
    expect(await listAll(audit, { sinceMs: 0 })).toEqual([timed]);
    expect(await listAll(audit, {})).toEqual([timed, untimed]);
  });

  test('shows a record whose bytes are no Record as it stands', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const record = Buffer.from([0xff, 0xff, 0xff]);
    await append(audit, { record });
    const [found] = (await list(audit)).records;
    expect(found?.record).toBeNull();
    expect(found?.entry).toEqual(record);
  });

  test('refuses sizes, times and tokens that can not be', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    await appendMany(audit, 3);
    const { nextPageToken } = await list(audit, { pageSize: 1 });
    const fieldOf = async (query: Query): Promise<string | undefined> =>
      (await errorOf(list(audit, query))).details.violations?.map(({ field }) => field).join();
    expect(await fieldOf({ pageSize: 1001 })).toBe('page_size');
    expect(await fieldOf({ sinceMs: 2, untilMs: 1 })).toBe('since');
    expect(await fieldOf({ sinceMs: 253_402_300_800_000 })).toBe('since');
    expect(await fieldOf({ untilMs: 253_402_300_800_000, pageToken: 'x' })).toBe('until,page_token');
    expect(await fieldOf({ sinceMs: 1, pageToken: nextPageToken })).toBe('page_token');
    expect(await fieldOf({ pageToken: `${nextPageToken}A` })).toBe('page_token');
    expect(await fieldOf({ pageToken: nextPageToken.replace(/^./, 'z') })).toBe('page_token');
    await list(audit, { pageToken: nextPageToken });
    const oddTime = { seconds: 'soon', nanos: -1 };
    const odd = { since: oddTime, until: null, pageSize: 0, pageToken: '' };
    expect(await reasonOf(audit.handlers.ListRecords(odd, testCall()))).toBe('INVALID_REQUEST');
    expect(await listAll(audit, { sinceMs: -5000 })).toHaveLength(3);
  });
});

describe('getting a record', () => {
  test('that is not there names it, and one that is not asked for is refused', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const getBy = async (recordId: string, idempotencyKey: string) =>
      await errorOf(audit.handlers.GetRecord({ recordId, idempotencyKey }, testCall()));
    const id = newId();
    const missing = await getBy(id, '');
    expect(missing.reason).toBe('RECORD_NOT_FOUND');
    expect(missing.message).toContain(id);
    const missingKey = await getBy('', 'tenant/9');
    expect(missingKey.reason).toBe('RECORD_NOT_FOUND');
    expect(missingKey.message).toContain('tenant/9');
    expect((await getBy('', '')).reason).toBe('INVALID_REQUEST');
    expect((await getBy('nothing', '')).details.violations?.[0]?.field).toBe('record_id');
  });
});
