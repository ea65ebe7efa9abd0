import { parentPort } from 'node:worker_threads';
import { loadSession, type Session } from './session.ts';
import { type PackedTensors, packTensors, unpackTensors } from './tensor-packing.ts';
import { serveThread } from './thread.ts';

/** First `load` with the model file, once; then `run` as often as wanted. */
export type SessionAsk = { readonly load: ArrayBuffer } | { readonly run: PackedTensors };
/** The outputs of a run; after a load the model file, back. */
export type SessionAnswer = PackedTensors | { readonly file: ArrayBuffer };

/** The thread of one instance of a model: holds its session and runs it. */
function serveSession(): void {
  let session: Session | undefined;
  if (parentPort === null) throw new Error('session-thread.ts is the entry of a thread');
  serveThread<SessionAsk, SessionAnswer>(parentPort, {
    answer: (ask) => {
      if ('load' in ask) {
        const file = ask.load;
        session = loadSession(Buffer.from(file));
        return { answer: { file }, transfer: [file] };
      }
      if (session === undefined) throw new Error('nothing is loaded');
      const packed = packTensors(session.run(unpackTensors(ask.run)));
      return { answer: packed, transfer: [packed.buffer] };
    },
    stop: () => session?.close(),
  });
}

serveSession();
