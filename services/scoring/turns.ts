import type { Call } from '../kit/contract/call.ts';

/** Something that happens again and again, and may be waited for. */
export interface Turns {
  /** How often it has happened. */
  count(): number;
  /** It happened: whoever waits goes on. */
  turn(): void;
  /** Whether it has happened more than `than` times: true at once if so, false after `limitMs` or when the call ends. */
  after(than: number, limitMs: number, call: Call): Promise<boolean>;
}

/** A timer takes no more. */
const maxTimerMs = 0x7fff_ffff;

export function createTurns(): Turns {
  let count = 0;
  const waiting = new Set<() => void>();
  return {
    count: () => count,
    turn: () => {
      count += 1;
      const woken = [...waiting];
      waiting.clear();
      for (const wake of woken) wake();
    },
    after: (than, limitMs, call) => {
      if (count > than) return Promise.resolve(true);
      const leftMs = Math.min(limitMs, call.deadline - performance.now(), maxTimerMs);
      if (leftMs <= 0 || call.cancellation.error !== undefined) return Promise.resolve(false);
      return new Promise((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          forget();
          waiting.delete(settle);
          resolve(count > than);
        };
        const timer = setTimeout(settle, leftMs);
        const forget = call.cancellation.onCancel(settle);
        waiting.add(settle);
      });
    },
  };
}
