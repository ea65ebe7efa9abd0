import { MeshError } from '../../kit/errors/mesh-error.ts';
import { ingestTickMs } from './feature-store.ts';

/** Beyond it the clock is wrong rather than late: ingest times that run ahead of it would be of no use to as-of reads. */
export const maxClockLagMs = 5 * 60_000;

/** Ticks since the Unix epoch; exact in a double until far beyond the year 200000. */
export function ticksOf(ingestTimeMs: number): number {
  return Math.floor(ingestTimeMs / ingestTickMs);
}

export function timeOfTicks(ticks: number): number {
  return ticks * ingestTickMs;
}

/** The ticks of the next commit: now, or one after the last if the clock is not past that. Throws CLOCK_BEHIND. */
export function nextTicks(nowMs: number, lastTicks: number): number {
  const lagMs = timeOfTicks(lastTicks) - nowMs;
  if (lagMs > maxClockLagMs)
    throw new MeshError(
      'CLOCK_BEHIND',
      `the clock is ${Math.round(lagMs / 1000)} s behind the last stored event; events are stored again when it is right, or past that time`,
    );
  return Math.max(ticksOf(nowMs), lastTicks + 1);
}
