import type { Msg, NatsConnection, Subscription } from 'nats';
import type { Log } from '../log/log.ts';
import type { Connection } from './connection.ts';
import { fromNatsHeaders, type MessageHeaders } from './headers.ts';

/** A message of core NATS: delivered at most once, to who listens at the time. */
export interface CoreMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
}

export interface Listener {
  onMessage(message: CoreMessage): void;
  /** Called each time when listening has begun (again): what was sent before or meanwhile was not heard. */
  onListening?(): void;
}

/** Listens on a subject, over each connection anew, until the returned function is called. */
export function listen(connection: Connection, log: Log, subject: string, listener: Listener): () => void {
  let over: NatsConnection | undefined;
  let subscription: Subscription | undefined;
  const hear = (error: Error | null, message: Msg): void => {
    if (error !== null) log.warn('NATS refuses a subscription', { subject, error });
    else
      listener.onMessage({
        subject: message.subject,
        payload: message.data,
        headers: fromNatsHeaders(message.headers),
      });
  };
  const forget = connection.onUp((nats) => {
    // The client itself subscribes again over a connection that it made again.
    if (over !== nats) subscription = nats.subscribe(subject, { callback: hear });
    over = nats;
    // Once the server has answered, it has taken the subscription that was sent before.
    nats.flush().then(
      () => listener.onListening?.(),
      () => {},
    );
  });
  return () => {
    forget();
    if (over?.isClosed() === false) subscription?.unsubscribe();
  };
}
