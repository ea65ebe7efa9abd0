import { type MessagePort, parentPort } from 'node:worker_threads';
import { readKnown } from '../../../services/inference/execution/model-file.ts';
import type { SessionAnswer, SessionAsk } from '../../../services/inference/execution/session-thread.ts';
import { packTensors, unpackTensors } from '../../../services/inference/execution/tensor-packing.ts';
import { serveThread } from '../../../services/inference/execution/thread.ts';

/** What the first byte of a run's input makes the thread do; anything else is answered with the input. */
export const ways = { exit: 1, uncaught: 2, outOfMemory: 3, fail: 4 } as const;

/** The port, but a message to throw on never reaches who listens. */
function throwingPort(port: MessagePort): MessagePort {
  const on = port.on.bind(port);
  port.on = ((event: 'message', listener: (message: { ask?: SessionAsk }) => void) =>
    on(event, (message: { ask?: SessionAsk }) => {
      const { ask } = message;
      if (ask !== undefined && 'run' in ask && new Uint8Array(ask.run.buffer)[0] === ways.uncaught)
        throw new Error('thrown where nobody catches');
      listener(message);
    })) as typeof port.on;
  return port;
}

function serve(port: MessagePort): void {
  serveThread<SessionAsk, SessionAnswer>(throwingPort(port), {
    answer: (ask) => {
      if ('load' in ask) {
        readKnown(ask.load);
        return { answer: undefined, transfer: [] };
      }
      const [tensor] = unpackTensors(ask.run);
      const way = tensor!.data[0];
      if (way === ways.exit) process.exit(7);
      if (way === ways.outOfMemory) hoard();
      if (way === ways.fail) throw new Error('no good');
      const packed = packTensors([tensor!]);
      return { answer: packed, transfer: [packed.buffer] };
    },
    stop: () => {},
  });
}

function hoard(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => i + 0.5));
}

// The tests import the ways to crash.
if (parentPort !== null) serve(parentPort);
