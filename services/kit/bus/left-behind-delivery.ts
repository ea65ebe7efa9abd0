import type { StoredMsg } from 'nats';
import { toBusError } from './bus-error.ts';
import type { OpenDelivery } from './delivery.ts';
import { fromNatsHeaders, type MessageHeaders } from './headers.ts';

/** A message that was read from its stream because no consumer will deliver it any more: settling it removes it from the stream. */
export class LeftBehindDelivery implements OpenDelivery {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
  readonly sequence: number;
  readonly takenAtNs: string;
  /** No server counts these deliveries, and a handler that gives up by their number must not lose what it may never have seen. */
  readonly attempt = 1;
  readonly redelivered = true;
  readonly #remove: (sequence: number) => Promise<void>;
  #settled = false;
  #removal: Promise<void> | undefined;

  /** `remove` resolves when the message is not in the stream any more. */
  constructor(message: StoredMsg, remove: (sequence: number) => Promise<void>) {
    this.subject = message.subject;
    this.payload = message.data;
    this.headers = fromNatsHeaders(message.header);
    this.sequence = message.seq;
    this.takenAtNs = unixNanos(message.timestamp);
    this.#remove = remove;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Resolves to whether it was removed, once its handler has settled it; rejects with the client's error if that failed. */
  async removed(): Promise<boolean> {
    await this.#removal;
    return this.#removal !== undefined;
  }

  async ack(): Promise<void> {
    try {
      await this.#settle();
    } catch (error) {
      throw toBusError(error, `removing message ${this.sequence} of ${this.subject}`);
    }
  }

  ackUnconfirmed(): void {
    void this.#settle();
  }

  discard(): void {
    void this.#settle();
  }

  /** It stays in the stream and is found there again. */
  retryAfter(): void {
    this.#settled = true;
  }

  extend(): void {}

  #settle(): Promise<void> | undefined {
    if (this.#settled) return undefined;
    this.#settled = true;
    this.#removal = this.#remove(this.sequence);
    // That it failed is told to those who wait for it, and there may be none yet.
    this.#removal.catch(() => {});
    return this.#removal;
  }
}

/** Of the time that a stream tells, RFC 3339 in UTC: exact, because an event without an id of its own is known by it. */
function unixNanos(timestamp: string): string {
  const [, whole = '', fraction = ''] = /^([^.]*?)(?:\.(\d{1,9}))?Z$/.exec(timestamp) ?? [];
  const seconds = Date.parse(`${whole}Z`) / 1000;
  return Number.isNaN(seconds) ? '' : `${seconds}${fraction.padEnd(9, '0')}`;
}
