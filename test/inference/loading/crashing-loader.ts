import { parentPort } from 'node:worker_threads';

/** A loader's thread that ends as soon as something is to be loaded. */
parentPort?.on('message', () => process.exit(3));
