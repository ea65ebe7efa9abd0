import { setTimeout as delay } from 'node:timers/promises';
import { createInbox, JSONCodec, type Msg, type NatsConnection, nanos, type Subscription } from 'nats';
import type { Log } from '../log/log.ts';
import type { Counter } from '../telemetry/metrics.ts';
import type { Connection } from './connection.ts';
import { renewAfterRestart } from './consumer-renewal.ts';
import { type Delivery, type OpenDelivery, PulledDelivery } from './delivery.ts';
import { LeftBehind, type SweepTimes } from './left-behind.ts';
import { type ConsumerSpec, ensureConsumer } from './stream.ts';

export interface ConsumeOptions {
  /**
   * Deliveries handled at once, and so the most that this process holds. After a crash of the server up to a quarter more, at most 32,
   * are handled for a moment: messages that were left behind.
   */
  readonly concurrency: number;
  /** How many of them it asks for at the moment; all by default. Read each time when there is room. */
  readonly window?: () => number;
  /** Longest wait for running handlers when it is stopped, in milliseconds; after it their messages are handed back. */
  readonly stopGraceMs: number;
  /** What its metrics call it, for who has as many consumers as there are tenants, say; its name by default. */
  readonly metricName?: string;
  /** When messages of a work queue that were left behind are looked for; 5 s after a connection and then every 15 s by default. */
  readonly sweepTimes?: SweepTimes;
}

/** A pull consumer at work. */
export interface Consumption {
  /** Takes nothing more, waits for running handlers up to the grace time, hands back what is not settled. Idempotent. */
  stop(): Promise<void>;
  /** Asks for nothing more, handles what still comes, and stops when nothing can come any more: within seconds, and nothing is handed back. */
  finish(): Promise<void>;
}

/** One request for messages, until it is served or has expired. */
interface Pull {
  left: number;
  readonly expiry: NodeJS.Timeout;
}

/** `leftBehind` counts messages that the server would not have delivered. */
export type DeliveryCounters = Readonly<Record<'handled' | 'failed' | 'leftBehind', Counter>>;

// Long enough to cost nothing when idle; a request that is lost in a change of leader is made again after it.
const pullExpiresMs = 5000;
const expirySlackMs = 2000;
// A handler that fails without saying when to try again; by attempt, up to the limit.
const retryBaseMs = 1000;
const maxRetryMs = 60_000;
const setUpRetryMs = 1000;
// Handed back by a stopping process: another one may take it at once.
const handBackMs = 1;
// A message that the server sends at the moment when its subscription ends is heard by nobody, and comes again only after its ack wait. Requests
// of a queue that has something are served within this time.
const lastPullsMs = 100;
const lastPullsPollMs = 10;
// Enough to be through with hundreds in a second, few enough that the largest are held in memory beside all others.
const maxLeftBehindAtOnce = 32;

/**
 * Pulls so that requested and running deliveries together never exceed the concurrency: nothing waits in this process with its
 * ack wait running out. The client's own `fetch` is not used because each call leaves a status listener behind.
 */
export class PullConsumption implements Consumption {
  readonly #connection: Connection;
  readonly #spec: ConsumerSpec;
  readonly #handler: (delivery: Delivery) => Promise<void>;
  readonly #options: ConsumeOptions;
  readonly #log: Log;
  readonly #counters: DeliveryCounters;
  readonly #running = new Map<PulledDelivery, Promise<void>>();
  readonly #pulls = new Map<string, Pull>();
  readonly #codec = JSONCodec();
  readonly #leftBehind: LeftBehind;
  readonly #extending: NodeJS.Timeout;
  readonly #forget: () => void;
  readonly #stopping = new AbortController();
  /** What is said of deliveries while the subscription ends, for after that. */
  #afterEnd: (() => void)[] | undefined;
  #isFinishing = false;
  #leftBehindRunning = 0;
  #subscription: Subscription | undefined;
  #inbox = '';
  #pullCount = 0;
  #stopped: Promise<void> | undefined;

