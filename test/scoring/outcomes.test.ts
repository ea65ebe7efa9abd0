import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome__Output } from '../../services/gen/scoremesh/scoring/v1/Outcome.ts';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { createUuids } from '../../services/kit/uuid.ts';
import { createAuditTrail } from '../../services/scoring/audit-trail.ts';
import { lastNumber } from '../../services/scoring/outcomes/outcome-chain.ts';
import { recordOutcomes } from '../../services/scoring/outcomes.ts';
import { predictionRecord } from '../../services/scoring/records.ts';
import { createReadableMetrics } from '../inference/mesh-parts.ts';
import { errorOf } from '../kit/rpc/processes.ts';
import { type FakeRoles, fakeRoles, flag, newCall, number, scoreRequest } from './fakes.ts';

const newId = createUuids();
const none = Buffer.alloc(0);

function start(roles = fakeRoles([])) {
  const trail = createAuditTrail(roles.audit, { log: silentLog, metrics: createReadableMetrics() });
  const tell = (outcomes: Partial<Outcome__Output>[], principal = 'test') =>
    recordOutcomes(
      {
        outcomes: outcomes.map((outcome) => ({
          predictionId: '',
          requestId: '',
          values: {},
          occurredAt: null,
          ...outcome,
        })),
      },
      { audit: roles.audit, trail, newId },
      newCall(30_000, principal),
    );
  return { roles, tell, told: () => outcomesIn(roles) };
}

/** Puts a prediction into the log, as of a request with this id. */
async function predict({ audit }: FakeRoles, requestId = '', predictionId = newId()): Promise<string> {
  const call = newCall();
  const request = scoreRequest({ requestId });
  const model = { name: 'm', version: 1, digest: '', alias: '' };
  const plan = { model: { decision: null, runtime: null, subject: '' } } as never;
  const batch = {
    batchSize: 1,
    batchClass: 'BATCH_CLASS_INVARIANT' as const,
    batchId: '',
    batchRow: 0,
  };
  const parts = predictionRecord(
    { recordId: predictionId, receivedAtMs: 0, call },
    { request, plan, model, features: undefined, outputs: {}, batch, maxPayloadBytes: 1000 },
  );
  const idempotencyKey = requestId === '' ? '' : `test\n${requestId}`;
  const bodyDigest = requestId === '' ? none : Buffer.alloc(32);
  await audit.Append({ ...parts, recordId: predictionId, idempotencyKey, bodyDigest }, call);
  return predictionId;
}

function outcomesIn(roles: FakeRoles) {
  return roles
    .records()
    .filter(({ event }) => event === 'outcome')
    .map(({ outcome }) => outcome!);
}

const late = { values: { late: flag(true) } };
const punctual = { values: { late: flag(false) } };

