/** Simulated time: minutes of the example's calendar, `speed` times as fast as real time. */
export interface Clock {
  /** The first minute begins now. */
  start(): void;
  /** Whether a minute is still to come. */
  isAhead(minute: number): boolean;
  /** Resolves when a minute has come, or at once when the clock is late or the signal aborts. */
  reach(minute: number): Promise<void>;
  stop(): void;
  /** Real time of the start, Unix ms; NaN before. */
  startedAtMs(): number;
  /** Real time from the start until now, or until it was stopped. */
  elapsedMs(): number;
}

const MINUTE_MS = 60_000;

export function createClock(
  { fromMinute, speed }: { fromMinute: number; speed: number },
  signal: AbortSignal,
): Clock {
  let startedAt = Number.NaN;
  let startedAtMs = Number.NaN;
  let stoppedAt: number | undefined;
  const leftMs = (minute: number): number =>
    startedAt + ((minute - fromMinute) * MINUTE_MS) / speed - performance.now();
  return {
    start() {
      startedAt = performance.now();
      startedAtMs = Date.now();
    },
    isAhead: (minute) => leftMs(minute) > 0,
    async reach(minute) {
      const ms = leftMs(minute);
      if (ms <= 0 || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done, { once: true });
      });
    },
    stop() {
      stoppedAt = performance.now();
    },
    startedAtMs: () => startedAtMs,
    elapsedMs: () => (stoppedAt ?? performance.now()) - startedAt,
  };
}
