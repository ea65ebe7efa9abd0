import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../gateway/client/client.ts';
import { loadEventFiles } from '../gateway/command-line/features/load-command.ts';
import type { Terminal } from '../gateway/command-line/output.ts';
import { type Host, runCommand } from '../gateway/command-line/program.ts';
import { type AuditSettings, auditOperations } from './audit-operations.ts';
import { backUpFeatures, restoreFeatures } from './feature-backups.ts';
import { storeFlights } from './flights-seed.ts';
import { describeSettings, readSettings } from './kit/config/settings.ts';
import { MeshError } from './kit/errors/mesh-error.ts';
import { createLog } from './kit/log/json-log.ts';
import { readTracingConfig } from './kit/telemetry/tracing-config.ts';
import { type Mesh, type MeshConfig, startMesh } from './mesh.ts';
import { meshParts, type Role, roles } from './mesh-settings.ts';
import { readyBlock, sampleTime } from './ready-block.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The flights example beside the program: what `up` serves where there is nothing else to serve. */
const example = fileURLToPath(new URL('../examples/flights/', import.meta.url));
/** After this long without being ready, `up` says why and goes on waiting. */
const patienceMs = 20_000;

/** Runs the command that argv names, with settings from the environment; resolves to the exit code. */
export function run(
  args: readonly string[],
  environment: Environment,
  version: string,
  terminal: Terminal,
): Promise<number> {
  const host: Host = {
    version,
    settingsHelp: () => describeSettings(meshParts),
    gatewayAddress: () => gatewayAddress(environment),
    adminToken: () => readSettings(meshParts, environment).access.adminToken,
    backUpFeatures: (target, folder) => backUpFeatures(dataFolder(environment, folder), target, version),
    restoreFeatures: (backUp, folder) => restoreFeatures(backUp, dataFolder(environment, folder)),
    auditFolder: (folder) =>
      auditOperations(() => auditSettings(environment, folder), createLog({ level: 'warn' }), version),
    up: async ({ load, example: isExample }) => {
      const config = configOf(environment, version, roles);
      await hostUntilStopped({ ...config, serveLinks: false }, environment, terminal, async (mesh) => {
        if (load.length > 0) await loadEvents(mesh, config.host, load, terminal);
        if (isExample) await storeFlights(`${config.host}:${mesh.grpcPort}`, sampleTime, terminal);
        if (!terminal.stop.aborted) terminal.out(await readyBlock(mesh, config));
      });
    },
    serve: async () => {
      const { placement } = readSettings(meshParts, environment);
      if (placement.roles === undefined) {
        throw new MeshError(
          'CONFIG_INVALID',
          `SCOREMESH_ROLES is not set: name the roles to host, of ${roles.join(', ')}; or run \`scoremesh up\` to host all`,
        );
      }
      const config = configOf(environment, version, placement.roles);
      await hostUntilStopped(config, environment, terminal, async (mesh) => {
        terminal.out(
          [
            `scoremesh hosts ${placement.roles?.join(', ')}: gRPC ${config.host}:${mesh.grpcPort}`,
            `metrics ${config.host}:${mesh.metricsPort}`,
            ...(mesh.httpPort === undefined ? [] : [`HTTP ${config.host}:${mesh.httpPort}`]),
          ].join(', '),
        );
      });
    },
  };
  return runCommand(args, host, terminal);
}

/** Starts the mesh, waits until it is ready, greets, and stops it when the user asks. */
async function hostUntilStopped(
  config: MeshConfig,
  environment: Environment,
  terminal: Terminal,
  greet: (mesh: Mesh) => Promise<void>,
): Promise<void> {
  const { logging } = readSettings(meshParts, environment);
  const log = createLog({ level: logging.level });
  const mesh = await startMesh(config, log);
  try {
    await untilReady(mesh, terminal);
    if (!terminal.stop.aborted) await greet(mesh);
    await stopped(terminal.stop);
    terminal.err('stopping: finishing what is in flight');
  } finally {
    await mesh.close();
  }
}

