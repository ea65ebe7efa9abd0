import { setTimeout as delay } from 'node:timers/promises';
import { type ConsumerInfo, type NatsConnection, RetentionPolicy } from 'nats';
import type { Log } from '../log/log.ts';
import type { Counter } from '../telemetry/metrics.ts';
import { isForbidden, isMessageGone, jetStreamCode, jetStreamCodeOf } from './bus-error.ts';
import { LeftBehindDelivery } from './left-behind-delivery.ts';
import { absent, type ConsumerSpec, managerOf } from './stream.ts';

/** When messages that were left behind are looked for, in milliseconds; each wait is drawn between half and all of it. */
export interface SweepTimes {
  /** After a connection was made: acknowledgements that were on their way have then arrived. */
  readonly firstMs: number;
  readonly everyMs: number;
}

const defaultTimes: SweepTimes = { firstMs: 5000, everyMs: 15_000 };

export interface LeftBehindDeps {
  readonly log: Log;
  /** Counts messages that were handled and removed. */
  readonly taken: Counter;
  /** Never rejects; the delivery is settled when it resolves. */
  handle(delivery: LeftBehindDelivery, nats: NatsConnection): Promise<void>;
}

/**
 * Finds the messages of a work queue that its consumer is done with and that are in the stream all the same, and has them handled. A
 * nats-server that was killed comes back with messages whose removal it had not yet written, and with a consumer that knows them as
 * acknowledged; one that used up its deliveries stays too. None of them would ever be delivered. A sweep that finds nothing costs the
 * server two requests.
 */
export class LeftBehind {
  readonly #spec: ConsumerSpec;
  readonly #atOnce: number;
  readonly #times: SweepTimes;
  readonly #deps: LeftBehindDeps;
  #round = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(spec: ConsumerSpec, atOnce: number, times: SweepTimes | undefined, deps: LeftBehindDeps) {
    this.#spec = spec;
    this.#atOnce = atOnce;
    this.#times = times ?? defaultTimes;
    this.#deps = deps;
  }

  /** Sweeps over this connection from now on. */
  start(nats: NatsConnection): void {
    this.#round.abort();
    const round = new AbortController();
    this.#round = round;
    // Two sweeps at once would take the same messages.
    this.#ended = this.#ended.then(() => this.#repeat(nats, round.signal));
  }

  /** Takes nothing more until it is started again; resolves when running handlers have ended. */
  stop(): Promise<void> {
    this.#round.abort();
    return this.#ended;
  }

  async #repeat(nats: NatsConnection, signal: AbortSignal): Promise<void> {
    let said = '';
    for (let waitMs = this.#times.firstMs; ; waitMs = this.#times.everyMs) {
      await delay(waitMs * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        if (!(await this.#sweep(nats, signal))) return;
        said = '';
      } catch (error) {
        if (signal.aborted) return;
        if (isForbidden(error)) return this.#warnForbidden(error);
        const message = (error as Error).message;
        if (message !== said)
          this.#deps.log.warn('looking for messages that were left behind failed; trying on', {
            consumer: this.#spec.name,
            error,
          });
        said = message;
      }
    }
  }

  /** False if there is nothing to sweep, because messages of this stream stay when they are acknowledged. */
  async #sweep(nats: NatsConnection, signal: AbortSignal): Promise<boolean> {
    const { stream, name, filterSubject = '>' } = this.#spec;
    const { streams, consumers } = await managerOf(nats);
    if ((await streams.info(stream)).config.retention !== RetentionPolicy.Workqueue) return false;
    // Asked before the stream is read: what it calls done is gone when its place is read, unless it was left behind.
    const done = doneUpTo(await consumers.info(stream, name));
    const remove = (sequence: number): Promise<void> =>
      streams.deleteMessage(stream, sequence, true).then(() => {}, unlessGone);
    const running = new Set<Promise<void>>();
    let taken = 0;
    let failure: { readonly error: unknown } | undefined;
    const take = async (delivery: LeftBehindDelivery): Promise<void> => {
      try {
        await this.#deps.handle(delivery, nats);
        if (await delivery.removed()) taken += 1;
      } catch (error) {
        failure ??= { error };
      }
    };
    try {
      for (let from = 1; from <= done && !signal.aborted && failure === undefined; ) {
        // The client's type has no next_by_subj here; nats-server takes it since 2.9.
        const query = { seq: from, next_by_subj: filterSubject };
        const found = await streams.getMessage(stream, query).catch(absent(jetStreamCode.messageNotFound));
        if (found === undefined || found.seq > done) break;
        from = found.seq + 1;
        const handling = take(new LeftBehindDelivery(found, remove)).finally(() => running.delete(handling));
        running.add(handling);
        if (running.size >= this.#atOnce) await Promise.race(running);
      }
    } finally {
      await Promise.all(running);
      this.#tell(taken);
    }
    if (failure !== undefined) throw failure.error;
    return true;
  }

  #tell(taken: number): void {
    if (taken === 0) return;
    this.#deps.taken.add(taken);
    const { stream, name } = this.#spec;
    this.#deps.log.info('handled messages that NATS had left behind', {
      stream,
      consumer: name,
      count: taken,
    });
  }

  /** It ends until the next connection: each further try would be refused, and said, once more. */
  #warnForbidden(error: unknown): void {
    const { stream, name } = this.#spec;
    this.#deps.log.warn(
      `the NATS user may not look for messages that were left behind, which stay in the stream; allow it to publish to $JS.API.STREAM.INFO.${stream}, $JS.API.STREAM.MSG.GET.${stream} and $JS.API.STREAM.MSG.DELETE.${stream}`,
      { consumer: name, error },
    );
  }
}

/**
 * The last sequence up to which the consumer has nothing pending and nothing still to deliver. What was left behind above a message that
 * is pending can't be told from it, and waits until that is acknowledged.
 */
function doneUpTo(info: Pick<ConsumerInfo, 'num_ack_pending' | 'delivered' | 'ack_floor'>): number {
  // The floor alone is not enough: it does not move past messages that used up their deliveries.
  return (info.num_ack_pending === 0 ? info.delivered : info.ack_floor).stream_seq;
}

/** Somebody else may have removed it, as another process of this role. */
function unlessGone(error: unknown): void {
  if (!isMessageGone(jetStreamCodeOf(error), (error as Error).message)) throw error;
}
