import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { InferParameter__Output } from '../../services/gen/inference/InferParameter.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../services/gen/inference/ModelInferResponse.ts';
import type { Call } from '../../services/kit/contract/call.ts';
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
  modelChange,
  newCall,
  scoreRequest,
} from './fakes.ts';

let closers: Closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

async function start(
  roles: FakeRoles,
  config: { maxInFlight?: number; defaultTimeoutMs?: number; unready?: () => MeshError | undefined } = {},
) {
  const { log, lines } = createRecorder();
  const metrics = createReadableMetrics();
  const { unready = () => undefined, ...limits } = config;
  const service = createScoring(
    { maxInFlight: 100, defaultTimeoutMs: 10_000, ...limits },
    { ...roles, unready, log, metrics },
    closers,
  );
  await until(() => service.unready() === undefined);
  return { ...service.inference, scoring: service.scoring, models: service.models, lines, metrics };
}

const method = '/inference.GRPCInferenceService/ModelInfer';
const text = (value: string): InferParameter__Output => ({
  stringParam: value,
  parameterChoice: 'stringParam',
});
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();

function request(rest: Partial<ModelInferRequest> = {}): ModelInferRequest {
  return {
    modelName: 'm',
    modelVersion: '',
    id: 'r-1',
    parameters: {},
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['1', '1'], parameters: {}, contents: null }],
    outputs: [],
    rawInputContents: [float32(0.25)],
    ...rest,
  };
}

/** An answer of the version with this content. */
function answerOf(digest: string, value = 1): ModelInferResponse {
  const response = inferResponse({ y: ['FP32', [1, 1], float32(value)] });
  return { ...response, parameters: { ...response.parameters, model_digest: text(digest) } };
}

const predictionId = ({ parameters }: ModelInferResponse): string =>
  parameters.prediction_id?.stringParam ?? '';

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

