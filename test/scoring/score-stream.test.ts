import { afterEach, describe, expect, it } from 'vitest';
import type { ScoreStreamRequest__Output } from '../../services/gen/scoremesh/scoring/v1/ScoreStreamRequest.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
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
  tensor,
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

const withInput = model({
  inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '1'] }],
  sources: [{ tensor: 'x', columns: ['x'], featureSet: '', input: '' }],
  requestInputs: [requestInput('x', 'number')],
});

describe('a stream of scores', () => {
  async function* requests(
    ...given: (ScoreStreamRequest__Output['request'] | undefined)[]
  ): AsyncGenerator<ScoreStreamRequest__Output> {
    for (const [place, request] of given.entries())
      yield { sequence: String(place), request: request ?? null };
  }

  it('answers each, and a bad one never ends it', async () => {
    const roles = fakeRoles([withInput]);
    const { ScoreStream } = await start(roles);
    const seen = new Map<string, string>();
    const good = scoreRequest({ inputs: { x: number(1) } });
    for await (const answer of ScoreStream(
      requests(good, scoreRequest(), undefined, scoreRequest({ model: 'nope' }), good),
      newCall(),
    ))
      seen.set(answer.sequence, answer.result === 'response' ? 'answer' : String(answer.error!.code));
    expect(Object.fromEntries(seen)).toEqual({ 0: 'answer', 1: '3', 2: '3', 3: '5', 4: 'answer' });
  });

  it('answers in order of completion', async () => {
    const gates = [createGate(), createGate(), createGate()];
    let place = 0;
    const roles = fakeRoles([model()], {
      infer: async () => {
        await gates[place++]!.opened;
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { ScoreStream } = await start(roles);
    const order: string[] = [];
    const reading = (async () => {
      for await (const { sequence } of ScoreStream(
        requests(scoreRequest(), scoreRequest(), scoreRequest()),
        newCall(),
      )) {
        order.push(sequence);
        if (order.length < 3) gates[2 - order.length]!.open();
      }
    })();
    await until(() => place === 3);
    gates[2]!.open();
    await reading;
    expect(order).toEqual(['2', '1', '0']);
  });

  it('logs a bug and answers INTERNAL for that request alone', async () => {
    let count = 0;
    const roles = fakeRoles([model()], {
      infer: async () => {
        if (count++ === 0) throw new TypeError('secret');
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { ScoreStream, lines } = await start(roles);
    const answers = [];
    for await (const answer of ScoreStream(requests(scoreRequest(), scoreRequest()), newCall()))
      answers.push(answer);
    const failed = answers.find(({ result }) => result === 'error')!;
    expect(failed.error).toMatchObject({ code: 13 });
    expect(failed.error!.message).not.toContain('secret');
    expect(answers.filter(({ result }) => result === 'response')).toHaveLength(1);
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { error: { message: 'secret' } } },
    ]);
  });

  it('gives each request the default deadline', async () => {
    let deadline = 0;
    const roles = fakeRoles([model()], {
      infer: async (_request, call) => {
        deadline = call.deadline;
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { ScoreStream } = await start(roles, { defaultTimeoutMs: 5_000 });
    const begin = performance.now();
    for await (const _answer of ScoreStream(requests(scoreRequest()), newCall(Number.POSITIVE_INFINITY)));
    expect(deadline - begin).toBeGreaterThan(4_000);
    expect(deadline - begin).toBeLessThan(60_000);
  });
});

describe('outcomes', () => {
  const known = '018f0000-0000-7000-8000-000000000001';

  it('are recorded whether their prediction is known or not', async () => {
    const roles = fakeRoles([model()]);
    const { Score, RecordOutcomes } = await start(roles);
    const { predictionId } = await Score(scoreRequest(), newCall());
    const values = { late: { flag: true, kind: 'flag' as const } };
    const answer = await RecordOutcomes(
      {
        outcomes: [predictionId, known].map((id) => ({
          predictionId: id,
          requestId: '',
          values,
          occurredAt: null,
        })),
      },
      newCall(),
    );
    expect(answer).toEqual({ joined: 1, unknown: 1, duplicate: 0, corrected: 0 });
    expect(
      roles
        .records()
        .filter(({ event }) => event === 'outcome')
        .map(({ outcome }) => outcome!.predictionId),
    ).toEqual(expect.arrayContaining([predictionId, known]));
  });

  it.each([
    ['none', [], 'outcomes'],
    [
      'too many',
      Array.from({ length: 1001 }, () => ({
        predictionId: known,
        requestId: '',
        values: { a: number(1) },
        occurredAt: null,
      })),
      'outcomes',
    ],
    [
      'one without id',
      [{ predictionId: 'x', requestId: '', values: { a: number(1) }, occurredAt: null }],
      'outcomes[0].prediction_id',
    ],
    [
      'one without values',
      [{ predictionId: known, requestId: '', values: {}, occurredAt: null }],
      'outcomes[0].values',
    ],
    [
      'one whose value is empty',
      [{ predictionId: known, requestId: '', values: { a: {} }, occurredAt: null }],
      'outcomes[0].values.a',
    ],
    [
      'one too large for its record',
      [
        {
          predictionId: known,
          requestId: '',
          values: { a: tensor('FP32', [10_000], Buffer.alloc(40_000)) },
          occurredAt: null,
        },
      ],
      'outcomes[0].values',
    ],
  ])('are refused before anything is written: %s', async (_what, outcomes, field) => {
    const roles = fakeRoles([model()]);
    const { RecordOutcomes } = await start(roles);
    const error = await errorOf(RecordOutcomes({ outcomes: outcomes as never }, newCall()));
    expect(error).toMatchObject({ reason: 'INVALID_REQUEST', details: { violations: [{ field }] } });
    expect(roles.appended).toEqual([]);
  });
});
