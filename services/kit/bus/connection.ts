import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionOptions, connect, Events, type NatsConnection } from 'nats';
import { maskUser } from '../config/kinds.ts';
import { MeshError } from '../errors/mesh-error.ts';
import type { Log } from '../log/log.ts';
import { type BusConfig, busDefaults } from './config.ts';
import { type ConnectFailure, connectFailure, startIt } from './connect-failure.ts';
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
  #isExplaining = false;
  #lastFailure: ConnectFailure = { why: 'not tried yet', advice: startIt };

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
    for await (const { type, data, permissionContext } of nats.status()) {
      if (type === Events.Reconnect) this.#up(nats);
      else if (type === Events.Disconnect) this.#down();
      // While the client connects again, each of its tries is refused in the same way.
      else if (type === Events.Error && !this.#connected) this.#failed(String(data));
      else if (type === Events.Error)
        this.#log.warn('NATS says', { error: String(data), ...permissionContext });
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
    this.#lastFailure = { why: 'the connection was lost', advice: startIt };
    if (this.state !== 'closed') this.#log.warn('lost the connection to NATS', { servers: this.#servers });
    const error = this.#unavailable();
    for (const listener of [...this.#downListeners]) listener(error);
    void this.#explain();
  }

  /** The client tells nothing of why it can't connect again, as when a certificate has expired meanwhile: another connection finds out. */
  async #explain(): Promise<void> {
    if (this.#isExplaining) return;
    this.#isExplaining = true;
    for (;;) {
      const jittered = busDefaults.explainMs * (0.5 + Math.random() / 2);
      await delay(jittered, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
      if (this.#connected || this.#closing.signal.aborted) break;
      await connect({ ...this.#options, reconnect: false }).then(
        (nats) => nats.close(),
        (error) => {
          if (!this.#connected) this.#failed(error);
        },
      );
    }
    this.#isExplaining = false;
  }

  #failed(error: unknown): void {
    const failure = connectFailure(error);
    if (failure.why !== this.#lastFailure.why)
      this.#log.warn('can not connect to NATS; trying on', { servers: this.#servers, ...failure });
    this.#lastFailure = failure;
  }

  #unavailable(): MeshError {
    if (this.state === 'closed')
      return new MeshError('SHUTTING_DOWN', 'this process is stopping and has left NATS');
    return new MeshError(
      'NATS_UNAVAILABLE',
      this.state === 'off'
        ? `no NATS server is configured: ${this.#missing}`
        : `NATS at ${this.#servers} can not be reached (${this.#lastFailure.why}); it is being tried on: ` +
            this.#lastFailure.advice,
    );
  }
}

async function withinGrace(work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const limit = delay(busDefaults.closeGraceMs, undefined, { signal: done.signal }).catch(() => {});
  await Promise.race([work.catch(() => {}), limit]);
  done.abort();
}
