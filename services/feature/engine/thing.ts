import { BigSum } from './big-sum.ts';
import { DistinctValues } from './distinct-values.ts';
import type { Parts } from './exact-parts.ts';

/** What an accumulator keeps where numbers don't do. */
export type Thing = Parts | BigSum | DistinctValues;

/** About what things take in memory. */
export function thingsBytes(things: readonly (Thing | undefined)[]): number {
  let bytes = 8 * things.length;
  for (const thing of things) {
    if (thing instanceof DistinctValues) bytes += thing.sizeBytes();
    else if (thing instanceof BigSum) bytes += 400;
    else if (thing !== undefined) bytes += 60 + 24 * thing.length;
  }
  return bytes;
}
