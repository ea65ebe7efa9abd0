import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectNats, type NatsConnection } from 'nats';
import { connect, type MeshClient } from '../../../gateway/client/client.ts';
import { startNatsServer } from '../../../services/kit/bus/nats-server.ts';
import type { Closers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { untilReady } from '../../contract/ready.ts';
import { type RoleProcess, startRole } from '../../contract/role-process.ts';
import { linearModel } from '../../inference/onnx-models.ts';

/** The job path in processes of its own, and a real nats-server, so that each can be killed alone. */
export interface FaultMesh {
  readonly client: MeshClient;
  readonly nats: NatsConnection;
  /** Features and inference, audit, gateway. */
  readonly inference: RoleProcess;
  readonly audit: RoleProcess;
  readonly gateway: RoleProcess;
  readonly workers: readonly RoleProcess[];
  /** kill -9 of the mesh's own server; it is started again on the same files at once. */
  killNats(): void;
}

/** How to connect to NATS: the settings of the processes, and the same for a plain client. */
export interface GivenNats {
  readonly env: Readonly<Record<string, string>>;
  readonly client: ConnectionOptions;
}

export interface FaultMeshOptions {
  readonly workers?: number;
  /** Instead of a server of the mesh's own. */
  readonly nats?: GivenNats;
  /** SCOREMESH_* of gateway and workers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files of models besides m, by their path. */
  readonly models?: Readonly<Record<string, Buffer | string>>;
}

/** Short, so that what a lost worker had is given to another one while a test waits. */
export const ackWaitMs = 2000;

/** score = 2 a. */
const model = {
  'm/1/model.onnx': linearModel([2], 0),
  'm/1/model.yaml':
    'inputs: { a: { type: number, max: 1000000 } }\ntensors: { x: { columns: [a] } }\noutputs: { score: { tensor: y } }\n',
};

export async function startFaultMesh(closers: Closers, options: FaultMeshOptions = {}): Promise<FaultMesh> {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-job-faults-'));
  closers.add('folder', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const models = join(folder, 'models');
  for (const [path, content] of Object.entries({ ...model, ...options.models })) {
    mkdirSync(join(models, path, '..'), { recursive: true });
    writeFileSync(join(models, path), content);
  }
  const given = options.nats ?? (await ownServer(join(folder, 'nats'), closers));
  const common = { SCOREMESH_DATA: join(folder, 'data'), SCOREMESH_MODELS: models };
  const start = async (roles: string, env: Readonly<Record<string, string>> = {}): Promise<RoleProcess> => {
    const role = await startRole(roles, { ...common, ...env });
    // One that stands still would not hear that it is to stop.
    closers.add(roles, () => role.kill());
    return role;
  };
  const [inference, audit] = await Promise.all([
    start('feature,inference', { SCOREMESH_MODEL_CONTROL: 'explicit' }),
    start('audit'),
  ]);
  const jobs = {
    SCOREMESH_FEATURE_ADDRESS: addressOf(inference),
    SCOREMESH_INFERENCE_ADDRESS: addressOf(inference),
    SCOREMESH_AUDIT_ADDRESS: addressOf(audit),
    ...given.env,
    SCOREMESH_JOBS_ACK_WAIT: `${ackWaitMs}ms`,
    ...options.env,
  };
  const [gateway, ...workers] = await Promise.all([
    start('gateway', jobs),
    ...Array.from({ length: options.workers ?? 2 }, () => start('worker', jobs)),
  ]);
  const client = connect({ address: addressOf(gateway), timeoutMs: 10_000 });
  closers.add('client', () => client.close());
  const nats = await connectNats({
    ...given.client,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    noAsyncTraces: true,
  });
  closers.add('nats client', () => nats.close());
  const mesh: FaultMesh = {
    client,
    nats,
    inference,
    audit,
    gateway,
    workers,
    killNats: () =>
      process.kill(Number(readFileSync(join(folder, 'nats', 'nats-server.pid'), 'utf8')), 'SIGKILL'),
  };
  for (const role of [inference, audit, gateway, ...workers])
    await untilReady(`http://127.0.0.1:${role.metricsPort}`);
  return mesh;
}

async function ownServer(folder: string, closers: Closers): Promise<GivenNats> {
  const server = await startNatsServer({ folder }, { log: silentLog }, closers);
  if ('missing' in server) throw new Error(server.missing);
  return { env: { SCOREMESH_NATS_URL: server.url }, client: { servers: server.url } };
}

function addressOf({ grpcPort }: RoleProcess): string {
  return `127.0.0.1:${grpcPort}`;
}
