import { afterEach, describe, expect, it, test } from 'vitest';
import { timeText } from '../../../gateway/http/record-json.ts';
import type { QueryRecordsRequest__Output } from '../../../services/gen/scoremesh/audit/v1/QueryRecordsRequest.ts';
import type { Record as AuditRecord } from '../../../services/gen/scoremesh/audit/v1/Record.ts';
import { messageCodec } from '../../../services/kit/contract/protos.ts';
import { invalidRequest } from '../../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { recordCodec } from '../../audit/fixture.ts';
import { featureSet, featuresResponse } from '../../scoring/fakes.ts';
import { startHttp } from './http-fixture.ts';

let closers: Closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

function queried(record: AuditRecord) {
  return {
    record: {
      record: recordCodec.decode(recordCodec.encode(record)),
      receipt: { logIndex: '7', leafHash: Buffer.alloc(32, 1), proof: '' },
      entry: Buffer.alloc(0),
      bodyDigest: Buffer.alloc(0),
      contentState: 'CONTENT_STATE_PRESENT' as const,
    },
    outcomes: [],
    outcome: 'OUTCOME_STATE_MISSING' as const,
  };
}

async function start(records: readonly AuditRecord[] = []) {
  const asked: QueryRecordsRequest__Output[] = [];
  const audit = {
    QueryRecords: async (request: QueryRecordsRequest__Output) => {
      asked.push(request);
      if (request.pageToken === 'bad') throw invalidRequest([{ field: 'page_token', description: 'bad' }]);
      return { records: records.map(queried), nextPageToken: 'next' };
    },
  };
  const { base } = await startHttp(closers, { audit });
  const get = async (query: string) => {
    const response = await fetch(`${base}/v1/records${query}`);
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  return { asked, get };
}

test('a moment that no calendar has is shown, whoever recorded it', () => {
  expect(timeText(0)).toBe('1970-01-01T00:00:00.000Z');
  for (const us of [-99_999_999_999_999e6, 9.2e24, Number.NaN]) expect(timeText(us)).toBe(`${us} us`);
});

describe('GET /v1/records', () => {
  it('asks for what its query says', async () => {
    const { asked, get } = await start();
    const { status } = await get(
      '?since=2026-01-31T12:00:00.5Z&event=prediction&event=inference&model=m&version=3&principal=a%2Fb' +
        '&decision=late&subject=passenger%3D1&outcome=missing&page_size=5&page_token=abc',
    );
    expect(status).toBe(200);
    await get('?event=outcome');
    expect(asked).toMatchObject([
      {
        filter: {
          since: { seconds: String(Date.UTC(2026, 0, 31, 12) / 1000), nanos: 500_000_000 },
          until: null,
          events: ['prediction', 'inference'],
          model: 'm',
          version: 3,
          principal: 'a/b',
          decision: 'late',
          subject: 'passenger=1',
          outcome: 'OUTCOME_STATE_MISSING',
        },
        pageSize: 5,
        pageToken: 'abc',
      },
      { filter: { events: ['outcome'], version: 0, outcome: 'OUTCOME_STATE_UNSPECIFIED' }, pageSize: 0 },
    ]);
  });

  it('answers records as JSON, with the features by name', async () => {
    const features = {
      featureSet: messageCodec<object, object>('scoremesh.feature.v1.FeatureSet').encode(featureSet),
      values: messageCodec<object, object>('scoremesh.feature.v1.GetFeaturesResponse').encode(
        featuresResponse(),
      ),
    };
    const { get } = await start([
      {
        recordId: 'r',
        recordedAtUs: Date.UTC(2026, 0, 31) * 1000,
        traceId: Buffer.alloc(16, 0xab),
        prediction: { features, outputs: { p: { number: Number.NaN } }, batchSize: 2 },
      },
      { outcome: { occurredAt: { seconds: 1, nanos: 5e8 }, values: { __proto__x: { flag: false } } } },
      { prediction: { features: { featureSet: Buffer.from([255]), values: Buffer.alloc(0) } } },
    ]);
    const { body } = await get('');
    expect(body.next_page_token).toBe('next');
    expect(body.records).toMatchObject([
      {
        log_index: 7,
        content: 'PRESENT',
        outcome: 'MISSING',
        record: {
          record_id: 'r',
          recorded_at: '2026-01-31T00:00:00.000Z',
          trace_id: 'ab'.repeat(16),
          prediction: {
            features: {
              feature_set: 'set',
              digest: 'digest-1',
              values: { 'view.a': 0.5, 'view.b': null },
            },
            outputs: { p: 'NaN' },
            batch_size: 2,
          },
        },
      },
      { record: { outcome: { occurred_at: '1970-01-01T00:00:01.500Z', values: { __proto__x: false } } } },
      { record: { prediction: { features: { feature_set: '/w==' } } } },
    ]);
  });

  it.each([
    '?outcome=soon',
    '?version=x',
    '?since=yesterday',
    '?colour=red',
    '?page_size=-1',
    '?version=1.5',
  ])('refuses %s', async (query) => {
    const { asked, get } = await start();
    expect(await get(query)).toMatchObject({ status: 400, body: { error: { reason: 'INVALID_REQUEST' } } });
    expect(asked).toEqual([]);
  });

  it('answers a refusal of the audit role as it is', async () => {
    const { get } = await start();
    expect(await get('?page_token=bad')).toMatchObject({
      status: 400,
      body: { error: { violations: [{ field: 'page_token' }] } },
    });
  });
});
