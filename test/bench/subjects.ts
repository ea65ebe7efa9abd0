import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../gateway/client/client.ts';
import { writeFiles } from './models.ts';
import { nodeFlags, ready, type Subject, startScoremesh } from './processes.ts';

const flights = fileURLToPath(new URL('../../examples/flights/', import.meta.url));

/** Something that is measured: where it is called, and all the processes whose CPU counts. */
export interface Bench {
  readonly port: number;
  readonly processes: readonly Subject[];
  stop(): Promise<void>;
}

/** The modules of the bench run from their sources, through tsx. */
export function startModule(name: string, pattern: RegExp, args: readonly string[] = []): Promise<Subject> {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, '--import', 'tsx', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return ready(child, pattern);
}

export async function startEcho(): Promise<Bench> {
  const echo = await startModule('echo-server.ts', /echo on (\d+)/);
  return { port: echo.port, processes: [echo], stop: () => echo.stop() };
}

export function startSink(): Promise<Subject> {
  return startModule('otlp-sink.ts', /sink on (\d+)/);
}

/** A folder for state that is gone when the bench ends. */
function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'scoremesh-bench-'));
}

/** The whole mesh in one process, with the flights example. */
export async function startOneProcess(env: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const data = scratch();
  const mesh = await startScoremesh('up', { SCOREMESH_DATA: data, ...flightFolders(), ...env });
  return bench(mesh.port, [mesh], [data]);
}

/** Four processes over links: gateway, feature, inference, audit. */
export async function startFourProcesses(): Promise<Bench> {
  const data = scratch();
  const common = { SCOREMESH_DATA: data, ...flightFolders() };
  const serve = (roles: string, env: Readonly<Record<string, string>> = {}): Promise<Subject> =>
    startScoremesh('serve', { ...common, SCOREMESH_ROLES: roles, ...env });
  const [feature, inference, audit] = await Promise.all([
    serve('feature'),
    serve('inference'),
    serve('audit'),
  ]);
  const gateway = await serve('gateway', {
    SCOREMESH_FEATURE_ADDRESS: `127.0.0.1:${feature.port}`,
    SCOREMESH_INFERENCE_ADDRESS: `127.0.0.1:${inference.port}`,
    SCOREMESH_AUDIT_ADDRESS: `127.0.0.1:${audit.port}`,
  });
  return bench(gateway.port, [gateway, feature, inference, audit], [data]);
}

/** The inference role alone, ready with these files in its folder of models; without any, with the flights example. */
export async function startInference(files?: Readonly<Record<string, Buffer | string>>): Promise<Bench> {
  const [data, models] = [scratch(), scratch()];
  if (files !== undefined) writeFiles(models, files);
  const inference = await startScoremesh('serve', {
    SCOREMESH_DATA: data,
    SCOREMESH_ROLES: 'inference',
    ...flightFolders(),
    ...(files === undefined ? {} : { SCOREMESH_MODELS: models }),
  });
  await expectModels(inference.port);
  return bench(inference.port, [inference], [data, models]);
}

/** The process starts although a model can't be used; the bench must not measure its refusals. */
async function expectModels(port: number): Promise<void> {
  const mesh = connect({ address: `127.0.0.1:${port}` });
  try {
    const { models } = await mesh.models.ListModels({});
    for (const { name, state, reason } of models)
      if (state !== 'MODEL_STATE_READY') throw new Error(`model ${name} is not ready: ${reason}`);
  } finally {
    await mesh.close();
  }
}

/** One process whose models say `audit: deferred`. */
export async function startDeferred(): Promise<Bench> {
  const models = scratch();
  cpSync(join(flights, 'models'), models, { recursive: true });
  for (const file of readdirSync(models, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('model.yaml')) continue;
    const path = join(models, file);
    writeFileSync(path, `${readFileSync(path, 'utf8')}\naudit: deferred\n`);
  }
  const { port, processes, stop } = await startOneProcess({ SCOREMESH_MODELS: models });
  return {
    port,
    processes,
    stop: async () => {
      await stop();
      rmSync(models, { recursive: true, force: true });
    },
  };
}

function flightFolders(): Readonly<Record<string, string>> {
  return { SCOREMESH_MODELS: join(flights, 'models'), SCOREMESH_FEATURES: join(flights, 'features') };
}

function bench(port: number, processes: readonly Subject[], folders: readonly string[]): Bench {
  return {
    port,
    processes,
    stop: async () => {
      for (const subject of processes) await subject.stop();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}
