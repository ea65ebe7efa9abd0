import { type Call, remainingMs } from '../../kit/contract/call.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';

// What a timer can hold: 24 days.
const maxTimerMs = 2 ** 31 - 1;

/**
 * Waits for work that goes on whatever becomes of the call. Fails as the work does, with the error that cancelled the call, and with
 * DEADLINE_PASSED_WAITING when its deadline passes first; `doing` says what was waited for then.
 */
export function waitFor<T>(work: Promise<T>, call: Call, doing: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (settle: () => void): void => {
      clearTimeout(timer);
      forget();
      settle();
    };
    const timer = setTimeout(
      () =>
        give(() => reject(new MeshError('DEADLINE_PASSED_WAITING', `the deadline passed while ${doing}`))),
      Math.min(Math.max(0, remainingMs(call)), maxTimerMs),
    );
    let forget = (): void => {};
    forget = call.cancellation.onCancel((error) => give(() => reject(error)));
    work.then(
      (value) => give(() => resolve(value)),
      (error: unknown) => give(() => reject(error)),
    );
  });
}

/** For `doing`. */
export const whatGoesOn = 'that goes on, and the state of the model tells how it ends';

/** Waits for the work, but no longer than the limit. */
export async function within(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

/** Does one piece of work after the other, in the order in which they were asked for. */
export function createSequence(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}
