import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../gateway/http/http-server.ts';
import type { ScoringContract } from '../../../services/contracts.ts';
import type { ScoreRequest__Output } from '../../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import { catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { scoreResponse } from '../../kit/rpc/echo.ts';
import { createGate, errorOf, testClosers } from '../../kit/rpc/processes.ts';
import { createRecorder } from '../../kit/rpc/recorder.ts';
import { startHttp } from './http-fixture.ts';

const closers = testClosers();

function start(
  scoring: Partial<Client<ScoringContract>> = {},
  options: { unready?: MeshError; own?: Closers; graceMs?: number; arrivalMs?: number } = {},
) {
  const { own = closers, unready, ...config } = options;
  return startHttp(own, { scoring, ...(unready === undefined ? {} : { unready }) }, config);
}

const errorIn = async (response: Response) =>
  ((await response.json()) as { error: Record<string, unknown> }).error;
const score = '/v1/models/m:score';

describe('the HTTP server', () => {
  it('scores: the model of the path, the body’s request, the answer as JSON', async () => {
    const asked: ScoreRequest__Output[] = [];
    const { post } = await start({
      Score: async (request) => {
        asked.push(request);
        return { ...scoreResponse('p1'), outputs: { risk: { number: 0.5, kind: 'number' } } };
      },
    });
    const response = await post('/v1/models/m@2:score', { entities: { a: 'b' }, inputs: { x: 1.5 } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ prediction_id: 'p1', outputs: { risk: 0.5 } });
    expect(asked).toMatchObject([
      { model: 'm@2', entities: { a: 'b' }, inputs: { x: { number: 1.5, kind: 'number' } } },
    ]);
  });

  const statusOf: Partial<Record<Reason, number>> = {
    INPUT_MISSING: 400,
    MODEL_INVALID: 400,
    MODEL_NOT_FOUND: 404,
    REQUEST_ID_CONFLICT: 409,
    MESSAGE_TOO_LARGE: 413,
    QUEUE_FULL: 429,
    INTERNAL: 500,
    INFERENCE_FAILED: 500,
    STATE_CORRUPT: 500,
    ROLE_UNREACHABLE: 503,
    AUDIT_DISK_FULL: 503,
    DEADLINE_PAST: 504,
  };
  it.each(Object.entries(statusOf) as [Reason, number][])(
    'answers %s with status %i and the whole error',
    async (reason, status) => {
      const { post } = await start({
        Score: async () => {
          throw new MeshError(reason, 'what is wrong', {
            metadata: { a: 'b' },
            retryAfterMs: 1500,
            violations: [{ field: 'f', description: 'd' }],
          });
        },
      });
      const response = await post(score, {});
      expect(response.status).toBe(status);
      expect(response.headers.get('retry-after')).toBe('2');
      expect(await errorIn(response)).toEqual({
        code: status,
        status: catalogue[reason],
        reason,
        message: 'what is wrong',
        metadata: { a: 'b' },
        retry_after_ms: 1500,
        violations: [{ field: 'f', description: 'd' }],
      });
    },
  );

  it('answers a bug with 500 and no detail', async () => {
    const { post } = await start({
      Score: async () => {
        throw new TypeError('secret');
      },
    });
    const response = await post(score, {});
    expect(response.status).toBe(500);
    expect(JSON.stringify(await response.json())).not.toContain('secret');
  });

  it.each([
    ['no JSON', '{', 400],
    ['an empty body', '', 400],
    ['null', 'null', 400],
    ['an array', '[]', 400],
    ['an unknown field', '{"input":{}}', 400],
    ['a prototype', '{"__proto__":{"a":1}}', 400],
    ['an integer beyond 64 bits', '{"inputs":{"x":{"integer":"9223372036854775808"}}}', 400],
    ['more than a body may have', `{"request_id":"${'x'.repeat(200_000)}"}`, 413],
  ])('refuses %s with a named error', async (_what, body, status) => {
    const { post } = await start();
    const response = await post(score, body);
    expect(response.status).toBe(status);
    expect(await errorIn(response)).toMatchObject({
      reason: status === 413 ? 'MESSAGE_TOO_LARGE' : 'INVALID_REQUEST',
      message: expect.any(String),
    });
  });

  it('refuses another content type', async () => {
    const { post } = await start();
    expect((await post(score, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(
      400,
    );
  });

  it.each([
    ['GET', '/nope'],
    ['GET', '/v1/models/m:score'],
    ['POST', '/v1/models/m'],
    ['POST', '/v1/models/m:nope'],
    ['GET', '/%'],
  ])('answers %s %s, where nothing is, with 4xx and what there is', async (method, path) => {
    const { base } = await start();
    const response = await fetch(base + path, {
      method,
      ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}),
    });
    expect([400, 404]).toContain(response.status);
    expect(await errorIn(response)).toMatchObject({ message: expect.any(String) });
  });

  it('takes the time that the caller gives, and says when it can’t be read', async () => {
    const calls: Call[] = [];
    const { post } = await start({
      Score: async (_request, call) => {
        calls.push(call);
        return scoreResponse('p');
      },
    });
    const before = performance.now();
    await post(score, {}, { 'x-timeout-ms': '5000' });
    await post(score, {});
    expect(calls[0]!.deadline - before).toBeLessThan(15_000);
    expect(calls[1]!.deadline - before).toBeGreaterThan(25_000);
    for (const wrong of ['0', '-1', 'soon', '', '1e99', 'Infinity', 'NaN']) {
      const response = await post(score, {}, { 'x-timeout-ms': wrong });
      expect(response.status).toBe(400);
      expect((await errorIn(response)).message).toContain('x-timeout-ms');
    }
  });

  it('answers 504 when the time is over, and the handler learns it', async () => {
    const cancelled = createGate<MeshError>();
    const { post } = await start({
      Score: (_request, call) => new Promise(() => call.cancellation.onCancel(cancelled.open)),
    });
    const response = await post(score, {}, { 'x-timeout-ms': '30' });
    expect(response.status).toBe(504);
    expect(await cancelled.opened).toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
  });

  it('cancels the call of a caller that goes away', async () => {
    const started = createGate();
    const cancelled = createGate<MeshError>();
    const { port } = await start({
      Score: (_request, call) =>
        new Promise(() => {
          call.cancellation.onCancel(cancelled.open);
          started.open();
        }),
    });
    const outgoing = httpRequest({
      port,
      path: score,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    outgoing.on('error', () => {});
    outgoing.end('{}');
    await started.opened;
    outgoing.destroy();
    expect(await cancelled.opened).toMatchObject({ reason: 'CALL_CANCELLED' });
  });

  it('goes on in the caller’s trace', async () => {
    let traceId = '';
    const { post } = await start({
      Score: async (_request, call) => {
        traceId = call.trace.traceId;
        return scoreResponse('p');
      },
    });
    await post(score, {}, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
    expect(traceId).toBe('a'.repeat(32));
    expect((await post(score, {}, { traceparent: 'nonsense' })).status).toBe(200);
  });

  it('records outcomes, lists models, and says whether it is alive and ready', async () => {
    const { base, post } = await start();
    expect(
      await (
        await post('/v1/outcomes', { outcomes: [{ prediction_id: 'x', values: { late: true } }] })
      ).json(),
    ).toEqual({ joined: 1, unknown: 0 });
    expect(await (await fetch(`${base}/v1/models`)).json()).toEqual({ models: [] });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    const waiting = await start({}, { unready: new MeshError('MODEL_NOT_READY', 'still loading') });
    const response = await fetch(`${waiting.base}/readyz`);
    expect(response.status).toBe(503);
    expect(await errorIn(response)).toMatchObject({ reason: 'MODEL_NOT_READY' });
  });

  it('lives on after bytes that are not HTTP', async () => {
    const { port, base } = await start();
    await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('\0\0nonsense\r\n\r\n'));
      socket
        .on('close', resolve)
        .on('error', () => {})
        .resume();
    });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });

  it('ends a request that does not arrive', async () => {
    const { port } = await start({}, { arrivalMs: 100 });
    const answered = await new Promise<string>((resolve) => {
      let text = '';
      const head = `POST ${score} HTTP/1.1\r\nhost: m\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`;
      const socket = connect(port, '127.0.0.1', () => socket.write(head));
      socket.setEncoding('utf8').on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text)).on('error', () => {});
    });
    expect(answered).toMatch(/^HTTP\/1.1 408 /);
  });

  it('that stops finishes what is in flight, and ends by force what outlasts the grace limit', async () => {
    const own = createClosers(silentLog);
    const gate = createGate();
    const started = createGate();
    const { post } = await start(
      {
        Score: async () => {
          started.open();
          await gate.opened;
          return scoreResponse('finished');
        },
      },
      { own },
    );
    const answer = post(score, {});
    await started.opened;
    const closed = own.close();
    gate.open();
    expect(await (await answer).json()).toMatchObject({ prediction_id: 'finished' });
    await closed;

    const forced = createClosers(silentLog);
    const hanging = createGate();
    const stuck = await start(
      {
        Score: () => {
          hanging.open();
          return new Promise(() => {});
        },
      },
      { own: forced, graceMs: 30 },
    );
    const failing = errorOf(stuck.post(score, {}));
    await hanging.opened;
    await forced.close();
    expect(await failing).toBeInstanceOf(Error);
  });

  it('names the port and the setting when it can’t listen', async () => {
    const { port } = await start();
    const { instruments } = createRecorder();
    const deps = { scoring: {}, models: {}, tracer: instruments.tracer, unready: () => undefined } as never;
    const config = { host: '127.0.0.1', port, defaultTimeoutMs: 1, maxMessageBytes: 1000, graceMs: 1 };
    expect(await errorOf(startHttpServer(config, deps, closers))).toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringMatching(new RegExp(`${port}.*SCOREMESH_HTTP_PORT`)),
    });
  });
});
