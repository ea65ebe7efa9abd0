import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  Events,
  type NatsConnection,
  type TlsOptions,
} from 'nats';
import { maskUser } from '../config/kinds.ts';
import { MeshError } from '../errors/mesh-error.ts';
import type { Log } from '../log/log.ts';
import { type BusConfig, busDefaults } from './config.ts';
import { Outbox } from './outbox.ts';

/** off: no server is named. connecting: at start, or lost and being found again. */
export type BusState = 'off' | 'connecting' | 'connected' | 'closed';

/** A connection to NATS that is made in the background and made again for as long as the process lives. */
export class Connection {
  /** What is published through it goes in one write for each turn of the event loop. */
  readonly outbox = new Outbox();
  readonly #options: ConnectionOptions;
  readonly #log: Log;
  readonly #servers: string;
  readonly #missing: string;
  readonly #closing = new AbortController();
  readonly #upListeners = new Set<(nats: NatsConnection) => void>();
  readonly #downListeners = new Set<(error: MeshError) => void>();
  #nats: NatsConnection | undefined;
  #connected = false;
  #lastError = 'not tried yet';

  constructor(options: ConnectionOptions, config: BusConfig, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#servers = maskUser([options.servers ?? []].flat().join(','));
    this.#missing = config.missing ?? 'set SCOREMESH_NATS_URL, or install nats-server and start again';
  }

  get state(): BusState {
    if (this.#closing.signal.aborted) return 'closed';
    if (this.#servers === '') return 'off';
    return this.#connected ? 'connected' : 'connecting';
  }

  /** The connection, or NATS_UNAVAILABLE saying why there is none and what to do. */
  nats(): NatsConnection {
    if (this.#nats !== undefined && this.state === 'connected') return this.#nats;
    throw this.#unavailable();
  }

  /** Called now if connected, and each time the connection is made (again). The returned function takes it back. */
  onUp(listener: (nats: NatsConnection) => void): () => void {
    this.#upListeners.add(listener);
    if (this.#nats !== undefined && this.state === 'connected') listener(this.#nats);
    return () => this.#upListeners.delete(listener);
  }

  /** Called each time the connection is lost, with what those who wait for an answer should see. */
  onDown(listener: (error: MeshError) => void): () => void {
    this.#downListeners.add(listener);
    return () => this.#downListeners.delete(listener);
  }

  /** Connects, and connects again when the client has given up; returns when closed. */
  async run(): Promise<void> {
    if (this.#servers === '') return;
    let waitMs: number = busDefaults.retryMs;
    while (!this.#closing.signal.aborted) {
      try {
        const nats = await connect(this.#options);
        waitMs = busDefaults.retryMs;
        await this.#follow(nats);
      } catch (error) {
        this.#failed(error);
      }
      const jittered = waitMs * (0.5 + Math.random() / 2);
      waitMs = Math.min(waitMs * 2, busDefaults.maxRetryMs);
      await delay(jittered, undefined, { signal: this.#closing.signal }).catch(() => {});
    }
  }

  /** Sends what is buffered and closes, within the grace time. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    await this.outbox.turn();
    const wasConnected = this.#connected;
    this.#closing.abort();
    this.#down();
    const nats = this.#nats;
    if (nats === undefined) return;
    if (wasConnected) await withinGrace(nats.drain());
    await withinGrace(nats.close());
  }

  async #follow(nats: NatsConnection): Promise<void> {
    if (this.#closing.signal.aborted) return nats.close();
    this.#nats = nats;
    this.#up(nats);
    for await (const { type, data } of nats.status()) {
      if (type === Events.Reconnect) this.#up(nats);
      else if (type === Events.Disconnect) this.#down();
      else if (type === Events.Error) this.#log.warn('NATS says', { error: String(data) });
    }
    this.#down();
    const reason = await nats.closed();
    if (reason !== undefined) this.#failed(reason);
  }

  #up(nats: NatsConnection): void {
    this.#connected = true;
    this.#log.info('connected to NATS', { server: nats.getServer(), version: nats.info?.version });
    for (const listener of this.#upListeners) listener(nats);
  }

  #down(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#lastError = 'the connection was lost';
    if (this.state !== 'closed') this.#log.warn('lost the connection to NATS', { servers: this.#servers });
    const error = this.#unavailable();
    for (const listener of [...this.#downListeners]) listener(error);
  }

  #failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (message !== this.#lastError) {
      this.#log.warn('can not connect to NATS; trying on', { servers: this.#servers, why: message });
    }
    this.#lastError = message;
  }

  #unavailable(): MeshError {
    if (this.state === 'closed')
      return new MeshError('SHUTTING_DOWN', 'this process is stopping and has left NATS');
    return new MeshError(
      'NATS_UNAVAILABLE',
      this.state === 'off'
        ? `no NATS server is configured: ${this.#missing}`
        : `NATS at ${this.#servers} can not be reached (${this.#lastError}); it is being tried on: ` +
            'start nats-server there or correct SCOREMESH_NATS_URL',
    );
  }
}

/** What the client needs to connect. Throws CONFIG_INVALID for a file that can't be read or half a key pair. */
export async function connectionOptions(config: BusConfig): Promise<ConnectionOptions> {
  const urls = (config.urls ?? []).map((given) => new URL(given));
  const user = urls.find(({ username }) => username !== '');
  const name = decodeURIComponent(user?.username ?? '');
  const password = decodeURIComponent(user?.password ?? '');
  const token = config.token ?? (password === '' && name !== '' ? name : undefined);
  const tls =
    (await tlsOptions(config)) ?? (urls.some(({ protocol }) => protocol === 'tls:') ? {} : undefined);
  const credentials = config.credentialsFile;
  return {
    servers: urls.map(({ host }) => host),
    name: config.name,
    timeout: busDefaults.connectTimeoutMs,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => busDefaults.retryMs * (1 + Math.random()),
    pingInterval: busDefaults.pingIntervalMs,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...(token === undefined ? {} : { token }),
    ...(password === '' ? {} : { user: name, pass: password }),
    ...(tls === undefined ? {} : { tls }),
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(await read(credentials)) }),
  };
}

/** As paths: the client reads the files again at each connect, so that a renewed certificate is used without a restart. */
async function tlsOptions({ caFile, certFile, keyFile }: BusConfig): Promise<TlsOptions | undefined> {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new MeshError(
      'CONFIG_INVALID',
      'SCOREMESH_NATS_CERT and SCOREMESH_NATS_KEY belong together: set both or neither',
    );
  const files = Object.entries({ caFile, certFile, keyFile }).filter(([, path]) => path !== undefined);
  for (const [, path = ''] of files) await read(path);
  return files.length === 0 ? undefined : Object.fromEntries(files);
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new MeshError(
      'CONFIG_INVALID',
      `a file for NATS can't be read: ${(error as Error).message}`,
      {},
      error,
    );
  }
}

async function withinGrace(work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const limit = delay(busDefaults.closeGraceMs, undefined, { signal: done.signal }).catch(() => {});
  await Promise.race([work.catch(() => {}), limit]);
  done.abort();
}
