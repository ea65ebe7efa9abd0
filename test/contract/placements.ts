import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type MeshClient } from '../../gateway/client/client.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { type Log, silentLog } from '../../services/kit/log/log.ts';
import { readTracingConfig } from '../../services/kit/telemetry/tracing-config.ts';
import { type MeshConfig, startMesh } from '../../services/mesh.ts';
import type { OipStatus } from '../../services/mesh-settings.ts';
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
  /** Where each role answers as ordinary gRPC: with the gateway where they share a process. */
  readonly addresses: Readonly<Record<RoleName, string>>;
  /** Metrics of the process that hosts the role. */
  readonly metricsUrls: Readonly<Record<RoleName, string>>;
  /** The role's own process; only in `processes`. */
  readonly roles: ReadonlyMap<string, RoleProcess>;
  close(): Promise<void>;
}

const backRoles = ['feature', 'inference', 'audit'] as const;
export type RoleName = 'gateway' | (typeof backRoles)[number];

export interface PlacementOptions {
  readonly modelsFolder?: string;
  readonly featuresFolder?: string | undefined;
  /** Where the audit log is kept, e.g. a small disk. */
  readonly auditFolder?: string;
  /** Scores under way at once in the gateway. */
  readonly maxInFlight?: number;
  /** Status codes of the Open Inference Protocol. */
  readonly oipStatus?: OipStatus;
  /** Of every process, as one environment for all has it. */
  readonly adminToken?: string;
  /** OTEL_* and the like. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of the roles in this process; a process of its own writes to its standard error. */
  readonly log?: Log;
}

export type PlacementName = 'local' | 'local+codec' | 'link' | 'processes';

export const placementNames: readonly PlacementName[] = ['local', 'local+codec', 'link', 'processes'];

/** Starts a mesh on free ports with a state folder of its own, and waits until it is ready. */
export async function place(name: PlacementName, options: PlacementOptions = {}): Promise<Placed> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'scoremesh-placed-'));
  const closers = createClosers(options.log ?? silentLog);
  closers.add('data folder', () => rmSync(dataFolder, { recursive: true, force: true }));
  try {
    const { auditFolder } = options;
    if (auditFolder !== undefined) {
      mkdirSync(auditFolder, { recursive: true });
      symlinkSync(auditFolder, join(dataFolder, 'audit'));
    }
    return await starters[name](dataFolder, options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

const starters: Readonly<
  Record<PlacementName, (dataFolder: string, options: PlacementOptions, closers: Closers) => Promise<Placed>>
> = {
  local: (dataFolder, options, closers) => oneMesh(dataFolder, options, closers, {}),
  'local+codec': (dataFolder, options, closers) =>
    oneMesh(dataFolder, options, closers, { localCodec: true }),
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
    maxInFlight: options.maxInFlight ?? 2048,
    oipStatus: options.oipStatus ?? 'honest',
    graceMs: 5000,
    adminToken: options.adminToken,
    tracing: readTracingConfig(options.env ?? {}),
    serveLinks: false,
  };
}

async function oneMesh(
  dataFolder: string,
  options: PlacementOptions,
  closers: Closers,
  extra: Partial<MeshConfig>,
): Promise<Placed> {
  const mesh = await startMesh({ ...meshConfig(dataFolder, options), ...extra }, options.log ?? silentLog);
  const hosts = { gateway: mesh, feature: mesh, inference: mesh, audit: mesh };
  closers.add('mesh', () => mesh.close());
  return placed(hosts, dataFolder, new Map(), closers);
}

/** The roles in one mesh, the gateway in another, a link between them; idempotent calls are delivered twice. */
async function twoMeshes(dataFolder: string, options: PlacementOptions, closers: Closers): Promise<Placed> {
  const config = meshConfig(dataFolder, options);
  const log = options.log ?? silentLog;
  const roles = await startMesh({ ...config, roles: backRoles, serveLinks: true }, log);
  closers.add('roles', () => roles.close());
  const address = addressOf(roles);
  const addresses = { feature: address, inference: address, audit: address };
  const gateway = await startMesh({ ...config, roles: ['gateway'], addresses, deliverTwice: true }, log);
  closers.add('gateway', () => gateway.close());
  const hosts = { gateway, feature: roles, inference: roles, audit: roles };
  return placed(hosts, dataFolder, new Map(), closers);
}

async function fourProcesses(
  dataFolder: string,
  options: PlacementOptions,
  closers: Closers,
): Promise<Placed> {
  const { modelsFolder, featuresFolder } = meshConfig(dataFolder, options);
  const env = {
    SCOREMESH_DATA: dataFolder,
    SCOREMESH_MODELS: modelsFolder,
    ...(featuresFolder === undefined ? {} : { SCOREMESH_FEATURES: featuresFolder }),
    ...(options.maxInFlight === undefined ? {} : { SCOREMESH_MAX_IN_FLIGHT: String(options.maxInFlight) }),
    ...(options.oipStatus === undefined ? {} : { SCOREMESH_OIP_STATUS: options.oipStatus }),
    ...(options.adminToken === undefined ? {} : { SCOREMESH_ADMIN_TOKEN: options.adminToken }),
    ...options.env,
  };
  const start = async (name: RoleName, more: Readonly<Record<string, string>> = {}): Promise<RoleProcess> => {
    const role = await startRole(name, { ...env, ...more });
    closers.add(name, async () => void (await role.stop()));
    return role;
  };
  const starts = [start('feature'), start('inference'), start('audit')] as const;
  // Of those that start while another fails, too, none is left behind.
  await Promise.allSettled(starts);
  const [feature, inference, audit] = await Promise.all(starts);
  const gateway = await start('gateway', {
    SCOREMESH_FEATURE_ADDRESS: addressOf(feature),
    SCOREMESH_INFERENCE_ADDRESS: addressOf(inference),
    SCOREMESH_AUDIT_ADDRESS: addressOf(audit),
  });
  const hosts = { gateway, feature, inference, audit };
  return placed(hosts, dataFolder, new Map(Object.entries(hosts)), closers);
}

/** Where a process listens. */
interface Host {
  readonly grpcPort: number;
  readonly httpPort: number | undefined;
  readonly metricsPort: number;
}

const addressOf = ({ grpcPort }: Host): string => `127.0.0.1:${grpcPort}`;
const metricsUrlOf = ({ metricsPort }: Host): string => `http://127.0.0.1:${metricsPort}`;

async function placed(
  hosts: Readonly<Record<RoleName, Host>>,
  dataFolder: string,
  roles: ReadonlyMap<string, RoleProcess>,
  closers: Closers,
): Promise<Placed> {
  const { gateway, feature, inference, audit } = hosts;
  const address = addressOf(gateway);
  const metricsUrl = metricsUrlOf(gateway);
  await untilReady(metricsUrl);
  const client = connect({ address, timeoutMs: 10_000 });
  closers.add('client', () => client.close());
  return {
    client,
    address,
    httpUrl: `http://127.0.0.1:${gateway.httpPort}`,
    metricsUrl,
    metricsUrls: {
      gateway: metricsUrl,
      feature: metricsUrlOf(feature),
      inference: metricsUrlOf(inference),
      audit: metricsUrlOf(audit),
    },
    dataFolder,
    addresses: {
      gateway: address,
      feature: addressOf(feature),
      inference: addressOf(inference),
      audit: addressOf(audit),
    },
    roles,
    close: () => closers.close(),
  };
}
