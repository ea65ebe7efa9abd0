import { createWallOrigin } from '../lifecycle/wall-clock.ts';

/** The wall clock for times taken with performance.now(). */
export interface SpanClock {
  /** Unix time, in nanoseconds, of the zero of performance.now(). Moves only when the system's clock was set. */
  origin(): bigint;
}

export function createSpanClock(): SpanClock {
  const originOf = createWallOrigin();
  let originMs = performance.timeOrigin;
  let origin = toNanos(originMs);
  return {
    origin: () => {
      const now = originOf();
      if (now !== originMs) {
        originMs = now;
        origin = toNanos(originMs);
      }
      return origin;
    },
  };
}

/** Whole and fraction apart: as nanoseconds the sum exceeds what a number holds exactly. */
function toNanos(ms: number): bigint {
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}
