import type { Call } from '../contract/call.ts';
import type { Connection } from './connection.ts';

/** The result, or at once the loss of the connection or the end of the call: the client alone would wait for its time-out. */
export function unlessLost<T>(work: Promise<T>, connection: Connection, call: Call | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopWatching = [connection.onDown(reject), call?.cancellation.onCancel(reject)];
    work.then(resolve, reject).finally(() => {
      for (const stop of stopWatching) stop?.();
    });
  });
}
