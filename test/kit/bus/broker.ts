import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Bus, createBus } from '../../../services/kit/bus/bus.ts';
import { startNatsServer } from '../../../services/kit/bus/nats-server.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { type Log, silentLog } from '../../../services/kit/log/log.ts';
import type { Metrics } from '../../../services/kit/telemetry/metrics.ts';

/** `npm test` says so where nats-server can't be had: tests that need it skip. */
export const natsIsAbsent = process.env.TEST_NATS === 'absent';

/** A real nats-server of this test's own, gone when the test is. */
export interface Broker {
  readonly url: string;
  readonly folder: string;
  /** Ends it as a crash would; it comes back on the same port. */
  kill(): void;
}

export async function startBroker(log: Log = silentLog): Promise<Broker> {
  const folder = await scratchFolder();
  const server = await startNatsServer({ folder }, { log }, closersOfTest());
  if ('missing' in server) throw new Error(server.missing);
  return {
    url: server.url,
    folder,
    kill: () => process.kill(Number(readFileSync(join(folder, 'nats-server.pid'), 'utf8')), 'SIGKILL'),
  };
}

export async function connectBus(
  url: string,
  deps: { readonly log?: Log; readonly metrics?: Metrics } = {},
): Promise<Bus> {
  const bus = await createBus({ urls: [url], name: 'test' }, { log: silentLog, ...deps }, closersOfTest());
  await bus.connected(startCall({ timeoutMs: 20_000, principal: 'test' }));
  return bus;
}

/** Closed when the test finishes, in reverse order of their making. */
export function closersOfTest(): Closers {
  const closers = createClosers(silentLog);
  onTestFinished(() => closers.close());
  return closers;
}

export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-nats-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
