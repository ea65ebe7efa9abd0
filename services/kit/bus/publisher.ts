import { createInbox, ErrorCode, type Msg, type MsgHdrs, type NatsConnection, NatsError } from 'nats';
import type { Call } from '../contract/call.ts';
import { DeadlineWatch, type Expiring } from '../contract/deadline-watch.ts';
import type { Connection } from './connection.ts';

/** JetStream's answer to a publish. */
export interface PublishAck {
  readonly stream: string;
  readonly seq: number;
  readonly duplicate?: boolean;
}

interface Waiting extends Expiring {
  settle(error: Error | undefined, message: Msg | undefined): void;
}

const decoder = new TextDecoder();

/**
 * Publishes to JetStream and waits for its answers, over one subscription. The client's own requests each cost a timer, an inbox and an error with
 * its stack, also those that succeed: more than the rest of it.
 */
export class Publisher {
  readonly #connection: Connection;
  readonly #waiting = new Map<string, Waiting>();
  readonly #watch = new DeadlineWatch();
  #over: NatsConnection | undefined;
  #inbox = '';
  #count = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.onDown((error) => {
      for (const waiting of [...this.#waiting.values()]) waiting.settle(error, undefined);
    });
  }

  /** Rejects with the client's error, what the connection is lost by, or why the call is not wanted any more. */
  async publish(
    subject: string,
    payload: Uint8Array,
    headers: MsgHdrs,
    { timeoutMs, call }: { readonly timeoutMs: number; readonly call: Call | undefined },
  ): Promise<PublishAck> {
    this.#connection.nats();
    await this.#connection.outbox.turn();
    const nats = this.#connection.nats();
    this.#listen(nats);
    this.#count += 1;
    const id = this.#count.toString(36);
    const message = await new Promise<Msg>((resolve, reject) => {
      let forget = (): void => {};
      const waiting: Waiting = {
        deadline: performance.now() + timeoutMs,
        expire: () => waiting.settle(NatsError.errorForCode(ErrorCode.Timeout), undefined),
        settle: (error, answer) => {
          this.#waiting.delete(id);
          this.#watch.delete(waiting);
          forget();
          if (answer !== undefined) resolve(answer);
          else reject(error);
        },
      };
      this.#waiting.set(id, waiting);
      this.#watch.add(waiting);
      // At once where the call was cancelled in this turn: nothing is sent then.
      forget = call?.cancellation.onCancel((error) => waiting.settle(error, undefined)) ?? forget;
      if (!this.#waiting.has(id)) return;
      try {
        nats.publish(subject, payload, { headers, reply: `${this.#inbox}.${id}` });
      } catch (error) {
        waiting.settle(error as Error, undefined);
      }
    });
    return readAck(message);
  }

  close(): void {
    this.#watch.close();
  }

  /** The client itself subscribes again over a connection that it made again. */
  #listen(nats: NatsConnection): void {
    if (this.#over === nats) return;
    this.#over = nats;
    const inbox = createInbox();
    this.#inbox = inbox;
    nats.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error === null)
          this.#waiting.get(message.subject.slice(inbox.length + 1))?.settle(undefined, message);
      },
    });
  }
}

/** Throws the error that the client would: no stream listens (a status without body), or what JetStream refused. */
function readAck({ data, headers }: Msg): PublishAck {
  if (data.length === 0 && headers?.code === 503) throw NatsError.errorForCode(ErrorCode.NoResponders);
  const ack = JSON.parse(decoder.decode(data)) as Partial<PublishAck> & { error?: ApiRefusal };
  if (ack.error !== undefined) throw refused(ack.error);
  if (ack.stream === undefined || ack.seq === undefined)
    throw NatsError.errorForCode(ErrorCode.JetStreamInvalidAck);
  return { stream: ack.stream, seq: ack.seq, duplicate: ack.duplicate ?? false };
}

/** How JetStream refuses a request. */
export interface ApiRefusal {
  readonly code: number;
  readonly err_code: number;
  readonly description: string;
}

/** As the client would make it, so that it is translated in the same place. */
export function refused(error: ApiRefusal): NatsError {
  const made = new NatsError(error.description, String(error.code));
  made.api_error = error;
  return made;
}
