import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startNatsProcess } from '../../services/kit/bus/nats-process.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { writeFiles } from '../bench/models.ts';
import { until, untilReady } from '../contract/ready.ts';
import { program, type RoleProcess, startRole } from '../contract/role-process.ts';
import { linearModel } from '../inference/onnx-models.ts';
import { natsIsAbsent, scratchFolder } from '../kit/bus/broker.ts';
import { createOtlpSink, type SinkSpan } from '../kit/telemetry/otlp-sink.ts';

const modelYaml =
  'inputs: { a: { type: number, max: 100 } }\ntensors: { x: { columns: [a] } }\noutputs: { score: { tensor: y } }\n';

async function folderWithModel(): Promise<string> {
  const folder = await scratchFolder();
  writeFiles(join(folder, 'models'), { 'm/1/model.onnx': linearModel([2], 0), 'm/1/model.yaml': modelYaml });
  return folder;
}

interface JobJson {
  readonly state: string;
  readonly result?: {
    readonly attempts: number;
    readonly response?: { readonly outputs: { score: number } };
  };
}

async function post(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

/** The last thing that the event stream of a job says. */
async function watched(url: string): Promise<JobJson> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  const events = (await response.text()).split('\n').filter((line) => line.startsWith('data:'));
  return JSON.parse(events.at(-1)?.slice(5) ?? '{}') as JobJson;
}

