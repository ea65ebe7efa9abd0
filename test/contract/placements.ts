import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type MeshClient } from '../../gateway/client/client.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { readTracingConfig } from '../../services/kit/telemetry/tracing-config.ts';
import { type MeshConfig, startMesh } from '../../services/mesh.ts';
import { untilReady } from './ready.ts';
import { type RoleProcess, startRole } from './role-process.ts';

export const flights = fileURLToPath(new URL('../../examples/flights/', import.meta.url));

/** A mesh under test, whichever way its roles are placed. */
export interface Placed {
  readonly client: MeshClient;
  /** The gateway. */
  readonly address: string;
  readonly httpUrl: string;
  /** Of the process that hosts the gateway. */
  readonly metricsUrl: string;
  readonly dataFolder: string;
  /** The role's own process; only in `processes`. */
  readonly roles: ReadonlyMap<string, RoleProcess>;
  close(): Promise<void>;
}

export interface PlacementOptions {
  readonly modelsFolder?: string;
  readonly featuresFolder?: string | undefined;
  /** OTEL_* and the like. */
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: Partial<MeshConfig>;
}

export type PlacementName = 'local' | 'local+codec' | 'link' | 'processes';

export const placementNames: readonly PlacementName[] = ['local', 'local+codec', 'link', 'processes'];

/** Starts a mesh on free ports with a state folder of its own, and waits until it is ready. */
export async function place(name: PlacementName, options: PlacementOptions = {}): Promise<Placed> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'scoremesh-placed-'));
  try {
    return await starters[name](dataFolder, options);
  } catch (error) {
    rmSync(dataFolder, { recursive: true, force: true });
    throw error;
  }
}

const starters: Readonly<
  Record<PlacementName, (dataFolder: string, options: PlacementOptions) => Promise<Placed>>
> = {
  local: (dataFolder, options) => oneMesh(dataFolder, options, {}),
  'local+codec': (dataFolder, options) => oneMesh(dataFolder, options, { localCodec: true }),
  link: twoMeshes,
  processes: fourProcesses,
};

/** The settings of a mesh in this process. */
export function meshConfig(dataFolder: string, options: PlacementOptions): MeshConfig {
  return {
    roles: ['gateway', 'feature', 'inference', 'audit'],
    addresses: {},
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    metricsPort: 0,
    modelsFolder: options.modelsFolder ?? join(flights, 'models'),
    featuresFolder: 'featuresFolder' in options ? options.featuresFolder : join(flights, 'features'),
    dataFolder,
    bus: {} as MeshConfig['bus'],
    version: '0.0.0-test',
    defaultTimeoutMs: 10_000,
    maxMessageBytes: 16 * 1024 * 1024,
    maxInFlight: 2048,
    graceMs: 5000,
    tracing: readTracingConfig(options.env ?? {}),
    serveLinks: false,
    ...options.config,
  };
}

async function oneMesh(
  dataFolder: string,
  options: PlacementOptions,
  extra: Partial<MeshConfig>,
): Promise<Placed> {
  const mesh = await startMesh({ ...meshConfig(dataFolder, options), ...extra }, silentLog);
  return placed(mesh, dataFolder, new Map(), () => mesh.close());
}

/** The roles in one mesh, the gateway in another, a link between them; idempotent calls are delivered twice. */
async function twoMeshes(dataFolder: string, options: PlacementOptions): Promise<Placed> {
  const config = meshConfig(dataFolder, options);
  const roles = await startMesh(
    { ...config, roles: ['feature', 'inference', 'audit'], serveLinks: true },
    silentLog,
  );
  const address = `127.0.0.1:${roles.grpcPort}`;
  const addresses = { feature: address, inference: address, audit: address };
  const gateway = await startMesh(
    { ...config, roles: ['gateway'], addresses, deliverTwice: true },
    silentLog,
  );
  return placed(gateway, dataFolder, new Map(), async () => {
    await gateway.close();
    await roles.close();
  });
}

async function fourProcesses(dataFolder: string, options: PlacementOptions): Promise<Placed> {
  const { modelsFolder, featuresFolder } = meshConfig(dataFolder, options);
  const env = {
    SCOREMESH_DATA: dataFolder,
    SCOREMESH_MODELS: modelsFolder,
    ...(featuresFolder === undefined ? {} : { SCOREMESH_FEATURES: featuresFolder }),
    ...options.env,
  };
  const names = ['feature', 'inference', 'audit'];
  const started = await Promise.all(names.map((name) => startRole(name, env)));
  const addresses = Object.fromEntries(
    started.map((role) => [`SCOREMESH_${role.name.toUpperCase()}_ADDRESS`, `127.0.0.1:${role.grpcPort}`]),
  );
  const gateway = await startRole('gateway', { ...env, ...addresses });
  const roles = new Map([...started, gateway].map((role) => [role.name, role]));
  return placed(gateway, dataFolder, roles, async () => {
    await gateway.stop();
    await Promise.all(started.map((role) => role.stop()));
  });
}

async function placed(
  gateway: { readonly grpcPort: number; readonly httpPort: number | undefined; readonly metricsPort: number },
  dataFolder: string,
  roles: ReadonlyMap<string, RoleProcess>,
  stop: () => Promise<void>,
): Promise<Placed> {
  const address = `127.0.0.1:${gateway.grpcPort}`;
  const metricsUrl = `http://127.0.0.1:${gateway.metricsPort}`;
  await untilReady(metricsUrl);
  const client = connect({ address, timeoutMs: 10_000 });
  return {
    client,
    address,
    httpUrl: `http://127.0.0.1:${gateway.httpPort}`,
    metricsUrl,
    dataFolder,
    roles,
    close: async () => {
      await client.close();
      await stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
