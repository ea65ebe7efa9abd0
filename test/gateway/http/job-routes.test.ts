import { get as httpGet, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpConfig } from '../../../gateway/http/http-server.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { toStatus } from '../../../services/kit/errors/status.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import {
  type JobMesh,
  jobResult,
  resultCodec,
  scoringOf,
  startJobMesh,
} from '../../scoring/jobs-api/job-mesh.ts';
import { startHttp } from './http-fixture.ts';

interface Edge extends JobMesh {
  readonly base: string;
  send(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: never; headers: Headers }>;
  close(): Promise<void>;
}

async function start(config: Partial<HttpConfig> = {}): Promise<Edge> {
  const mesh = await startJobMesh();
  const closers = createClosers(silentLog);
  onTestFinished(() => closers.close());
  const { base } = await startHttp(closers, { scoring: scoringOf(mesh.jobs) }, config);
  return {
    ...mesh,
    base,
    close: () => closers.close(),
    send: async (method, path, body) => {
      const response = await fetch(base + path, {
        method,
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as never, headers: response.headers };
    },
  };
}

interface Events {
  readonly response: IncomingMessage;
  /** The text so far reaches a match. */
  shows(pattern: RegExp): Promise<string>;
  readonly ended: Promise<string>;
  leave(): void;
}

function events(url: string): Promise<Events> {
  return new Promise((resolve, reject) => {
    const request = httpGet(url, (response) => {
      let text = '';
      const waiting: { pattern: RegExp; resolve(text: string): void }[] = [];
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        for (const one of waiting) if (one.pattern.test(text)) one.resolve(text);
      });
      response.on('error', () => {});
      resolve({
        response,
        shows: (pattern) =>
          new Promise((seen) => (pattern.test(text) ? seen(text) : waiting.push({ pattern, resolve: seen }))),
        ended: new Promise((end) => response.on('close', () => end(text))),
        leave: () => request.destroy(),
      });
    });
    request.on('error', reject);
  });
}

const job = { job_id: 'j1', model: 'm', inputs: { a: 21 } };

describe.skipIf(natsIsAbsent)('jobs over HTTP', () => {
  it('are submitted, shown, listed and answered', async () => {
    const { send, work } = await start();
    const body = { ...job, tenant: 't', lane: 'low', deadline: '2100-01-01T00:00:00Z' };
    expect(await send('POST', '/v1/jobs', body)).toMatchObject({
      status: 202,
      body: { job_id: 'j1', duplicate: false },
    });
    expect(await send('POST', '/v1/jobs', body)).toMatchObject({
      status: 200,
      body: { job_id: 'j1', duplicate: true },
    });
    const waiting = await send('GET', '/v1/jobs/j1?tenant=t');
    expect(waiting).toMatchObject({
      status: 200,
      body: { job_id: 'j1', tenant: 't', model: 'm', lane: 'low', state: 'QUEUED' },
    });
    expect(waiting.body).not.toHaveProperty('result');
    await work();
    await expect
      .poll(async () => (await send('GET', '/v1/jobs/j1?tenant=t')).body)
      .toMatchObject({
        state: 'SUCCEEDED',
        result: {
          state: 'SUCCEEDED',
          attempts: 1,
          response: { prediction_id: 'p-j1', outputs: { score: 42 } },
        },
      });
    expect(await send('GET', '/v1/jobs?tenant=t&state=succeeded&page_size=5')).toMatchObject({
      status: 200,
      body: { jobs: [{ job_id: 'j1' }], next_page_token: '' },
    });
    expect((await send('GET', '/v1/jobs?tenant=t&state=QUEUED')).body).toEqual({
      jobs: [],
      next_page_token: '',
    });
  });

  it('answer an error as the synchronous call would', async () => {
    const { send, work } = await start();
    await work(async () => {
      throw new MeshError('INPUT_MISSING', 'input "a" is missing', {
        violations: [{ field: 'inputs.a', description: 'missing' }],
      });
    });
    await send('POST', '/v1/jobs', job);
    await expect
      .poll(async () => (await send('GET', '/v1/jobs/j1')).body)
      .toMatchObject({
        state: 'FAILED',
        result: {
          error: { status: 'INVALID_ARGUMENT', reason: 'INPUT_MISSING', violations: [{ field: 'inputs.a' }] },
        },
      });
  });

  it('are refused with every fault, or because there is no room or no such job', async () => {
    const { send } = await start();
    expect(await send('POST', '/v1/jobs', { lane: 'middle', inputs: { a: null }, x: 1 })).toMatchObject({
      status: 400,
      body: { error: { reason: 'INVALID_REQUEST', violations: { length: 4 } } },
    });
    expect(await send('POST', '/v1/jobs', { ...job, tenant: '.', model: '', job_id: ' ' })).toMatchObject({
      status: 400,
      body: { error: { violations: [{ field: 'tenant' }, { field: 'job_id' }, { field: 'request.model' }] } },
    });
    for (let i = 0; i < 4; i++) await send('POST', '/v1/jobs', { model: 'm' });
    const full = await send('POST', '/v1/jobs', { model: 'm' });
    expect(full).toMatchObject({ status: 429, body: { error: { reason: 'QUEUE_FULL' } } });
    expect(full.headers.get('retry-after')).toBe('1');
    expect(await send('GET', '/v1/jobs/nothing')).toMatchObject({
      status: 404,
      body: { error: { reason: 'JOB_NOT_FOUND' } },
    });
    expect(await send('GET', '/v1/jobs/j?what=1')).toMatchObject({ status: 400 });
    expect(await send('GET', '/v1/jobs?state=over')).toMatchObject({ status: 400 });
  });

  it('are cancelled and redriven', async () => {
    const { bus, send } = await start();
    await send('POST', '/v1/jobs', job);
    bus.listen('scoremesh.cancels.>', {
      onMessage: () => {
        const cancelled = jobResult({ jobId: 'j1', state: 'JOB_STATE_CANCELLED' });
        void bus.publish('scoremesh.results.default.j1', resultCodec.encode(cancelled));
      },
    });
    expect(await send('DELETE', '/v1/jobs/j1')).toMatchObject({
      status: 200,
      body: { state: 'CANCELLED', cancel_requested: true },
    });
    const dead = jobResult({
      jobId: 'd1',
      state: 'JOB_STATE_DEAD',
      error: toStatus(new MeshError('INTERNAL', 'x')),
    });
    await bus.publish('scoremesh.results.default.d1', resultCodec.encode(dead));
    await bus.publish('scoremesh.dead.default.m', Buffer.from('{}'), {
      headers: { 'Scoremesh-Job-Id': 'd1', 'Scoremesh-Subject': 'scoremesh.jobs.high.default.m' },
    });
    expect(await send('POST', '/v1/jobs:redrive', { job_ids: ['d1'] })).toMatchObject({
      status: 200,
      body: { redriven: 1, more: false },
    });
    expect(await send('GET', '/v1/jobs/d1')).toMatchObject({ body: { state: 'QUEUED', lane: 'high' } });
    expect(await send('POST', '/v1/jobs:redrive', {})).toMatchObject({ body: { redriven: 0 } });
  });
});

