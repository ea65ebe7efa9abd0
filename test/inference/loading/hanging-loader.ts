import { parentPort } from 'node:worker_threads';
import { serveThread } from '../../../services/inference/execution/thread.ts';
import type { LoadAsk } from '../../../services/inference/loading/loader-thread.ts';

/** A loader's thread that never ends to load version 1, loads version 2 until it is given up, and finds nothing in all others. */
if (parentPort !== null)
  serveThread<LoadAsk, string>(parentPort, {
    answer: ({ version, cancel }) => {
      if (version === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      if (version === 2) Atomics.wait(new Int32Array(cancel), 0, 0);
      return { answer: `version ${version}`, transfer: [] };
    },
    stop: () => {},
  });
