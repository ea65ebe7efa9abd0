import type { Call } from '../contract/call.ts';

/** Retries are at most a tenth of calls over time, so that they can't multiply an outage. */
export interface RetryBudget {
  countCall(): void;
  /** Whether the call that failed on its `tries`-th try may be tried again. */
  takeRetry(tries: number): boolean;
}

const maxTries = 4;
const tokensPerCall = 0.1;
/** Enough for the calls that were in flight when a link broke. */
const maxTokens = 256;

export function createRetryBudget(): RetryBudget {
  let tokens = maxTokens;
  return {
    countCall: () => {
      if (tokens < maxTokens) tokens += tokensPerCall;
    },
    takeRetry: (tries) => {
      if (tries >= maxTries || tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

const baseBackoffMs = 25;
const maxBackoffMs = 500;

/** Full-jitter exponential backoff (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). */
export function backoffMs(tries: number, random: () => number = Math.random): number {
  return random() * Math.min(maxBackoffMs, baseBackoffMs * 2 ** tries);
}

/**
 * Waits before the next try, at least `atLeastMs`; false without waiting if the deadline would pass, false at once if the caller
 * goes away.
 */
export async function waitBeforeRetry(
  tries: number,
  leftMs: number,
  call: Call,
  atLeastMs = 0,
): Promise<boolean> {
  const waitMs = atLeastMs + backoffMs(tries);
  if (waitMs >= leftMs) return false;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      stop();
      resolve(true);
    }, waitMs);
    const stop = call.cancellation.onCancel(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
