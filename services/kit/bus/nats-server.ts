import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { MeshError } from '../errors/mesh-error.ts';
import type { Closers } from '../lifecycle/closers.ts';
import type { Log } from '../log/log.ts';
import { type NatsProcess, startNatsProcess } from './nats-process.ts';

export interface NatsServerConfig {
  /** Where JetStream keeps its streams, and the server's configuration stands. Made if absent. */
  readonly folder: string;
  /** The nats-server to run; by default that on PATH or in the folders where package managers put it. */
  readonly binary?: string;
  /** How long a former server on the same folder may take to end, in milliseconds; 8000 by default. */
  readonly formerLimitMs?: number;
}

/** A private nats-server on 127.0.0.1. */
export interface NatsServer {
  /** For `createBus`; stays the same when the server is restarted. */
  readonly url: string;
}

const usualPlaces = [
  'nats-server',
  '/usr/sbin/nats-server',
  '/usr/local/bin/nats-server',
  '/opt/homebrew/bin/nats-server',
];

// A private server shares the machine: enough for a day of jobs, far less than the three quarters it would take by itself.
const maxMemoryStore = '256MB';
const maxFileStore = '8GB';
const stopGraceMs = 5000;
// A server that lost its process is ended by its guard within 5 s.
const formerLimitMs = 8000;
const formerPollMs = 50;
const firstRestartMs = 100;
const maxRestartMs = 10_000;

/**
 * Starts a private nats-server with JetStream in the folder and waits until it is ready (some tens of milliseconds). Restarts
 * it on the same port if it ends unexpectedly, for ever, with growing pauses. Answers `missing` with what to do when no
 * nats-server is installed. Fails NATS_UNAVAILABLE if it can't start, STATE_LOCKED if another one uses the folder.
 * Closing stops it within some seconds; if this process is killed it stops by itself.
 */
export async function startNatsServer(
  config: NatsServerConfig,
  deps: { readonly log: Log },
  closers: Closers,
): Promise<NatsServer | { readonly missing: string }> {
  const binary = await findNatsServer(config.binary === undefined ? usualPlaces : [config.binary]);
  if (binary === undefined)
    return {
      missing:
        'install nats-server ("apt-get install nats-server", "brew install nats-server") and start again, or set SCOREMESH_NATS_URL',
    };
  const folder = resolve(config.folder);
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, 'nats-server.conf');
  const pidFile = join(folder, 'nats-server.pid');
  await waitForFormer(pidFile, configFile, config.formerLimitMs ?? formerLimitMs);

  const start = async (port: number): Promise<NatsProcess> => {
    await writeFile(configFile, serverConfig(folder, pidFile, port));
    return startNatsProcess(binary, configFile, deps.log);
  };
  const closing = new AbortController();
  let running = await start(-1);
  const { port } = running;
  const keeping = keepRunning();
  closers.add('nats-server', async () => {
    closing.abort();
    await running.stop(stopGraceMs);
    await keeping;
  });
  deps.log.info('started a private nats-server', { url: `nats://127.0.0.1:${port}`, folder });
  return { url: `nats://127.0.0.1:${port}` };

  async function keepRunning(): Promise<void> {
    let waitMs = firstRestartMs;
    for (;;) {
      const how = await running.ended;
      if (closing.signal.aborted) return;
      deps.log.error('nats-server ended unexpectedly; starting it again', { how, waitMs });
      await delay(waitMs, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      try {
        running = await start(port);
        waitMs = firstRestartMs;
        if (closing.signal.aborted) await running.stop(stopGraceMs);
      } catch (error) {
        waitMs = Math.min(waitMs * 2, maxRestartMs);
        deps.log.error('nats-server can not be started again; trying on', { error, waitMs });
      }
    }
  }
}

async function findNatsServer(places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    const found = await promisify(execFile)(place, ['--version']).then(
      () => true,
      () => false,
    );
    if (found) return place;
  }
  return undefined;
}

/** https://docs.nats.io/running-a-nats-service/configuration; port -1 lets the system choose. */
function serverConfig(folder: string, pidFile: string, port: number): string {
  return [
    'host: "127.0.0.1"',
    `port: ${port}`,
    `pid_file: ${JSON.stringify(pidFile)}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(folder)}`,
    `  max_memory_store: ${maxMemoryStore}`,
    `  max_file_store: ${maxFileStore}`,
    '}',
    '',
  ].join('\n');
}

/** Two servers on one folder would spoil it, and nats-server does not lock: wait for one that a killed process left behind. */
async function waitForFormer(pidFile: string, configFile: string, limitMs: number): Promise<void> {
  const giveUpAt = performance.now() + limitMs;
  for (;;) {
    const pid = await readFile(pidFile, 'utf8').then(Number, () => Number.NaN);
    if (!Number.isInteger(pid) || pid <= 0 || !(await commandOf(pid)).includes(configFile)) return;
    if (performance.now() > giveUpAt)
      throw new MeshError(
        'STATE_LOCKED',
        `nats-server ${pid} uses ${configFile}: stop the other mesh, or give this one another SCOREMESH_DATA`,
      );
    await delay(formerPollMs);
  }
}

/** The command line of a process; empty if there is none. */
async function commandOf(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']).then(
      ({ stdout }) => stdout,
      () => '',
    );
  }
}
