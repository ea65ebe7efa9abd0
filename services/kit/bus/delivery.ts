import { type Msg, type NatsConnection, nanos } from 'nats';
import { MeshError } from '../errors/mesh-error.ts';
import { toBusError } from './bus-error.ts';
import { fromNatsHeaders, type MessageHeaders } from './headers.ts';
import type { Outbox } from './outbox.ts';

/** One delivery of a message. Its handler settles it once, by `ack`, `retryAfter` or `discard`; the first counts. */
export interface Delivery {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
  /** Place of the message in its stream. */
  readonly sequence: number;
  /** When its stream took it, Unix nanoseconds in decimal: the same in every delivery. */
  readonly takenAtNs: string;
  /** 1 at first, more when it was delivered before; 1 too for a message that was left behind, whose deliveries nobody counts. */
  readonly attempt: number;
  /** Somebody may have had it before: as the server counts, or because it was left behind. */
  readonly redelivered: boolean;
  /** Resolves when the server has recorded that the message is done; rejects NATS_UNAVAILABLE, and then it comes again. */
  ack(): Promise<void>;
  /** As ack, without word from the server, at a third of the cost: for work that may be done again, because it then has no effect. */
  ackUnconfirmed(): void;
  /** Hands it back, to be delivered again after this long; uses up one delivery. */
  retryAfter(delayMs: number): void;
  /** Gives the message up for good: it is never delivered again. */
  discard(): void;
  /** Starts the wait for its acknowledgement anew. A consumption does this by itself while the handler runs. */
  extend(): void;
}

/** A delivery as a consumption holds it. */
export interface OpenDelivery extends Delivery {
  readonly settled: boolean;
}

const encoder = new TextEncoder();
const ackTimeoutMs = 5000;

/** A delivery by a consumer. Payloads of the ack protocol: https://docs.nats.io/reference/reference-protocols/nats_api_reference */
export class PulledDelivery implements OpenDelivery {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
  readonly sequence: number;
  readonly takenAtNs: string;
  readonly attempt: number;
  readonly #nats: NatsConnection;
  readonly #outbox: Pick<Outbox, 'add'>;
  readonly #reply: string;
  #settled = false;

  constructor(nats: NatsConnection, outbox: Pick<Outbox, 'add'>, message: Msg) {
    this.#nats = nats;
    this.#outbox = outbox;
    this.#reply = message.reply ?? '';
    this.subject = message.subject;
    this.payload = message.data;
    this.headers = fromNatsHeaders(message.headers);
    [this.attempt, this.sequence, this.takenAtNs] = readReply(this.#reply);
  }

  get settled(): boolean {
    return this.#settled;
  }

  get redelivered(): boolean {
    return this.attempt > 1;
  }

  async ack(): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    const doing = `acknowledging message ${this.sequence} of ${this.subject}`;
    try {
      await this.#nats.request(this.#reply, encoder.encode('+ACK'), { timeout: ackTimeoutMs });
    } catch (error) {
      throw toBusError(error, doing);
    }
  }

  ackUnconfirmed(): void {
    this.#settle('+ACK');
  }

  retryAfter(delayMs: number): void {
    this.#settle(`-NAK ${JSON.stringify({ delay: nanos(Math.max(1, Math.round(delayMs))) })}`);
  }

  // Without a reason: servers before 2.10.4 ignore a term that has one, and deliver the message again.
  discard(): void {
    this.#settle('+TERM');
  }

  extend(): void {
    if (!this.#settled) this.#send('+WPI');
  }

  #settle(how: string): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#send(how);
  }

  #send(what: string): void {
    // On a lost connection nothing need be said: the server delivers the message again after its ack wait.
    this.#outbox.add(() => {
      if (!this.#nats.isClosed()) this.#nats.publish(this.#reply, encoder.encode(what));
    });
  }
}

/**
 * Delivery count, stream sequence and time of `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`.
 */
function readReply(reply: string): [attempt: number, sequence: number, takenAtNs: string] {
  const tokens = reply.split('.');
  const from = tokens.length < 11 ? 4 : 6;
  const [attempt, sequence] = [Number(tokens[from]), Number(tokens[from + 1])];
  if (!reply.startsWith('$JS.ACK.') || !Number.isInteger(attempt) || !Number.isInteger(sequence))
    throw new MeshError('INTERNAL', `a message came without a JetStream reply subject: "${reply}"`);
  return [attempt, sequence, tokens[from + 3] ?? ''];
}
