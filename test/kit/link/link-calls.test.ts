import { describe, expect, it } from 'vitest';
import { auditContract, scoringContract } from '../../../services/contracts.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { decodeRequestFrame } from '../../../services/kit/link/frames.ts';
import { openLinkPool } from '../../../services/kit/link/link-pool.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { scoreRequest, scoreResponse } from '../rpc/echo.ts';
import {
  createGate,
  errorOf,
  newCall,
  serverDefaults,
  startProcess,
  testClosers,
  until,
} from '../rpc/processes.ts';
import { createRecorder } from '../rpc/recorder.ts';

const closers = testClosers();

async function connect(
  addresses: string,
  options: {
    find?: (host: string) => Promise<string[]>;
    own?: ReturnType<typeof createClosers>;
    maxMessageBytes?: number;
  } = {},
) {
  const recorder = createRecorder();
  const { maxMessageBytes = serverDefaults.maxMessageBytes } = options;
  const pool = await openLinkPool(
    { role: 'audit', addresses, maxMessageBytes },
    recorder.log,
    options.own ?? closers,
    options.find,
  );
  await until(() => pool.unreachable() === undefined);
  return {
    pool,
    ...recorder,
    scoring: createClient(scoringContract, pool, recorder.instruments),
    audit: createClient(auditContract, pool, recorder.instruments),
  };
}

