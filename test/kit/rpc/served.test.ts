import { describe, expect, it } from 'vitest';
import {
  auditContract,
  inferenceContract,
  modelContract,
  scoringContract,
} from '../../../services/contracts.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { edgeClient, localTransport, throughCodec } from '../../../services/kit/rpc/local.ts';
import { decodeRequest } from '../../../services/kit/rpc/served.ts';
import { type EchoHandlers, echoServices, scoreRequest, scoreResponse } from './echo.ts';
import { errorOf, newCall } from './processes.ts';
import { createRecorder } from './recorder.ts';

function local(handlers: EchoHandlers = {}, codec = false) {
  const recorder = createRecorder();
  const services = echoServices(handlers, recorder.instruments);
  const transport = codec ? throughCodec(localTransport(services)) : localTransport(services);
  return {
    ...recorder,
    services,
    scoring: createClient(scoringContract, transport, recorder.instruments),
    models: createClient(modelContract, transport, recorder.instruments),
    audit: createClient(auditContract, transport, recorder.instruments),
  };
}
const scoreMethod = 'scoremesh.scoring.v1.ScoringService/Score';

describe('a served method', () => {
  it('is not asked with millions of empty inputs, which take a hundred times the memory of their message', () => {
    const modelInfer = inferenceContract.methods().get('ModelInfer')!;
    const inputs = Buffer.alloc(2 ** 20, Buffer.from([0x2a, 0]));
    expect(decodeRequest(modelInfer, inputs)).toMatchObject({ error: { reason: 'INVALID_REQUEST' } });
    expect(decodeRequest(modelInfer, inputs.subarray(0, 2 ** 10))).toMatchObject({ id: '' });
  });

  it('is not started when nobody wants the answer any more', async () => {
    let started = 0;
    const { scoring, models } = local({
      scoring: {
        RecordOutcomes: async () => {
          started += 1;
          return { joined: 0, unknown: 0, duplicate: 0, corrected: 0 };
        },
      },
      models: {
        WatchModels: async function* () {
          started += 1;
          yield { models: [], changes: [] };
        },
      },
    });
    expect(await errorOf(scoring.RecordOutcomes({ outcomes: [] }, newCall(-1)))).toMatchObject({
      reason: 'DEADLINE_PAST',
    });
    const gone = newCall();
    gone.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
    expect(await errorOf(scoring.RecordOutcomes({ outcomes: [] }, gone))).toMatchObject({ message: 'gone' });
    const watching = (async () => {
      for await (const _snapshot of models.WatchModels({}, gone));
    })();
    expect(await errorOf(watching)).toMatchObject({ message: 'gone' });
    expect(started).toBe(0);
  });

  it.each([
    'MODEL_NOT_FOUND',
    'INVALID_REQUEST',
    'QUEUE_FULL',
    'DEADLINE_PAST',
    'ROLE_UNREACHABLE',
    'CALL_CANCELLED',
    'INTERNAL',
  ] as const)(
    'counts failures (%s) of models that nobody was answered for without their names',
    async (reason) => {
      const { scoring, served } = local({
        scoring: {
          Score: async ({ model }) => {
            if (model.startsWith('real')) return scoreResponse('x');
            throw new MeshError(reason, 'no');
          },
        },
      });
      await scoring.Score(scoreRequest({ model: 'real@2' }), newCall());
      for (let count = 0; count < 50; count++)
        await errorOf(scoring.Score(scoreRequest({ model: `invented-${count}` }), newCall()));
      expect(served.size).toBe(2);
      expect(served.get(`${scoreMethod} OK real local`)).toBe(1);
    },
  );

  it('counts failures of a model that answers under its name', async () => {
    let failing = false;
    const { scoring, served } = local({
      scoring: {
        Score: async () => {
          if (failing) throw new MeshError('QUEUE_FULL', 'full');
          return scoreResponse('x');
        },
      },
    });
    await scoring.Score(scoreRequest(), newCall());
    failing = true;
    await errorOf(scoring.Score(scoreRequest({ model: 'm@champion' }), newCall()));
    expect([...served.keys()]).toEqual([
      `${scoreMethod} OK m local`,
      `${scoreMethod} RESOURCE_EXHAUSTED m local`,
    ]);
  });

  it('of a stream is recorded also when its reader stops', async () => {
    const { models, served, spans } = local({
      models: {
        WatchModels: async function* () {
          for (;;) yield { models: [], changes: [] };
        },
      },
    });
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: '' };
    for await (const _snapshot of models.WatchModels({}, { ...newCall(), trace })) break;
    expect([...served.keys()]).toEqual(['scoremesh.inference.v1.ModelService/WatchModels CANCELLED  local']);
    expect(spans.map(({ kind }) => kind)).toContain(2);
  });

  it('called from an edge is recorded as coming from there, without a client’s span', async () => {
    const { services, served, spans } = local();
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: '' };
    await edgeClient(scoringContract, services, 'http').Score(scoreRequest(), { ...newCall(), trace });
    expect([...served.keys()]).toEqual([`${scoreMethod} OK m http`]);
    expect(spans.map(({ kind }) => kind)).toEqual([2]);
  });
});

describe('a local call', () => {
  it('passes messages by reference; through the codec, as over the wire', async () => {
    const seen: object[] = [];
    const handlers: EchoHandlers = {
      scoring: {
        Score: async (request) => {
          seen.push(request);
          return scoreResponse('x');
        },
      },
    };
    const request = scoreRequest({ inputs: { x: { number: 1, kind: 'number' } } });
    await local(handlers).scoring.Score(request, newCall());
    await local(handlers, true).scoring.Score(request, newCall());
    expect(seen[0]).toBe(request);
    expect(seen[1]).not.toBe(request);
    expect(seen[1]).toEqual(request);
  });

  it('through the codec carries streams both ways', async () => {
    const { scoring, models } = local({}, true);
    const requests = async function* () {
      yield { sequence: '7', request: null };
    };
    for await (const { sequence } of scoring.ScoreStream(requests(), newCall())) expect(sequence).toBe('7');
    for await (const snapshot of models.WatchModels({}, newCall()))
      expect(snapshot).toEqual({ models: [], changes: [] });
  });
});
