import { afterEach, describe, expect, it } from 'vitest';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { isUuid } from '../../services/kit/uuid.ts';
import { createScoring } from '../../services/scoring/service.ts';
import { createReadableMetrics } from '../inference/mesh-parts.ts';
import { createGate, errorOf, until } from '../kit/rpc/processes.ts';
import { createRecorder } from '../kit/rpc/recorder.ts';
import {
  type FakeRoles,
  fakeRoles,
  float32,
  inferResponse,
  model,
  newCall,
  number,
  requestInput,
  scoreRequest,
} from './fakes.ts';

let closers: Closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

async function start(roles: FakeRoles, config: { maxInFlight?: number; defaultTimeoutMs?: number } = {}) {
  const { log, lines } = createRecorder();
  const metrics = createReadableMetrics();
  const service = createScoring(
    { maxInFlight: 100, defaultTimeoutMs: 10_000, maxPayloadBytes: 24 * 1024, ...config },
    { ...roles, unready: () => undefined, log, metrics },
    closers,
  );
  await until(() => service.unready() === undefined);
  return { ...service.scoring, lines, metrics };
}

const withFeatures = model({
  featureSet: 'set',
  inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '2'] }],
  sources: [{ tensor: 'x', columns: [], featureSet: 'set', input: '' }],
});
const withInput = model({
  inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '1'] }],
  sources: [{ tensor: 'x', columns: ['x'], featureSet: '', input: '' }],
  requestInputs: [requestInput('x', 'number')],
});

