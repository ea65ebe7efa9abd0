import type { MeshError } from '../../../kit/errors/mesh-error.ts';

/** Whether this process and the roles that it needs can score now. */
export interface Readiness {
  /** Resolves once they can, at the moment when nobody would wait any longer, or when it is closed. At once where they can. */
  wait(untilMs: number): Promise<void> | undefined;
  close(): void;
}

const lookEveryMs = 50;

/**
 * Lets jobs wait while a role is away instead of each finding that out by itself, again and again, with a refusal to be recorded each time. `untilMs`
 * is on the clock of performance.now(). One timer for all who wait.
 */
export function createReadiness(unready: () => MeshError | undefined): Readiness {
  let next: Promise<void> | undefined;
  let isClosed = false;
  let wake = (): void => {};
  const nextLook = (): Promise<void> => {
    next ??= new Promise((resolve) => {
      wake = () => {
        clearTimeout(timer);
        next = undefined;
        resolve();
      };
      const timer = setTimeout(() => wake(), lookEveryMs).unref();
    });
    return next;
  };
  const waitOn = async (untilMs: number): Promise<void> => {
    while (!isClosed && performance.now() < untilMs && unready() !== undefined) await nextLook();
  };
  return {
    wait: (untilMs) => (unready() === undefined ? undefined : waitOn(untilMs)),
    close: () => {
      isClosed = true;
      wake();
    },
  };
}