describe.skipIf(natsIsAbsent)('GET /v1/jobs/{id}/events', () => {
  it('sends each state as an event and ends with the result', async () => {
    const { base, send, work } = await start();
    await send('POST', '/v1/jobs', job);
    const { ended, response, shows } = await events(`${base}/v1/jobs/j1/events`);
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(await shows(/\n\n/)).toMatch(/^event: job\ndata: \{"job_id":"j1".*"state":"QUEUED".*\}\n\n$/);
    await work();
    const last = (await ended).trimEnd().split('\n\n').at(-1) ?? '';
    expect(last).toMatch(/^event: result\ndata: /);
    expect(JSON.parse(last.slice(last.indexOf('{')))).toMatchObject({
      state: 'SUCCEEDED',
      result: { response: { outputs: { score: 42 } } },
    });
  });

  it('gives signs of life, longer than the deadline of other requests', async () => {
    const { base, send } = await start({ heartbeatMs: 20, defaultTimeoutMs: 150 });
    await send('POST', '/v1/jobs', job);
    const { leave, shows } = await events(`${base}/v1/jobs/j1/events`);
    expect(await shows(/(: still here\n\n){12}$/)).toContain('QUEUED');
    leave();
  });

  it('answers what is not there with an error, not with a stream', async () => {
    const { send } = await start();
    expect(await send('GET', '/v1/jobs/nothing/events')).toMatchObject({
      status: 404,
      body: { error: { reason: 'JOB_NOT_FOUND' } },
    });
  });

  it('stops listening when the client is gone', async () => {
    const mesh = await startJobMesh();
    const closers = createClosers(silentLog);
    onTestFinished(() => closers.close());
    let open = 0;
    const WatchJob: typeof mesh.jobs.WatchJob = async function* (request, call) {
      open += 1;
      try {
        yield* mesh.jobs.WatchJob(request, call);
      } finally {
        open -= 1;
      }
    };
    const { base, post } = await startHttp(closers, { scoring: scoringOf({ ...mesh.jobs, WatchJob }) });
    await post('/v1/jobs', job);
    const { leave, shows } = await events(`${base}/v1/jobs/j1/events`);
    await shows(/QUEUED/);
    expect(open).toBe(1);
    leave();
    await expect.poll(() => open).toBe(0);
  });

  it('ends when the server stops, which does not wait for it', async () => {
    const { base, close, send } = await start({ graceMs: 20_000 });
    await send('POST', '/v1/jobs', job);
    const { ended, shows } = await events(`${base}/v1/jobs/j1/events`);
    await shows(/QUEUED/);
    const startedMs = performance.now();
    await close();
    expect(performance.now() - startedMs).toBeLessThan(5000);
    expect(await ended).toMatch(/event: error\ndata: .*"reason":"SHUTTING_DOWN"/);
  });
});