  constructor(
    connection: Connection,
    spec: ConsumerSpec,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
    deps: { log: Log; counters: DeliveryCounters },
  ) {
    this.#connection = connection;
    this.#spec = spec;
    this.#handler = handler;
    this.#options = options;
    this.#log = deps.log;
    this.#counters = deps.counters;
    const atOnce = Math.max(1, Math.min(maxLeftBehindAtOnce, Math.floor(options.concurrency / 4)));
    this.#leftBehind = new LeftBehind(spec, atOnce, options.sweepTimes, {
      log: deps.log,
      taken: deps.counters.leftBehind,
      handle: async (delivery, nats) => {
        this.#leftBehindRunning += 1;
        await this.#handle(delivery);
        this.#leftBehindRunning -= 1;
        this.#fill(nats);
      },
    });
    this.#extending = setInterval(() => {
      for (const delivery of this.#running.keys()) delivery.extend();
    }, spec.ackWaitMs / 3).unref();
    const ends = [
      connection.onUp((nats) => this.#start(nats, true)),
      connection.onDown(() => void this.#leftBehind.stop()),
    ];
    this.#forget = () => {
      for (const end of ends) end();
    };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async finish(): Promise<void> {
    this.#isFinishing = true;
    await this.#lastPulls(pullExpiresMs + expirySlackMs, () => this.#stopped === undefined);
    await this.stop();
  }

  /** Waits until each request has been served or has expired. */
  async #lastPulls(limitMs: number, isPatient: () => boolean): Promise<void> {
    const until = performance.now() + limitMs;
    while (this.#pulls.size > 0 && performance.now() < until && isPatient()) await delay(lastPullsPollMs);
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#forget();
    // What is handed back now would be sent to a request of ours, and be lost with the subscription until its ack wait is over.
    const afterEnd: (() => void)[] = [];
    this.#afterEnd = afterEnd;
    const swept = this.#leftBehind.stop();
    await this.#lastPulls(lastPullsMs, () => true);
    this.#endPulls();
    await this.#subscription?.drain().catch(() => {});
    this.#afterEnd = undefined;
    for (const send of afterEnd) this.#connection.outbox.add(send);
    const limit = new AbortController();
    const grace = delay(this.#options.stopGraceMs, undefined, { signal: limit.signal }).catch(() => {});
    await Promise.race([Promise.all([...this.#running.values(), swept]), grace]);
    limit.abort();
    clearInterval(this.#extending);
    for (const delivery of this.#running.keys()) delivery.retryAfter(handBackMs);
    await this.#connection.outbox.turn();
  }

  /** Sends what a delivery says. */
  add(send: () => void): void {
    if (this.#afterEnd === undefined) this.#connection.outbox.add(send);
    else this.#afterEnd.push(send);
  }

  /** Sets up, maybe on a connection that was just made. What was asked for before is forgotten with its inbox. */
  #start(nats: NatsConnection, isNew: boolean): void {
    this.#endPulls();
    this.#subscription?.unsubscribe();
    const inbox = createInbox();
    this.#inbox = inbox;
    const isCurrent = (): boolean => this.#inbox === inbox && !this.#stopping.signal.aborted;
    this.#subscription = nats.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error !== null)
          this.#log.warn('NATS refuses a consumer its inbox', { consumer: this.#spec.name, error });
        else if (message.subject.startsWith(`${inbox}.`)) this.#endPull(nats, message);
        else this.#take(nats, message);
      },
    });
    this.#setUp(nats, isCurrent, isNew).catch((error) =>
      this.#log.error('setting up a consumer failed', { consumer: this.#spec.name, error }),
    );
  }

  async #setUp(nats: NatsConnection, isCurrent: () => boolean, isNew: boolean): Promise<void> {
    let said = '';
    let isOld = isNew;
    let mark: string | undefined;
    while (isCurrent() && !nats.isClosed()) {
      try {
        // One that somebody else has made or removed since is as new: workers of different opinion would take it from each other for ever.
        if (isOld) mark = await renewAfterRestart(nats, this.#spec, this.#log);
        isOld = false;
        await ensureConsumer(nats, this.#spec, mark);
        if (!isCurrent()) return;
        this.#fill(nats);
        this.#leftBehind.start(nats);
        return;
      } catch (error) {
        const message = (error as Error).message;
        if (message !== said)
          this.#log.warn('a consumer is not ready; trying on', { consumer: this.#spec.name, error });
        said = message;
      }
      await delay(setUpRetryMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  #fill(nats: NatsConnection): void {
    if (this.#isFinishing || this.#stopping.signal.aborted || nats.isClosed()) return;
    let asked = 0;
    for (const pull of this.#pulls.values()) asked += pull.left;
    const { concurrency, window } = this.#options;
    const wanted = window === undefined ? concurrency : Math.min(concurrency, window());
    const free = wanted - this.#running.size - this.#leftBehindRunning - asked;
    // Asking for a quarter at a time saves requests; the first ask and a small concurrency don't wait for that.
    if (free <= 0 || (asked > 0 && free < wanted / 4)) return;
    this.#pullCount += 1;
    const id = String(this.#pullCount);
    const expiry = setTimeout(() => this.#dropPull(nats, id), pullExpiresMs + expirySlackMs).unref();
    this.#pulls.set(id, { left: free, expiry });
    const request = this.#codec.encode({ batch: free, expires: nanos(pullExpiresMs) });
    nats.publish(`$JS.API.CONSUMER.MSG.NEXT.${this.#spec.stream}.${this.#spec.name}`, request, {
      reply: `${this.#inbox}.${id}`,
    });
  }

  /** A status message ends its pull: expired (408), or the consumer is gone (409, 503) and has to be set up again. */
  #endPull(nats: NatsConnection, message: Msg): void {
    const code = message.headers?.code;
    if (code === 100) return;
    const gone =
      code === 503 || /consumer deleted|consumer is gone/i.test(message.headers?.description ?? '');
    const id = message.subject.slice(this.#inbox.length + 1);
    if (!gone) {
      this.#dropPull(nats, id);
      return;
    }
    if (!this.#pulls.has(id) || this.#stopping.signal.aborted) return;
    this.#log.warn('a consumer is gone; making it again', { consumer: this.#spec.name, code });
    this.#endPulls();
    const timer = setTimeout(() => {
      if (!this.#stopping.signal.aborted && !nats.isClosed()) this.#start(nats, false);
    }, setUpRetryMs);
    timer.unref();
  }

  #dropPull(nats: NatsConnection, id: string): void {
    clearTimeout(this.#pulls.get(id)?.expiry);
    if (this.#pulls.delete(id)) this.#fill(nats);
  }

  #endPulls(): void {
    for (const { expiry } of this.#pulls.values()) clearTimeout(expiry);
    this.#pulls.clear();
  }

  #take(nats: NatsConnection, message: Msg): void {
    const [first] = this.#pulls;
    if (first !== undefined) {
      const [id, pull] = first;
      pull.left -= 1;
      if (pull.left === 0) {
        clearTimeout(pull.expiry);
        this.#pulls.delete(id);
      }
    }
    const delivery = new PulledDelivery(nats, this, message);
    if (this.#stopping.signal.aborted || this.#running.size >= this.#options.concurrency) {
      delivery.retryAfter(handBackMs);
      return;
    }
    const running = this.#handle(delivery).finally(() => {
      this.#running.delete(delivery);
      this.#fill(nats);
    });
    this.#running.set(delivery, running);
  }

  async #handle(delivery: OpenDelivery): Promise<void> {
    try {
      await this.#handler(delivery);
      if (!delivery.settled) throw new Error('the handler returned without settling its delivery');
      this.#counters.handled.add();
    } catch (error) {
      this.#counters.failed.add();
      const { subject, sequence, attempt } = delivery;
      this.#log.error('handling a message failed', { subject, sequence, attempt, error });
      delivery.retryAfter(Math.min(retryBaseMs * 2 ** (attempt - 1), maxRetryMs) * (0.5 + Math.random() / 2));
    }
  }
}
