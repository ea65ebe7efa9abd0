import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type Bus, createBus } from '../../../services/kit/bus/bus.ts';
import type { BusConfig } from '../../../services/kit/bus/config.ts';
import { type NatsProcess, startNatsProcess } from '../../../services/kit/bus/nats-process.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createRecorder } from '../rpc/recorder.ts';
import { closersOfTest } from './broker.ts';
import type { KeyPair } from './certificates.ts';

let count = 0;

/** A nats-server with these lines in its configuration. */
export async function startServerWith(folder: string, ...lines: readonly string[]): Promise<NatsProcess> {
  count += 1;
  const config = join(folder, `server-${count}.conf`);
  const store = JSON.stringify(join(folder, `store-${count}`));
  const common = ['host: "127.0.0.1"', 'port: -1', `jetstream { store_dir: ${store} }`];
  await writeFile(config, `${[...common, ...lines].join('\n')}\n`);
  const server = await startNatsProcess('nats-server', config, silentLog);
  onTestFinished(() => server.stop(2000));
  return server;
}

export function tlsWith({ cert, key }: KeyPair, ...lines: readonly string[]): string {
  return `tls { cert_file: ${JSON.stringify(cert)}\n key_file: ${JSON.stringify(key)}\n ${lines.join('\n')} }`;
}

export interface Tried {
  readonly bus: Bus;
  /** Once it is connected, or has failed: what a caller is told then. */
  connected(): Promise<void>;
  failed(what: RegExp): Promise<string>;
  /** All that was logged. */
  log(): string;
}

const patience = { timeout: 30_000 };

export async function tryToConnect(config: Omit<BusConfig, 'name'>): Promise<Tried> {
  const { log, lines } = createRecorder();
  const bus = await createBus({ name: 'test', ...config }, { log }, closersOfTest());
  const told = (): string => {
    try {
      bus.maxPayloadBytes();
      return 'connected';
    } catch (error) {
      return (error as Error).message;
    }
  };
  return {
    bus,
    connected: () => bus.connected(startCall({ timeoutMs: patience.timeout, principal: 'test' })),
    failed: async (what) => {
      await expect.poll(told, patience).toMatch(what);
      return told();
    },
    log: () => JSON.stringify(lines, (_key, value) => (value instanceof Error ? `${value.stack}` : value)),
  };
}
