import { afterEach, describe, expect, it } from 'vitest';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import type { Call } from '../../services/kit/contract/call.ts';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { isUuid } from '../../services/kit/uuid.ts';
import { createGate, errorOf, until } from '../kit/rpc/processes.ts';
import { type FakeRoles, fakeRoles, float32, inferResponse, model, newCall, scoreRequest } from './fakes.ts';
import { method, predictionId, request, sha256, startGateway, text } from './inference-parts.ts';

let closers: Closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

const start = (roles: FakeRoles, config: Parameters<typeof startGateway>[2] = {}) =>
  startGateway(roles, closers, config);

describe('an inference', () => {
  it('is answered when its record is durable, and names it', async () => {
    const durable = createGate();
    const roles = fakeRoles([model({ aliases: ['champion'] })], { append: () => durable.opened });
    const { ModelInfer } = await start(roles);
    let answered = false;
    const answering = ModelInfer(request(), newCall(30_000, 'alice')).then((response) => {
      answered = true;
      return response;
    });
    await until(() => roles.steps.includes('append'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    durable.open();
    const response = await answering;
    expect(isUuid(predictionId(response))).toBe(true);
    expect(roles.steps).toEqual(['inference', 'append']);
    expect(response.parameters.batch_size).toEqual({ int64Param: '1', parameterChoice: 'int64Param' });
    expect(roles.records()).toMatchObject([
      {
        recordId: predictionId(response),
        principal: 'alice',
        event: 'inference',
        inference: {
          request: { modelName: 'm', modelVersion: '', id: 'r-1', rawInputContents: [float32(0.25)] },
          model: { name: 'm', version: 1, digest: 'sha256:00', alias: 'champion' },
          response: { parameters: {}, outputs: [{ name: 'y' }], rawOutputContents: [float32(0.75)] },
          batchSize: 1,
          batchClass: 'BATCH_CLASS_INVARIANT',
          omitted: [],
        },
      },
    ]);
  });

  it('runs on the version that its name means here, by number', async () => {
    const roles = fakeRoles([model(), model({ version: 2, digest: 'sha256:02', aliases: ['best'] })]);
    const { ModelInfer } = await start(roles);
    for (const [modelName, modelVersion] of [
      ['m', ''],
      ['m', '1'],
      ['m@best', ''],
      ['m@1', ''],
    ] as const)
      await ModelInfer(request({ modelName, modelVersion }), newCall());
    expect(roles.inferred.map((asked) => [asked.modelName, asked.modelVersion])).toEqual([
      ['m', '2'],
      ['m', '1'],
      ['m', '2'],
      ['m', '1'],
    ]);
    expect(
      roles.records().map(({ inference }) => [inference!.model!.version, inference!.model!.alias]),
    ).toEqual([
      [2, ''],
      [1, ''],
      [2, 'best'],
      [1, ''],
    ]);
    // As it was asked, not as it was passed on.
    expect(roles.records()[2]!.inference!.request).toMatchObject({ modelName: 'm@best', modelVersion: '' });
  });

  it('whose contents are large has them by digest in its record, and whole in its answer', async () => {
    const asked = Buffer.alloc(100_000, 7);
    const given = Buffer.alloc(80_000, 9);
    const roles = fakeRoles([model()], {
      infer: async () => inferResponse({ y: ['UINT8', [80_000], given], z: ['FP32', [1], float32(2)] }),
    });
    const { ModelInfer } = await start(roles);
    const response = await ModelInfer(
      request({
        inputs: ['image', 'x'].map((name) => ({
          name,
          datatype: 'UINT8',
          shape: ['100000'],
          parameters: {},
          contents: null,
        })),
        rawInputContents: [asked, float32(1)],
      }),
      newCall(),
    );
    expect(response.rawOutputContents[0]).toEqual(given);
    const { inference } = roles.records()[0]!;
    expect(inference!.omitted).toEqual([
      { path: 'request.image', sha256: sha256(asked), sizeBytes: '100000' },
      { path: 'response.y', sha256: sha256(given), sizeBytes: '80000' },
    ]);
    expect(inference!.request!.rawInputContents.map(({ length }) => length)).toEqual([0, 4]);
    expect(inference!.response!.rawOutputContents.map(({ length }) => length)).toEqual([0, 4]);
  });

  it('of a model about somebody has to name the key, whose record it then is', async () => {
    const roles = fakeRoles([model({ subject: 'passenger' })]);
    const { ModelInfer } = await start(roles);
    const parameters = (key: string): ModelInferRequest['parameters'] => ({
      subject: { stringParam: key, parameterChoice: 'stringParam' },
    });
    for (const given of [request(), request({ parameters: parameters('') })])
      expect(await errorOf(ModelInfer(given, newCall()))).toMatchObject({
        reason: 'ENTITY_MISSING',
        details: { violations: [{ field: 'parameters.subject' }] },
      });
    expect(roles.steps).not.toContain('inference');
    await ModelInfer(request({ parameters: parameters('P-1') }), newCall());
    expect(roles.appended.at(-1)?.subject).toBe('passenger=P-1');
  });

  it('of a model with deferred audit is answered before its record is durable', async () => {
    const durable = createGate();
    const roles = fakeRoles([model({ audit: 'AUDIT_MODE_DEFERRED' })], { append: () => durable.opened });
    const { ModelInfer } = await start(roles);
    const response = await ModelInfer(request(), newCall());
    expect(roles.appended).toHaveLength(0);
    durable.open();
    await closers.close();
    expect(roles.records()).toMatchObject([{ recordId: predictionId(response), event: 'inference' }]);
  });

  it('is not answered when its record can’t be written', async () => {
    const roles = fakeRoles([model()], {
      append: async () => {
        throw new MeshError('AUDIT_DISK_FULL', 'full');
      },
    });
    const { ModelInfer } = await start(roles);
    expect(await errorOf(ModelInfer(request(), newCall()))).toMatchObject({ reason: 'AUDIT_DISK_FULL' });
  });

  it('that is refused leaves a record with its method, and no tensors', async () => {
    const roles = fakeRoles([model()], {
      infer: async () => {
        throw new MeshError('TENSOR_INVALID', "unexpected inference input 'x' for model 'm'");
      },
    });
    const { ModelInfer } = await start(roles);
    const error = await errorOf(ModelInfer(request({ modelVersion: '1' }), newCall(1000, 'bob')));
    expect(error).toMatchObject({ reason: 'TENSOR_INVALID' });
    expect(roles.records()).toMatchObject([
      {
        principal: 'bob',
        event: 'refusal',
        refusal: {
          method,
          code: 3,
          reason: 'TENSOR_INVALID',
          message: "unexpected inference input 'x' for model 'm'",
          request: { model: 'm@1', requestId: 'r-1', inputs: {} },
        },
      },
    ]);
  });

  it('of a model that nobody knows is refused in the words of the inference role', async () => {
    const roles = fakeRoles([model()], {
      infer: async () => {
        throw new MeshError('MODEL_NOT_FOUND', "Request for unknown model: 'nope' is not found");
      },
    });
    const { ModelInfer } = await start(roles, { defaultTimeoutMs: 50 });
    const error = await errorOf(ModelInfer(request({ modelName: 'nope' }), newCall(50)));
    expect(roles.inferred).toHaveLength(1);
    expect(error).toMatchObject({
      reason: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('unknown model'),
    });
    expect(roles.records()).toMatchObject([{ refusal: { method, reason: 'MODEL_NOT_FOUND' } }]);
  });

  it('that no record could hold is refused before any work', async () => {
    const roles = fakeRoles([model()]);
    const { ModelInfer } = await start(roles);
    const error = await errorOf(
      ModelInfer(request({ parameters: { note: text('x'.repeat(100_000)) } }), newCall()),
    );
    expect(error).toMatchObject({ reason: 'INVALID_REQUEST' });
    expect(roles.steps).toEqual(['append']);
    expect(roles.records()[0]!.refusal!.method).toBe(method);
  });

  it('shares the budget of requests under way with scores; what is beyond it is QUEUE_FULL and counted', async () => {
    const gate = createGate();
    const roles = fakeRoles([model()], {
      infer: async () => {
        await gate.opened;
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { ModelInfer, scoring, metrics } = await start(roles, { maxInFlight: 2 });
    const running = [scoring.Score(scoreRequest(), newCall()), ModelInfer(request(), newCall())];
    await until(() => roles.inferred.length === 2);
    expect(metrics.read('scoremesh_scores_in_flight')).toEqual([{ labels: [], value: 2 }]);
    for (const refused of [ModelInfer(request(), newCall()), scoring.Score(scoreRequest(), newCall())])
      expect(await errorOf(refused)).toMatchObject({
        reason: 'QUEUE_FULL',
        details: { retryAfterMs: expect.any(Number) },
      });
    gate.open();
    await Promise.all(running);
    await closers.close();
    expect(metrics.read('scoremesh_scores_in_flight')).toEqual([{ labels: [], value: 0 }]);
    const summaries = roles.records().filter(({ event }) => event === 'refusalSummary');
    const counted = summaries.reduce((sum, { refusalSummary }) => sum + refusalSummary!.count, 0);
    expect(counted).toBe(2);
    expect(roles.records().some(({ event }) => event === 'refusal')).toBe(false);
  });

  it('whose deadline has passed starts nothing, and its refusal is recorded', async () => {
    const roles = fakeRoles([model()]);
    const { ModelInfer } = await start(roles);
    expect(await errorOf(ModelInfer(request(), newCall(-1)))).toMatchObject({ reason: 'DEADLINE_PAST' });
    expect(roles.steps).toEqual(['append']);
    expect(roles.records()).toMatchObject([{ refusal: { reason: 'DEADLINE_PAST', method } }]);
  });
});

describe('a stream of inferences', () => {
  async function* requests(...given: ModelInferRequest[]): AsyncGenerator<ModelInferRequest> {
    yield* given;
  }

  it('answers in order, a failure in its place, and records each', async () => {
    const first = createGate();
    let place = 0;
    const roles = fakeRoles([model()], {
      infer: async ({ id }) => {
        if (place++ === 0) await first.opened;
        else first.open();
        if (id === 'bad') throw new MeshError('TENSOR_INVALID', 'bad tensor');
        return { ...inferResponse({ y: ['FP32', [1, 1], float32(1)] }), id };
      },
    });
    const { ModelStreamInfer } = await start(roles);
    const seen: [string, string, boolean][] = [];
    const asked = ['a', 'bad', 'c'].map((id) => request({ id }));
    for await (const { errorMessage, inferResponse: answer } of ModelStreamInfer(
      requests(...asked),
      newCall(Number.POSITIVE_INFINITY),
    ))
      seen.push([answer!.id, errorMessage, isUuid(predictionId(answer!))]);
    expect(seen).toEqual([
      ['a', '', true],
      ['bad', 'bad tensor', false],
      ['c', '', true],
    ]);
    expect(
      roles
        .records()
        .map(({ event }) => event)
        .sort(),
    ).toEqual(['inference', 'inference', 'refusal']);
  });

  it('logs a bug and tells that request alone, without its details', async () => {
    let count = 0;
    const roles = fakeRoles([model()], {
      infer: async () => {
        if (count++ === 0) throw new TypeError('secret');
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { ModelStreamInfer, lines } = await start(roles);
    const messages: string[] = [];
    for await (const { errorMessage } of ModelStreamInfer(requests(request(), request()), newCall()))
      messages.push(errorMessage);
    expect(messages[0]).not.toBe('');
    expect(messages[0]).not.toContain('secret');
    expect(messages[1]).toBe('');
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { error: { message: 'secret' } } },
    ]);
  });

  it('gives each request the default deadline', async () => {
    let asked: Call | undefined;
    const roles = fakeRoles([model()], {
      infer: async (_request, call) => {
        asked = call;
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { ModelStreamInfer } = await start(roles, { defaultTimeoutMs: 5000 });
    const begin = performance.now();
    for await (const _answer of ModelStreamInfer(requests(request()), newCall(Number.POSITIVE_INFINITY)));
    expect(asked!.deadline - begin).toBeGreaterThan(4000);
    expect(asked!.deadline - begin).toBeLessThan(60_000);
  });
});

describe('the outcome of an inference', () => {
  it('is joined by its prediction_id', async () => {
    const roles = fakeRoles([model()]);
    const { ModelInfer, scoring } = await start(roles);
    const id = predictionId(await ModelInfer(request(), newCall()));
    const values = { late: { flag: true, kind: 'flag' as const } };
    expect(
      await scoring.RecordOutcomes(
        { outcomes: [{ predictionId: id, requestId: '', values, occurredAt: null }] },
        newCall(),
      ),
    ).toEqual({ joined: 1, unknown: 0, duplicate: 0, corrected: 0 });
  });
});

describe('the health of the gateway', () => {
  it('is that of all it needs, without asking the inference role', async () => {
    let why: MeshError | undefined = new MeshError('AUDIT_DISK_FULL', 'full');
    const roles = fakeRoles([model()]);
    const { ServerLive, ServerReady } = await start(roles, { unready: () => why });
    expect(await ServerLive({}, newCall())).toEqual({ live: true });
    expect(await ServerReady({}, newCall())).toEqual({ ready: false });
    why = undefined;
    expect(await ServerReady({}, newCall())).toEqual({ ready: true });
  });
});
