import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PacedLoad, PacedResult } from './paced-client.ts';

/** A paced client in a process of its own. One load at a time. */
export interface PacedClient {
  run(load: Omit<PacedLoad, 'message'> & { readonly message: Buffer }): Promise<PacedResult>;
  stop(): void;
}

export function startPacedClient(): PacedClient {
  const file = fileURLToPath(new URL('paced-client.ts', import.meta.url));
  const child = fork(file, { execArgv: ['--import', 'tsx'] });
  return {
    run: (load) =>
      new Promise((resolve, reject) => {
        const lost = (code: number | null): void =>
          reject(new Error(`the paced client ended with ${code} under a load`));
        child.once('exit', lost);
        child.once('message', (result) => {
          child.off('exit', lost);
          resolve(result as PacedResult);
        });
        child.send({ ...load, message: load.message.toString('base64') });
      }),
    stop: () => void child.kill(),
  };
}