describe('a score', () => {
  it('reads features, infers, and is answered when its record is durable', async () => {
    const durable = createGate();
    const roles = fakeRoles([withFeatures], { append: () => durable.opened });
    const { Score } = await start(roles);
    let answered = false;
    const answering = Score(
      scoreRequest({ entities: { airport: 'ORD' }, includeFeatures: true }),
      newCall(),
    ).then((response) => {
      answered = true;
      return response;
    });
    await until(() => roles.steps.includes('append'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    durable.open();
    const response = await answering;
    expect(roles.steps).toEqual(['list features', 'features', 'inference', 'append']);
    expect(response).toMatchObject({
      model: { name: 'm', version: 1, alias: '' },
      outputs: { score: { number: 0.75, kind: 'number' } },
      features: [
        { name: 'view.a', status: 'FEATURE_STATUS_PRESENT', value: { number: 0.5 }, ageMs: '2000' },
        { name: 'view.b', status: 'FEATURE_STATUS_NOT_FOUND', value: null, eventTime: null },
      ],
      receipt: { logIndex: '0' },
    });
    expect(isUuid(response.predictionId)).toBe(true);
    expect(roles.inferred[0]).toMatchObject({
      modelName: 'm',
      modelVersion: '1',
      inputs: [{ shape: ['1', '2'] }],
    });
    expect(roles.records()).toMatchObject([
      {
        recordId: response.predictionId,
        principal: 'test',
        event: 'prediction',
        prediction: { request: { entities: { airport: 'ORD' } }, batchSize: 1 },
      },
    ]);
    await Score(scoreRequest(), newCall());
    expect(roles.steps.slice(4)).toEqual(['features', 'inference', 'append']);
  });

  it.each([
    ['features', 'features', ['features', 'append']],
    ['inference', 'infer', ['features', 'list features', 'inference', 'append']],
  ] as const)(
    'starts nothing more when its deadline passes during %s, and its refusal is recorded',
    async (_what, step, steps) => {
      const gate = createGate();
      const wait = async (): Promise<never> => (await gate.opened) as never;
      const roles = fakeRoles([withFeatures], {
        [step]: async () => {
          await wait();
          return step === 'infer'
            ? inferResponse({ y: ['FP32', [1, 1], float32(1)] })
            : (await import('./fakes.ts')).featuresResponse();
        },
      });
      const { Score } = await start(roles);
      const call = newCall(1500);
      const failing = errorOf(Score(scoreRequest(), call));
      await until(() => performance.now() > call.deadline);
      gate.open();
      expect(await failing).toMatchObject({ reason: 'DEADLINE_PAST' });
      expect(roles.steps.filter((done) => done !== 'list features')).toEqual(
        steps.filter((done) => done !== 'list features'),
      );
      expect(roles.records()).toMatchObject([
        { event: 'refusal', refusal: { reason: 'DEADLINE_PAST', code: 4 } },
      ]);
    },
  );

  it('that is refused leaves a record with reason, message and request', async () => {
    const roles = fakeRoles([withInput]);
    const { Score } = await start(roles);
    const error = (await errorOf(Score(scoreRequest({ inputs: { y: number(1) } }), newCall()))) as MeshError;
    expect(error.reason).toBe('INPUT_UNKNOWN');
    expect(roles.records()).toMatchObject([
      {
        event: 'refusal',
        refusal: {
          reason: 'INPUT_UNKNOWN',
          message: error.message,
          request: { inputs: { y: { number: 1 } } },
        },
      },
    ]);
  });

  it('that is far too large for a record is refused before any work, and what identifies it is recorded', async () => {
    const roles = fakeRoles([withInput]);
    const { Score } = await start(roles);
    const request = scoreRequest({ model: 'x'.repeat(1_000_000), entities: { a: 'k'.repeat(100_000) } });
    expect(await errorOf(Score(request, newCall()))).toMatchObject({ reason: 'INVALID_REQUEST' });
    expect(roles.steps).toEqual(['append']);
    expect(roles.appended[0]!.record.length).toBeLessThan(60 * 1024);
    expect(roles.records()[0]!.refusal!.request!.model).toBe('x'.repeat(129));
  });

  it('that fails with a bug is rethrown for the log, and its record has no detail', async () => {
    const roles = fakeRoles([withInput], {
      infer: async () => {
        throw new TypeError('secret');
      },
    });
    const { Score } = await start(roles);
    expect(await errorOf(Score(scoreRequest({ inputs: { x: number(1) } }), newCall()))).toBeInstanceOf(
      TypeError,
    );
    expect(roles.records()[0]!.refusal!.message).not.toContain('secret');
  });

  it('is not lost for its caller when its refusal can’t be recorded', async () => {
    const roles = fakeRoles([withInput], {
      append: async () => {
        throw new MeshError('ROLE_UNREACHABLE', 'audit is gone');
      },
    });
    const { Score, lines } = await start(roles);
    expect(await errorOf(Score(scoreRequest({ model: 'nope' }), newCall()))).toMatchObject({
      reason: 'MODEL_NOT_FOUND',
    });
    expect(lines.some(({ message }) => message === 'a refusal could not be recorded')).toBe(true);
  });

  it('is refused with QUEUE_FULL when as many as may be are under way, and places are given back', async () => {
    const gate = createGate();
    const roles = fakeRoles([model()], {
      infer: async () => {
        await gate.opened;
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { Score, metrics } = await start(roles, { maxInFlight: 2 });
    const running = [Score(scoreRequest(), newCall()), Score(scoreRequest(), newCall())];
    expect(metrics.read('scoremesh_scores_in_flight')).toEqual([{ labels: [], value: 2 }]);
    expect(await errorOf(Score(scoreRequest(), newCall()))).toMatchObject({
      reason: 'QUEUE_FULL',
      details: { retryAfterMs: 50 },
    });
    gate.open();
    await Promise.all(running);
    await Score(scoreRequest(), newCall());
    expect(metrics.read('scoremesh_scores_in_flight')).toEqual([{ labels: [], value: 0 }]);
  });
});

describe('a score with a request_id', () => {
  it('is answered once: a repeat gets the recorded prediction without any work', async () => {
    const roles = fakeRoles([withFeatures]);
    const { Score } = await start(roles);
    const request = scoreRequest({ requestId: 'r1', entities: { b: '2', a: '1' }, includeFeatures: true });
    const first = await Score(request, newCall());
    roles.steps.length = 0;
    const repeat = await Score({ ...request, entities: { a: '1', b: '2' } }, newCall());
    expect(repeat).toEqual(first);
    expect(roles.steps).toEqual(['find']);
    expect(await Score({ ...request, includeFeatures: false }, newCall())).toMatchObject({ features: [] });
  });

  it('is refused with the first prediction’s id when its body is another', async () => {
    const roles = fakeRoles([withInput]);
    const { Score } = await start(roles);
    const { predictionId } = await Score(
      scoreRequest({ requestId: 'r1', inputs: { x: number(1) } }),
      newCall(),
    );
    const error = (await errorOf(
      Score(scoreRequest({ requestId: 'r1', inputs: { x: number(2) } }), newCall()),
    )) as MeshError;
    expect(error).toMatchObject({
      code: 6,
      reason: 'REQUEST_ID_CONFLICT',
      details: { metadata: { prediction_id: predictionId } },
    });
    expect(error.message).toContain(predictionId);
  });

  it('belongs to its principal', async () => {
    const roles = fakeRoles([withInput]);
    const { Score } = await start(roles);
    const request = scoreRequest({ requestId: 'r1', inputs: { x: number(1) } });
    const one = await Score(request, newCall(1000, 'alice'));
    const other = await Score(request, newCall(1000, 'bob'));
    expect(other.predictionId).not.toBe(one.predictionId);
  });

  it('that runs twice at once has one record, and both callers get its prediction', async () => {
    const gate = createGate();
    let place = 0;
    const roles = fakeRoles([model()], {
      infer: async () => {
        const value = ++place;
        await gate.opened;
        return inferResponse({ y: ['FP32', [1, 1], float32(value)] });
      },
    });
    const { Score } = await start(roles);
    const both = [
      Score(scoreRequest({ requestId: 'r' }), newCall()),
      Score(scoreRequest({ requestId: 'r' }), newCall()),
    ];
    await until(() => place === 2);
    gate.open();
    const [one, other] = await Promise.all(both);
    expect(other).toEqual(one);
    expect(roles.records()).toHaveLength(1);
    expect(roles.records()[0]!.recordId).toBe(one!.predictionId);
  });

  it('whose answer was too large to be kept can’t be repeated, and that is said', async () => {
    const roles = fakeRoles([model()], {
      infer: async () => inferResponse({ y: ['FP32', [1, 20_000], Buffer.alloc(80_000, 1)] }),
    });
    const { Score } = await start(roles);
    const first = await Score(scoreRequest({ requestId: 'r' }), newCall());
    expect(first.outputs.score!.tensor!.data).toHaveLength(80_000);
    const error = (await errorOf(Score(scoreRequest({ requestId: 'r' }), newCall()))) as MeshError;
    expect(error).toMatchObject({
      reason: 'REQUEST_ID_CONFLICT',
      message: expect.stringContaining('outputs.score'),
    });
  });
});

describe('a model with deferred audit', () => {
  const deferred = model({ audit: 'AUDIT_MODE_DEFERRED' });

  it('answers before its record is durable; closing waits for the record', async () => {
    const durable = createGate();
    const roles = fakeRoles([deferred], { append: () => durable.opened });
    const { Score, metrics } = await start(roles);
    const response = await Score(scoreRequest(), newCall());
    expect(response.receipt).toBeNull();
    expect(roles.appended).toHaveLength(0);
    expect(metrics.read('scoremesh_audit_deferred_records')).toEqual([{ labels: [], value: 1 }]);
    const closing = closers.close();
    durable.open();
    await closing;
    expect(roles.records()).toMatchObject([{ recordId: response.predictionId }]);
  });

  it('waits for the record all the same where a request_id was given', async () => {
    const roles = fakeRoles([deferred]);
    const { Score } = await start(roles);
    expect((await Score(scoreRequest({ requestId: 'r' }), newCall())).receipt).toMatchObject({
      logIndex: '0',
    });
  });

  it('counts and logs records that were dropped, because there were too many or they could not be written', async () => {
    const gate = createGate();
    const roles = fakeRoles([deferred], {
      append: async () => {
        await gate.opened;
        throw new MeshError('AUDIT_DISK_FULL', 'full');
      },
    });
    const { Score, metrics, lines } = await start(roles, { maxInFlight: 100_000 });
    for (let count = 0; count < 8192 + 5; count++) await Score(scoreRequest(), newCall());
    expect(metrics.counts.get('scoremesh_audit_deferred_dropped_total{}')).toBe(5);
    gate.open();
    await until(() => metrics.counts.get('scoremesh_audit_deferred_dropped_total{}') === 8192 + 5);
    expect(lines.filter(({ level }) => level === 'error').length).toBeGreaterThan(0);
  });
});