describe('outcomes', () => {
  it('are joined by prediction_id or request_id, and recorded under the id of the prediction', async () => {
    const { roles, tell, told } = start();
    const one = await predict(roles);
    const two = await predict(roles, 'r-2');
    expect(
      await tell([
        { predictionId: one.toUpperCase(), ...late },
        { requestId: 'r-2', ...late },
      ]),
    ).toEqual({ joined: 2, unknown: 0, duplicate: 0, corrected: 0 });
    expect(told()).toMatchObject([
      { predictionId: one, values: { late: { flag: true } } },
      { predictionId: two, requestId: 'r-2' },
    ]);
    expect(roles.appended.at(-1)).toMatchObject({ subjectOf: two });
  });

  it('that repeat the last one are known and not recorded again, whatever the order of their values', async () => {
    const { roles, tell, told } = start();
    const predictionId = await predict(roles, 'r');
    const values = { a: number(1), b: number(2) };
    await tell([{ predictionId, values }]);
    const again = { requestId: 'r', values: { b: number(2), a: number(1) } };
    expect(await tell([again])).toEqual({ joined: 1, unknown: 0, duplicate: 1, corrected: 0 });
    const later = { predictionId, values, occurredAt: { seconds: '1', nanos: 0 } };
    expect(await tell([later])).toMatchObject({ duplicate: 1 });
    expect(told()).toHaveLength(1);
  });

  it('that differ from the last one are corrections, also back to an earlier one', async () => {
    const { roles, tell, told } = start();
    const predictionId = await predict(roles);
    for (const [outcome, corrected, duplicate] of [
      [late, 0, 0],
      [punctual, 1, 0],
      [punctual, 0, 1],
      [late, 1, 0],
      [late, 0, 1],
    ] as const)
      expect(await tell([{ predictionId, ...outcome }])).toEqual({
        joined: 1,
        unknown: 0,
        duplicate,
        corrected,
      });
    expect(told().map(({ values }) => values.late?.flag)).toEqual([true, false, true]);
  });

  it('for ids that the log does not have are kept and counted, and compared once the prediction has come', async () => {
    const { roles, tell, told } = start();
    const predictionId = newId();
    const unknown = { joined: 0, unknown: 1, duplicate: 0, corrected: 0 };
    expect(await tell([{ predictionId, ...late }])).toEqual(unknown);
    expect(await tell([{ predictionId, ...late }])).toEqual(unknown);
    expect(told()).toMatchObject([{ predictionId }]);
    await predict(roles, '', predictionId);
    expect(await tell([{ predictionId, ...late }])).toMatchObject({ joined: 1, duplicate: 1 });
    expect(await tell([{ predictionId, ...punctual }])).toMatchObject({ joined: 1, corrected: 1 });
  });

  it('for a request that the log does not have are kept aside once, and joined when they come again later', async () => {
    const { roles, tell, told } = start();
    expect(await tell([{ requestId: 'r', ...late }])).toMatchObject({ joined: 0, unknown: 1 });
    expect(await tell([{ requestId: 'r', ...late }])).toMatchObject({ joined: 0, unknown: 1 });
    expect(told()).toMatchObject([{ predictionId: '', requestId: 'r' }]);
    const predictionId = await predict(roles, 'r');
    expect(await tell([{ requestId: 'r', ...late }])).toMatchObject({ joined: 1, duplicate: 0 });
    expect(told().at(-1)).toMatchObject({ predictionId });
  });

  it('by request_id are those of the caller’s own requests', async () => {
    const { roles, tell } = start();
    await predict(roles, 'r');
    expect(await tell([{ requestId: 'r', ...late }], 'someone else')).toMatchObject({
      joined: 0,
      unknown: 1,
    });
  });

  it('for what is no prediction are unknown', async () => {
    const { roles, tell } = start();
    const predictionId = await predict(roles);
    await tell([{ predictionId, ...late }]);
    const outcomeId = roles.appended.at(-1)!.recordId;
    expect(await tell([{ predictionId: outcomeId, ...late }])).toMatchObject({ joined: 0, unknown: 1 });
  });

  it('that come many times at once are recorded once', async () => {
    const { roles, tell, told } = start();
    const predictionId = await predict(roles);
    const answers = await Promise.all(Array.from({ length: 20 }, () => tell([{ predictionId, ...late }])));
    expect(answers.reduce((sum, { duplicate }) => sum + duplicate, 0)).toBe(19);
    expect(told()).toHaveLength(1);
  });

  it('of one request for one prediction count in their order', async () => {
    const { roles, tell, told } = start();
    const predictionId = await predict(roles);
    const outcomes = [late, punctual, punctual, late].map((outcome) => ({ predictionId, ...outcome }));
    expect(await tell(outcomes)).toEqual({ joined: 4, unknown: 0, duplicate: 1, corrected: 2 });
    expect(told().map(({ values }) => values.late?.flag)).toEqual([true, false, true]);
  });

  it('are the same after any sequence as when each is compared with the one before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 }),
        async (all) => {
          const { roles, tell, told } = start();
          const predictionId = await predict(roles);
          let corrected = 0;
          for (const each of all)
            corrected += (await tell([{ predictionId, values: { n: number(each) } }])).corrected;
          const expected = all.filter((each, place) => place === 0 || each !== all[place - 1]);
          expect(told().map(({ values }) => values.n?.number)).toEqual(expected);
          expect(corrected).toBe(expected.length - 1);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of an erased prediction are refused before anything is written', async () => {
    const roles = fakeRoles([]);
    const predictionId = await predict(roles);
    const audit = {
      ...roles.audit,
      GetRecord: async (...given: Parameters<typeof roles.audit.GetRecord>) => ({
        ...(await roles.audit.GetRecord(...given)),
        contentState: 'CONTENT_STATE_ERASED' as const,
      }),
    };
    const { tell, told } = start({ ...roles, audit });
    expect(await errorOf(tell([{ predictionId, ...late }]))).toMatchObject({
      reason: 'INVALID_REQUEST',
      details: { violations: [{ field: 'outcomes[0]' }] },
    });
    expect(told()).toEqual([]);
  });

  it('of impossible moments, and with values that are none, are refused with every fault', async () => {
    const { roles, tell } = start();
    const predictionId = await predict(roles);
    const at = (seconds: string, nanos = 0) => ({ predictionId, ...late, occurredAt: { seconds, nanos } });
    const wrong = [
      at('-99999999999999'),
      at('9223372036854775807'),
      at('0', -5),
      at('0', 1_000_000_000),
      { predictionId, values: { n: number(Number.NaN) } },
      { predictionId, values: { n: number(Number.POSITIVE_INFINITY) } },
      { predictionId, values: { '': number(1) } },
    ];
    const { details } = (await errorOf(tell(wrong))) as MeshError;
    expect(details.violations?.map(({ field }) => field)).toEqual([
      ...[0, 1, 2, 3].map((place) => `outcomes[${place}].occurred_at`),
      'outcomes[4].values.n',
      'outcomes[5].values.n',
      'outcomes[6].values',
    ]);
    expect(await tell([at('-62135596800')])).toMatchObject({ joined: 1 });
  });

  it('without an id, or with too long a one, are refused', async () => {
    const { roles, tell } = start();
    const error = await errorOf(tell([late, { requestId: 'x'.repeat(129), ...late }]));
    expect(error).toBeInstanceOf(MeshError);
    expect((error as MeshError).details.violations?.map(({ field }) => field)).toEqual([
      'outcomes[0].prediction_id',
      'outcomes[1].request_id',
    ]);
    expect(roles.appended).toEqual([]);
  });
});

describe('the last of many numbers', () => {
  it('is found with few questions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100_000 }), async (last) => {
        let asked = 0;
        const found = await lastNumber(1, async (each) => {
          asked += 1;
          return each <= last;
        });
        expect(found).toBe(last);
        expect(asked).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(last + 1)) + 1);
      }),
    );
  });
});
