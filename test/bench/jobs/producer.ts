import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Flood, FloodResult, Paced, PacedResult } from './producer-process.ts';

/** A producer in a process of its own. It does one thing at a time. */
export interface Producer {
  flood(asked: Omit<Flood, 'kind' | 'body'> & { readonly body: Buffer }): Promise<FloodResult>;
  paced(asked: Omit<Paced, 'kind' | 'body'> & { readonly body: Buffer }): Promise<PacedResult>;
  stop(): void;
}

type Answer = { readonly result: unknown } | { readonly error: string };

export function startProducer(url: string): Producer {
  const file = fileURLToPath(new URL('producer-process.ts', import.meta.url));
  const child = fork(file, [url], { execArgv: ['--import', 'tsx'] });
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const lost = (code: number | null): void => reject(new Error(`the producer ended with ${code}`));
      child.once('exit', lost);
      child.once('message', (said: Answer) => {
        child.off('exit', lost);
        if ('error' in said) reject(new Error(said.error));
        else resolve(said.result);
      });
    });
  const ready = answer();
  ready.catch(() => {});
  const ask = async (asked: Flood | Paced): Promise<unknown> => {
    await ready;
    child.send(asked);
    return answer();
  };
  return {
    flood: ({ body, ...asked }) =>
      ask({ ...asked, kind: 'flood', body: body.toString('base64') }) as Promise<FloodResult>,
    paced: ({ body, ...asked }) =>
      ask({ ...asked, kind: 'paced', body: body.toString('base64') }) as Promise<PacedResult>,
    stop: () => void child.kill(),
  };
}