/** `scoremesh up` as npm start runs it; it stops with the test. */
async function up(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ http: string; metrics: string }> {
  const child = spawn(process.execPath, [program, 'up'], {
    env: {
      PATH: process.env.PATH ?? '',
      SCOREMESH_DATA: join(folder, 'data'),
      SCOREMESH_MODELS: join(folder, 'models'),
      SCOREMESH_GRPC_PORT: '0',
      SCOREMESH_HTTP_PORT: '0',
      SCOREMESH_METRICS_PORT: '0',
      SCOREMESH_LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
  let http = '';
  for await (const line of createInterface({ input: child.stdout })) {
    http = /HTTP +(\S+:\d+)/.exec(line)?.[1] ?? http;
    const [, metrics] = /metrics +(\S+:\d+)/.exec(line) ?? [];
    if (metrics === undefined) continue;
    child.stdout.resume();
    return { http: `http://${http}`, metrics: `http://${metrics}` };
  }
  throw new Error('scoremesh ended before it was ready');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function startNats(port: number): Promise<void> {
  const folder = await scratchFolder();
  const config = join(folder, 'server.conf');
  await writeFile(
    config,
    `host: "127.0.0.1"\nport: ${port}\njetstream { store_dir: ${JSON.stringify(folder)} }\n`,
  );
  const server = await startNatsProcess('nats-server', config, silentLog);
  onTestFinished(() => server.stop(2000));
}

describe.skipIf(natsIsAbsent)('jobs', () => {
  it('of `scoremesh up` are scored with the nats-server that it brings', async () => {
    const { http, metrics } = await up(await folderWithModel());
    const asked = { tenant: 'acme', job_id: 'order-1', lane: 'high', model: 'm', inputs: { a: 21 } };
    expect(await post(`${http}/v1/jobs`, asked)).toEqual({
      status: 202,
      json: { job_id: 'order-1', duplicate: false },
    });
    const ended = await watched(`${http}/v1/jobs/order-1/events?tenant=acme`);
    expect(ended).toMatchObject({
      state: 'SUCCEEDED',
      result: { attempts: 1, response: { outputs: { score: 42 } } },
    });
    expect((await post(`${http}/v1/jobs`, asked)).status).toBe(200);
    const exposed = await (await fetch(`${metrics}/metrics`)).text();
    expect(exposed).toContain('scoremesh_jobs_ended_total{lane="high",tenant="acme",outcome="SUCCEEDED"} 1');
    expect(exposed).toContain('scoremesh_jobs_queue_wait_seconds_count{lane="high"} 1');
  });

  it("are one trace from the producer's context to the result", async () => {
    const sink = await createOtlpSink();
    onTestFinished(() => sink.close());
    const { http } = await up(await folderWithModel(), {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    });
    const traceId = 'ab'.repeat(16);
    const asked = { tenant: 't', job_id: 'traced', model: 'm', inputs: { a: 1 } };
    await post(`${http}/v1/jobs`, asked, { traceparent: `00-${traceId}-${'c'.repeat(16)}-01` });
    const spans = (): SinkSpan[] => sink.spans.filter((span) => span.traceId === traceId);
    const submit = 'scoremesh.scoring.v1.ScoringService/SubmitJob';
    const score = 'scoremesh.scoring.v1.ScoringService/Score';
    const append = 'scoremesh.audit.v1.AuditService/Append';
    const shapes = (): string[] =>
      spans().map(
        ({ name, parentSpanId }) =>
          `${name} <- ${spans().find(({ spanId }) => spanId === parentSpanId)?.name ?? 'caller'}`,
      );
    await sink.waitFor(
      () => {
        const found = shapes();
        return [
          `${submit} <- caller`,
          `send scoremesh.jobs <- ${submit}`,
          'process scoremesh.jobs <- send scoremesh.jobs',
          `${score} <- process scoremesh.jobs`,
          `${append} <- ${score}`,
          'send scoremesh.results <- process scoremesh.jobs',
        ].every((shape) => found.includes(shape));
      },
      { what: 'the spans of a job' },
    );
  });

  it('are scored by a worker of its own over links, also when NATS comes up last', async () => {
    const folder = await folderWithModel();
    const started: RoleProcess[] = [];
    onTestFinished(async () => {
      for (const role of started.reverse()) await role.stop();
    });
    const start = async (role: string, env: Record<string, string>): Promise<RoleProcess> => {
      const data = { SCOREMESH_DATA: join(folder, role), SCOREMESH_MODELS: join(folder, 'models') };
      const one = await startRole(role, { ...data, ...env });
      started.push(one);
      return one;
    };
    const at = ({ grpcPort }: RoleProcess): string => `127.0.0.1:${grpcPort}`;
    const [feature, inference, audit] = [
      await start('feature', {}),
      await start('inference', {}),
      await start('audit', {}),
    ];
    const others = {
      SCOREMESH_FEATURE_ADDRESS: at(feature),
      SCOREMESH_INFERENCE_ADDRESS: at(inference),
      SCOREMESH_AUDIT_ADDRESS: at(audit),
    };
    const natsPort = await freePort();
    const nats = { SCOREMESH_NATS_URL: `nats://127.0.0.1:${natsPort}` };
    const gateway = await start('gateway', { ...others, ...nats });
    const worker = await start('worker', { ...others, ...nats });
    const http = `http://127.0.0.1:${gateway.httpPort}`;
    await untilReady(`http://127.0.0.1:${gateway.metricsPort}`);
    await untilReady(`http://127.0.0.1:${worker.metricsPort}`);
    const asked = { tenant: 't', job_id: 'j1', model: 'm', inputs: { a: 4 } };
    expect(await post(`${http}/v1/jobs`, asked)).toMatchObject({
      status: 503,
      json: { error: { reason: 'NATS_UNAVAILABLE' } },
    });
    await startNats(natsPort);
    await until(async () => {
      const { json, status } = await post(`${http}/v1/jobs`, asked);
      return status === 200 || status === 202 ? undefined : JSON.stringify(json);
    });
    const ended = await watched(`${http}/v1/jobs/j1/events?tenant=t`);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', result: { response: { outputs: { score: 8 } } } });
    // What it was scored by is in the log under the job's id and its tenant.
    const record = await fetch(`${http}/v1/records?page_size=10`).then((response) => response.text());
    expect(record).toContain('job:t');
  });

  it('are refused without NATS, saying what to do; all else works', async () => {
    const folder = await folderWithModel();
    const mesh = await startRole('gateway,feature,inference,audit', {
      SCOREMESH_DATA: join(folder, 'data'),
      SCOREMESH_MODELS: join(folder, 'models'),
    });
    onTestFinished(async () => void (await mesh.stop()));
    const http = `http://127.0.0.1:${mesh.httpPort}`;
    const { json, status } = await post(`${http}/v1/jobs`, { model: 'm', inputs: { a: 4 } });
    expect([status, JSON.stringify(json)]).toEqual([503, expect.stringContaining('SCOREMESH_NATS_URL')]);
    expect((await post(`${http}/v1/models/m:score`, { inputs: { a: 4 } })).status).toBe(200);
  });
});
