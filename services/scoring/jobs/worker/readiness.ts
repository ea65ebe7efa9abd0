import type { MeshError } from '../../../kit/errors/mesh-error.ts';

/** Whether this process and the roles that it needs can score now. */
export interface Readiness {
  /** Whether they can: at once where they can, else true once they can, or false when nobody would wait any longer or it is closed. */
  wait(untilMs: number): Promise<boolean> | true;
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
  const waitOn = async (untilMs: number): Promise<boolean> => {
    while (unready() !== undefined) {
      if (isClosed || performance.now() >= untilMs) return false;
      await nextLook();
    }
    return true;
  };
  return {
    wait: (untilMs) => unready() === undefined || waitOn(untilMs),
    close: () => {
      isClosed = true;
      wake();
    },
  };
}
