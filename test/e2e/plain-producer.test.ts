import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, headers, type MsgHdrs, type NatsConnection } from 'nats';
import protobuf from 'protobufjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../services/kit/log/log.ts';
import { readTracingConfig } from '../../services/kit/telemetry/tracing-config.ts';
import { type MeshConfig, startMesh } from '../../services/mesh.ts';
import { untilReady } from '../contract/ready.ts';
import { linearModel } from '../inference/onnx-models.ts';
import { natsIsAbsent, scratchFolder, startBroker } from '../kit/bus/broker.ts';

/** A whole mesh with a model m, score = 2 a, and a NATS server of its own; resolves to the server's address. */
async function startAll(): Promise<string> {
  const broker = await startBroker();
  const folder = await scratchFolder();
  const version = join(folder, 'models', 'm', '1');
  mkdirSync(version, { recursive: true });
  writeFileSync(join(version, 'model.onnx'), linearModel([2], 0));
  writeFileSync(
    join(version, 'model.yaml'),
    'inputs: { a: { type: number, max: 100 } }\ntensors: { x: { columns: [a] } }\noutputs: { score: { tensor: y } }\n',
  );
  const config: MeshConfig = {
    roles: ['gateway', 'feature', 'inference', 'audit', 'worker'],
    addresses: {},
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    metricsPort: 0,
    modelsFolder: join(folder, 'models'),
    featuresFolder: undefined,
    dataFolder: join(folder, 'data'),
    bus: { urls: [broker.url] } as unknown as MeshConfig['bus'],
    version: '0.0.0-test',
    defaultTimeoutMs: 10_000,
    maxMessageBytes: 16 * 1024 * 1024,
    maxInFlight: 1024,
    graceMs: 5000,
    tracing: readTracingConfig({}),
    serveLinks: false,
  };
  const mesh = await startMesh(config, silentLog);
  onTestFinished(() => mesh.close());
  await untilReady(`http://127.0.0.1:${mesh.metricsPort}`);
  return broker.url;
}

async function client(url: string): Promise<NatsConnection> {
  const nats = await connect({ servers: url });
  onTestFinished(() => nats.close());
  return nats;
}

function headersOf(fields: Record<string, string>): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}

/** The messages as any program reads them that has the .proto files. */
function messages(): { request: protobuf.Type; result: protobuf.Type } {
  const root = new protobuf.Root();
  const folder = new URL('../../proto/', import.meta.url).pathname;
  root.resolvePath = (_origin, target) => (protobuf.common.get(target) ? target : folder + target);
  root.loadSync('scoremesh/scoring/v1/scoring_service.proto').resolveAll();
  return {
    request: root.lookupType('scoremesh.scoring.v1.ScoreRequest'),
    result: root.lookupType('scoremesh.scoring.v1.JobResult'),
  };
}

describe.skipIf(natsIsAbsent)('a producer with a plain NATS client', () => {
  it('submits in JSON and hears of the result on its reply subject', async () => {
    const nats = await client(await startAll());
    const replies = nats.subscribe('my.replies', { max: 1 });
    const ack = await nats
      .jetstream()
      .publish('scoremesh.jobs.high.t.m', JSON.stringify({ inputs: { a: 21 } }), {
        headers: headersOf({ 'Nats-Msg-Id': 'j1', 'Scoremesh-Reply-To': 'my.replies' }),
      });
    expect(ack.duplicate).toBe(false);
    for await (const message of replies)
      expect(message.json()).toMatchObject({
        job_id: 'j1',
        tenant: 't',
        model: 'm',
        state: 'SUCCEEDED',
        attempts: 1,
        response: { outputs: { score: 42 }, receipt: { log_index: expect.any(Number) } },
      });
  });

  it('submits in Protobuf and hears of the result on its subject, which also keeps it', async () => {
    const nats = await client(await startAll());
    const { request, result } = messages();
    const heard = nats.subscribe('scoremesh.results.t.*', { max: 1 });
    const body = request.encode(request.fromObject({ inputs: { a: { number: 4 } } })).finish();
    await nats.jetstream().publish('scoremesh.jobs.low.t.m', body, {
      headers: headersOf({ 'Nats-Msg-Id': 'j2', 'Content-Type': 'application/x-protobuf' }),
    });
    const read = (bytes: Uint8Array) => result.toObject(result.decode(bytes), { enums: String });
    for await (const { data, subject } of heard) {
      expect(subject).toBe('scoremesh.results.t.j2');
      expect(read(data)).toMatchObject({ jobId: 'j2', response: { outputs: { score: { number: 8 } } } });
    }
    const manager = await nats.jetstreamManager();
    const kept = await manager.streams.getMessage('SCOREMESH_RESULTS', {
      last_by_subj: 'scoremesh.results.t.j2',
    });
    expect(read(kept.data)).toMatchObject({ state: 'JOB_STATE_SUCCEEDED' });
  });

  it('may name a model in the body, which counts for nothing', async () => {
    const nats = await client(await startAll());
    const heard = nats.subscribe('scoremesh.results.t.*', { max: 1 });
    await nats
      .jetstream()
      .publish('scoremesh.jobs.normal.t.m', JSON.stringify({ model: 'other', inputs: { a: 3 } }), {
        headers: headersOf({ 'Nats-Msg-Id': 'j1' }),
      });
    for await (const message of heard)
      expect(message.json()).toMatchObject({
        model: 'm',
        state: 'SUCCEEDED',
        response: { outputs: { score: 6 } },
      });
  });

  it('gets one result for a job that it publishes twice, and the reason of one that can not succeed', async () => {
    const nats = await client(await startAll());
    const heard = nats.subscribe('scoremesh.results.t.*', { max: 2 });
    const publish = (id: string, body: string) =>
      nats
        .jetstream()
        .publish('scoremesh.jobs.normal.t.m', body, { headers: headersOf({ 'Nats-Msg-Id': id }) });
    await publish('j1', '{"inputs":{"a":1}}');
    expect((await publish('j1', '{"inputs":{"a":1}}')).duplicate).toBe(true);
    await publish('j2', '{"inputs":{"a":1000}}');
    const results = new Map<string, unknown>();
    for await (const message of heard) {
      const said = message.json<{ job_id: string }>();
      results.set(said.job_id, said);
    }
    expect(results.get('j1')).toMatchObject({ state: 'SUCCEEDED', response: { outputs: { score: 2 } } });
    expect(results.get('j2')).toMatchObject({ state: 'FAILED', error: { reason: 'INPUT_OUT_OF_RANGE' } });
  });
});