describe('a link', () => {
  it('carries many calls at once, answered in any order, each to its caller', async () => {
    const gates = new Map<string, ReturnType<typeof createGate<void>>>();
    const process = await startProcess(closers, {
      scoring: {
        Score: async ({ requestId }) => {
          const gate = createGate();
          gates.set(requestId, gate);
          await gate.opened;
          return scoreResponse(requestId);
        },
      },
    });
    const { scoring } = await connect(process.address);
    const ids = Array.from({ length: 300 }, (_, place) => String(place));
    const order: string[] = [];
    const answers = ids.map(async (requestId) => {
      const { predictionId } = await scoring.Score(scoreRequest({ requestId }), newCall());
      order.push(predictionId);
      return predictionId;
    });
    await until(() => gates.size === ids.length);
    for (const id of [...ids].reverse()) gates.get(id)!.open();
    expect(await Promise.all(answers)).toEqual(ids);
    expect(order).toEqual([...ids].reverse());
  });

  it('packs all calls of a tick into one frame', async () => {
    const process = await startProcess(closers);
    const { scoring } = await connect(process.address);
    await Promise.all(
      Array.from({ length: 50 }, (_, place) =>
        scoring.Score(scoreRequest({ requestId: String(place) }), newCall()),
      ),
    );
    expect(process.frames.map((frame) => decodeRequestFrame(frame).calls.length)).toEqual([50]);
  });

  it('hands the handler what is left of the deadline, the principal and the trace', async () => {
    const seen: Call[] = [];
    const process = await startProcess(closers, {
      scoring: {
        Score: async ({ requestId }, call) => {
          seen.push(call);
          return scoreResponse(requestId);
        },
      },
    });
    const { scoring } = await connect(process.address);
    const call = newCall(20_000, 'alice');
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: false, state: 'vendor=1' };
    await scoring.Score(scoreRequest(), { ...call, trace });
    expect(seen[0]).toMatchObject({ principal: 'alice', trace });
    const left = seen[0]!.deadline - call.deadline;
    expect(Math.abs(left)).toBeLessThan(10_000);
    await scoring.Score(scoreRequest(), newCall());
    expect(seen[1]!.trace.traceId).toBe('');
  });

  it('makes the server span a child of the client span', async () => {
    const process = await startProcess(closers);
    const { scoring, spans } = await connect(process.address);
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: '' };
    await scoring.Score(scoreRequest(), { ...newCall(), trace });
    expect(spans).toMatchObject([{ parentSpanId: trace.spanId, traceId: trace.traceId, kind: 3 }]);
    expect(process.spans).toMatchObject([
      { parentSpanId: spans[0]!.spanId, traceId: trace.traceId, kind: 2 },
    ]);
  });

  it('ends a call when its deadline passes, and the handler learns that it was the deadline', async () => {
    const cancelled = createGate<MeshError>();
    const process = await startProcess(closers, {
      scoring: { Score: (_request, call) => new Promise(() => call.cancellation.onCancel(cancelled.open)) },
    });
    const { scoring } = await connect(process.address);
    const call = newCall(60);
    const error = await errorOf(scoring.Score(scoreRequest(), call));
    expect(error).toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
    expect(performance.now()).toBeGreaterThanOrEqual(call.deadline);
    expect(await cancelled.opened).toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
  });

  it('takes the caller’s going to the handler', async () => {
    const started = createGate();
    const cancelled = createGate<MeshError>();
    const process = await startProcess(closers, {
      scoring: {
        Score: (_request, call) =>
          new Promise(() => {
            call.cancellation.onCancel(cancelled.open);
            started.open();
          }),
      },
    });
    const { scoring } = await connect(process.address);
    const call = newCall();
    const failing = errorOf(scoring.Score(scoreRequest(), call));
    await started.opened;
    call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
    expect(await failing).toMatchObject({ reason: 'CALL_CANCELLED', message: 'gone' });
    expect(await cancelled.opened).toMatchObject({ reason: 'CALL_CANCELLED' });
  });

  it('lets calls wait for a place, and refuses with QUEUE_FULL beyond four times what the other side takes', async () => {
    const gate = createGate();
    let running = 0;
    let most = 0;
    const process = await startProcess(
      closers,
      {
        scoring: {
          Score: async ({ requestId }) => {
            most = Math.max(most, ++running);
            await gate.opened;
            running -= 1;
            return scoreResponse(requestId);
          },
        },
      },
      { maxInFlight: 2 },
    );
    const { scoring } = await connect(process.address);
    const calls = Array.from({ length: 10 }, (_, place) =>
      scoring.Score(scoreRequest({ requestId: String(place) }), newCall()),
    );
    const refused = await errorOf(scoring.Score(scoreRequest(), newCall()));
    expect(refused).toMatchObject({ reason: 'QUEUE_FULL', details: { retryAfterMs: expect.any(Number) } });
    gate.open();
    const answers = await Promise.all(calls);
    expect(answers.map(({ predictionId }) => predictionId)).toEqual(calls.map((_, place) => String(place)));
    expect(most).toBe(2);
  });

  it('ends a waiting call at its deadline or when its caller goes, and the next one still gets the place', async () => {
    const gates: ReturnType<typeof createGate<void>>[] = [];
    const process = await startProcess(
      closers,
      {
        scoring: {
          Score: async ({ requestId }) => {
            const gate = createGate();
            gates.push(gate);
            await gate.opened;
            return scoreResponse(requestId);
          },
        },
      },
      { maxInFlight: 1 },
    );
    const { scoring } = await connect(process.address);
    const first = scoring.Score(scoreRequest({ requestId: 'first' }), newCall());
    const expiring = errorOf(scoring.Score(scoreRequest(), newCall(40)));
    const call = newCall();
    const leaving = errorOf(scoring.Score(scoreRequest(), call));
    const last = scoring.Score(scoreRequest({ requestId: 'last' }), newCall());
    expect(await expiring).toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
    call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
    expect(await leaving).toMatchObject({ reason: 'CALL_CANCELLED' });
    await until(() => gates.length === 1);
    gates[0]!.open();
    expect(await first).toMatchObject({ predictionId: 'first' });
    await until(() => gates.length === 2);
    gates[1]!.open();
    expect(await last).toMatchObject({ predictionId: 'last' });
  });

  it('refuses a request that is not of its type, and keeps no place for it', async () => {
    const process = await startProcess(closers, {}, { maxInFlight: 1 });
    const { scoring } = await connect(process.address);
    const broken = scoreRequest({ inputs: { x: { integer: 'not a number', kind: 'integer' } } });
    for (let count = 0; count < 3; count++)
      await errorOf(scoring.Score(broken, newCall(Number.POSITIVE_INFINITY)));
    expect(await scoring.Score(scoreRequest({ requestId: 'a' }), newCall())).toMatchObject({
      predictionId: 'a',
    });
  });

  it('carries a tick’s calls and replies that are together larger than a message may be', async () => {
    const process = await startProcess(closers, {}, { maxMessageBytes: 100_000 });
    const { scoring } = await connect(process.address, { maxMessageBytes: 100_000 });
    const requestId = 'x'.repeat(40_000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => scoring.Score(scoreRequest({ requestId }), newCall())),
    );
    expect(answers.every(({ predictionId }) => predictionId === requestId)).toBe(true);
  });

  it('refuses a request or a response that is too large for a message, without harm to the others', async () => {
    const process = await startProcess(
      closers,
      {
        scoring: {
          Score: async ({ requestId }) =>
            scoreResponse(requestId === 'large' ? 'x'.repeat(100_000) : requestId),
        },
      },
      { maxMessageBytes: 100_000 },
    );
    const { scoring, lines } = await connect(process.address, { maxMessageBytes: 100_000 });
    const request = errorOf(scoring.Score(scoreRequest({ requestId: 'x'.repeat(100_000) }), newCall()));
    const response = errorOf(scoring.Score(scoreRequest({ requestId: 'large' }), newCall()));
    const other = scoring.Score(scoreRequest({ requestId: 'small' }), newCall());
    expect(await request).toMatchObject({
      reason: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('request'),
    });
    expect(await response).toMatchObject({
      reason: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('response'),
    });
    expect(await other).toMatchObject({ predictionId: 'small' });
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('answers INTERNAL without detail when a handler has a bug, and the log there has the trace', async () => {
    const process = await startProcess(closers, {
      scoring: {
        Score: async () => {
          throw new TypeError('secret detail');
        },
      },
    });
    const { scoring } = await connect(process.address);
    const trace = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), sampled: false, state: '' };
    const error = (await errorOf(scoring.Score(scoreRequest(), { ...newCall(), trace }))) as MeshError;
    expect(error).toMatchObject({ reason: 'INTERNAL' });
    expect(error.message).not.toContain('secret');
    expect(process.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { trace: { traceId: trace.traceId }, error: { message: 'secret detail' } } },
    ]);
  });

  it('answers INTERNAL when a response can’t be serialised, and says so in the log', async () => {
    const process = await startProcess(closers, {
      scoring: {
        Score: async ({ requestId }) => ({
          ...scoreResponse(requestId),
          receipt: {
            logIndex: requestId === 'next' ? '1' : 'not a number',
            leafHash: Buffer.alloc(0),
            proof: '',
          },
        }),
      },
    });
    const { scoring } = await connect(process.address);
    expect(await errorOf(scoring.Score(scoreRequest(), newCall()))).toMatchObject({ reason: 'INTERNAL' });
    expect(process.lines.some(({ message }) => message === 'a response could not be serialised')).toBe(true);
    expect(await scoring.Score(scoreRequest({ requestId: 'next' }), newCall())).toMatchObject({
      predictionId: 'next',
    });
  });

  it('carries an error with reason, details and violations unchanged', async () => {
    const process = await startProcess(closers, {
      scoring: {
        Score: async () => {
          throw new MeshError('INPUT_MISSING', 'input "x" is missing', {
            metadata: { model: 'm' },
            retryAfterMs: 1500,
            violations: [{ field: 'inputs.x', description: 'missing' }],
          });
        },
      },
    });
    const { scoring } = await connect(process.address);
    expect(await errorOf(scoring.Score(scoreRequest(), newCall()))).toMatchObject({
      reason: 'INPUT_MISSING',
      message: 'input "x" is missing',
      details: {
        metadata: { model: 'm' },
        retryAfterMs: 1500,
        violations: [{ field: 'inputs.x', description: 'missing' }],
      },
    });
  });
});
