import { parentPort } from 'node:worker_threads';
import { type KnownFile, readKnown } from './model-file.ts';
import { loadSession, type Session } from './session.ts';
import { type PackedTensors, packTensors, unpackTensors } from './tensor-packing.ts';
import { serveThread } from './thread.ts';

/** First `load`, once; then `run` as often as wanted. */
export type SessionAsk = { readonly load: KnownFile } | { readonly run: PackedTensors };
/** The outputs of a run; undefined after a load. */
export type SessionAnswer = PackedTensors | undefined;

/** The thread of one instance of a model: holds its session and runs it. */
function serveSession(): void {
  let session: Session | undefined;
  if (parentPort === null) throw new Error('session-thread.ts is the entry of a thread');
  serveThread<SessionAsk, SessionAnswer>(parentPort, {
    answer: (ask) => {
      if ('load' in ask) {
        session = loadSession(readKnown(ask.load));
        return { answer: undefined, transfer: [] };
      }
      if (session === undefined) throw new Error('nothing is loaded');
      const packed = packTensors(session.run(unpackTensors(ask.run)));
      return { answer: packed, transfer: [packed.buffer] };
    },
    stop: () => session?.close(),
  });
}

serveSession();