describe('a version that is replaced meanwhile', () => {
  const one = model({ digest: 'sha256:01' });
  const two = model({ version: 2, digest: 'sha256:02' });

  it('that was loaded again from other files is told of, and its answer has the content that gave it', async () => {
    const roles = fakeRoles([one], { infer: async () => answerOf('sha256:99') });
    const { ModelInfer } = await start(roles);
    const answering = ModelInfer(request(), newCall());
    await until(() => roles.inferred.length === 1);
    expect(roles.appended).toEqual([]);
    roles.tell([model({ digest: 'sha256:99' })]);
    await answering;
    expect(roles.inferred).toHaveLength(2);
    expect(roles.records()).toMatchObject([{ inference: { model: { digest: 'sha256:99' } } }]);
  });

  it('fails at the deadline if no news of the content that answers ever come', async () => {
    const roles = fakeRoles([one], { infer: async () => answerOf('sha256:99') });
    const { ModelInfer } = await start(roles);
    expect(await errorOf(ModelInfer(request(), newCall(30)))).toMatchObject({ code: 4 });
    expect(roles.records()).toMatchObject([{ event: 'refusal' }]);
  });

  it.each(['MODEL_NOT_FOUND', 'MODEL_VERSION_NOT_FOUND', 'MODEL_NOT_READY'] as const)(
    'and is gone (%s) fails no request: its successor answers',
    async (reason) => {
      const roles = fakeRoles([one], {
        infer: async ({ modelVersion }) => {
          if (modelVersion === '1') throw new MeshError(reason, 'it is gone');
          return answerOf('sha256:02', 2);
        },
      });
      const { ModelInfer, scoring } = await start(roles);
      const answering = [ModelInfer(request(), newCall()), scoring.Score(scoreRequest(), newCall())];
      await until(() => roles.inferred.length === 2);
      roles.tell([{ ...one, state: 'MODEL_STATE_UNLOADED' }, two]);
      await Promise.all(answering);
      const events = roles.records();
      expect(events.map(({ event }) => event).sort()).toEqual(['inference', 'prediction']);
      for (const { inference, prediction } of events)
        expect((inference ?? prediction)!.model).toMatchObject({ version: 2, digest: 'sha256:02' });
    },
  );

  it('and is gone without a successor is refused as the inference role says', async () => {
    const roles = fakeRoles([one], {
      infer: async () => {
        throw new MeshError('MODEL_NOT_READY', "'m' version 1 is not at ready state");
      },
    });
    const { ModelInfer } = await start(roles);
    const answering = errorOf(ModelInfer(request(), newCall()));
    await until(() => roles.inferred.length === 1);
    roles.tell([{ ...one, state: 'MODEL_STATE_UNLOADED' }]);
    expect(await answering).toMatchObject({ reason: 'MODEL_NOT_READY' });
  });

  it('and is new to the gateway is answered by once it has heard of it', async () => {
    const roles = fakeRoles([one], {
      infer: async () => answerOf('sha256:02', 2),
    });
    const { ModelInfer } = await start(roles);
    roles.change([one, two]);
    // Asked for by number before the gateway knows it: the inference role answers, and the record waits for the news.
    const answering = ModelInfer(request({ modelVersion: '2' }), newCall());
    await until(() => roles.inferred.length === 1);
    roles.tell([one, two]);
    await answering;
    expect(roles.records()).toMatchObject([{ inference: { model: { version: 2, digest: 'sha256:02' } } }]);
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

describe('what changes models', () => {
  const loaded = modelChange(1);

  it.each(['LoadModel', 'UnloadModel', 'SetAlias', 'RollbackAlias'] as const)(
    '%s is answered when the record of the change is durable',
    async (name) => {
      const durable = createGate();
      const roles: FakeRoles = fakeRoles([model()], {
        append: () => durable.opened,
        models: {
          [name]: async () => {
            // The followed stream is behind: the gateway asks.
            roles.change([model()], [loaded]);
            return { models: [] };
          },
        },
      });
      const { models } = await start(roles);
      let answered = false;
      const changing = models[name]({} as never, newCall()).then(() => {
        answered = true;
      });
      await until(() => roles.steps.includes('append'));
      await new Promise((resolve) => setImmediate(resolve));
      expect(answered).toBe(false);
      durable.open();
      await changing;
      expect(roles.records()).toMatchObject([
        { recordId: loaded.changeId, principal: 'operator', modelChange: { model: 'm', version: 1 } },
      ]);
    },
  );

  it.each(['RepositoryModelLoad', 'RepositoryModelUnload'] as const)(
    '%s too is answered when the record of the change is durable',
    async (name) => {
      const roles: FakeRoles = fakeRoles([model()], {
        inference: {
          [name]: async () => {
            roles.change([model()], [loaded]);
            return {};
          },
        },
      });
      const inference = await start(roles);
      await inference[name]({ repositoryName: '', modelName: 'm', parameters: {} }, newCall());
      expect(roles.records().map(({ recordId }) => recordId)).toEqual([loaded.changeId]);
    },
  );

  it('is refused at its deadline while the log is down, and recorded once it is back', async () => {
    let down = true;
    const roles: FakeRoles = fakeRoles([model()], {
      append: async () => {
        if (down) throw new MeshError('ROLE_UNREACHABLE', 'the log is gone');
      },
      models: {
        LoadModel: async () => {
          roles.change([model()], [loaded]);
          return { models: [] };
        },
      },
    });
    const { models } = await start(roles);
    expect(await errorOf(models.LoadModel({ name: 'm', version: 1 }, newCall(50)))).toMatchObject({
      code: 4,
    });
    down = false;
    await until(() => roles.appended.length === 1);
    expect(roles.records()).toMatchObject([{ recordId: loaded.changeId }]);
  });

  it('by itself is recorded too, once, whatever is repeated', async () => {
    const roles = fakeRoles([model()]);
    await start(roles);
    roles.tell([model()], [modelChange(1), modelChange(2)]);
    await until(() => roles.appended.length === 2);
    roles.breakStreams();
    roles.tell([model()], [modelChange(3)]);
    await until(() => roles.appended.length === 3);
    expect(roles.records().map(({ recordId }) => recordId)).toEqual(
      [1, 2, 3].map((n) => modelChange(n).changeId),
    );
  });

  it('before a restart of the gateway is not recorded again', async () => {
    const roles = fakeRoles([model()]);
    await start(roles);
    roles.tell([model()], [modelChange(1)]);
    await until(() => roles.appended.length === 1);
    await closers.close();
    closers = createClosers(silentLog);
    const { models } = await start(roles);
    roles.tell([model()], [modelChange(2)]);
    await until(() => roles.appended.length === 2);
    expect(roles.steps.filter((step) => step === 'append').length).toBeGreaterThanOrEqual(3);
    expect(roles.records().map(({ recordId }) => recordId)).toEqual(
      [1, 2].map((n) => modelChange(n).changeId),
    );
    expect(models).toBeDefined();
  });
});

describe('the outcome of an inference', () => {
  it('is joined by its prediction_id', async () => {
    const roles = fakeRoles([model()]);
    const { ModelInfer, scoring } = await start(roles);
    const id = predictionId(await ModelInfer(request(), newCall()));
    const values = { late: { flag: true, kind: 'flag' as const } };
    expect(
      await scoring.RecordOutcomes({ outcomes: [{ predictionId: id, values, occurredAt: null }] }, newCall()),
    ).toEqual({ joined: 1, unknown: 0 });
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