async function untilReady(mesh: Mesh, terminal: Terminal): Promise<void> {
  const complainAt = performance.now() + patienceMs;
  let complained = false;
  while (!terminal.stop.aborted) {
    const why = mesh.unready();
    if (why === undefined) return;
    if (!complained && performance.now() > complainAt) {
      complained = true;
      terminal.err(`not ready yet: ${why.reason}: ${why.message}`);
    }
    await new Promise((resolveWait) => setTimeout(resolveWait, 20));
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolveStop) => {
    // The signal alone would not keep the process alive, the mesh's servers do.
    signal.addEventListener('abort', () => resolveStop(), { once: true });
  });
}

async function loadEvents(
  mesh: Mesh,
  host: string,
  files: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const client = connect({ address: `${host}:${mesh.grpcPort}` });
  try {
    await loadEventFiles(client, files, terminal);
  } finally {
    await client.close();
  }
}

/** The settings as the mesh takes them. Without folders named or found, the flights example is served. */
function configOf(environment: Environment, version: string, hosted: readonly Role[]): MeshConfig {
  const settings = readSettings(meshParts, environment);
  const { listening, placement, state, models, features, limits, access, messaging, jobs } = settings;
  const { keys, ...signing } = settings.audit;
  const dataFolder = absolute(state.data);
  const ownModels = state.models ?? (existsSync('models') ? 'models' : undefined);
  const ownFeatures = state.features ?? (existsSync('features') ? 'features' : undefined);
  const { gateway, feature, inference, audit } = placement;
  return {
    roles: hosted,
    addresses: { gateway, feature, inference, audit },
    host: listening.host,
    grpcPort: listening.grpcPort,
    httpPort: listening.httpPort,
    metricsPort: listening.metricsPort,
    modelsFolder: absolute(ownModels ?? `${example}models`),
    featuresFolder:
      ownFeatures === undefined
        ? ownModels === undefined
          ? `${example}features`
          : undefined
        : absolute(ownFeatures),
    dataFolder,
    auditReads: placement.auditReads,
    follow: followOf(settings.following),
    audit: { ...signing, keysFolder: absolute(keys ?? join(dataFolder, 'keys')) },
    models: {
      control: models.control,
      pollMs: models.pollMs,
      importFolder: models.importFolder === undefined ? undefined : absolute(models.importFolder),
    },
    oipStatus: models.oipStatus,
    features,
    bus: messaging,
    jobs,
    version,
    defaultTimeoutMs: limits.timeoutMs,
    maxMessageBytes: limits.maxMessageBytes,
    maxInFlight: limits.maxInFlight,
    graceMs: limits.graceMs,
    adminToken: access.adminToken,
    tracing: readTracingConfig(environment),
    serveLinks: true,
  };
}

/** What a replica follows; undefined without one. CONFIG_INVALID if something is said of a replica that is none. */
function followOf({
  writer,
  ...rest
}: ReturnType<typeof readSettings<typeof meshParts>>['following']): MeshConfig['follow'] {
  if (writer !== undefined) return { writer, ...rest };
  if (rest.vkey === undefined && rest.maxAgeMs === undefined) return undefined;
  throw new MeshError(
    'CONFIG_INVALID',
    `SCOREMESH_AUDIT_FOLLOW_${rest.vkey === undefined ? 'MAX_AGE' : 'VKEY'} is set, but SCOREMESH_AUDIT_FOLLOW is not: set it to the writer that is followed, or neither`,
  );
}

function auditSettings(environment: Environment, folder: string | undefined): AuditSettings {
  const { keys, ...settings } = readSettings(meshParts, environment).audit;
  const data = dataFolder(environment, folder);
  return { ...settings, folder: join(data, 'audit'), keysFolder: absolute(keys ?? join(data, 'keys')) };
}

function absolute(folder: string): string {
  return isAbsolute(folder) ? folder : resolve(folder);
}

function dataFolder(environment: Environment, folder: string | undefined): string {
  return absolute(folder ?? readSettings(meshParts, environment).state.data);
}

function gatewayAddress(environment: Environment): string {
  const { listening, placement } = readSettings(meshParts, environment);
  return placement.gateway ?? `${listening.host}:${listening.grpcPort}`;
}
