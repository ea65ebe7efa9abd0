import { createHash } from 'node:crypto';
import type { OmittedPayload__Output as OmittedPayload } from '../gen/scoremesh/audit/v1/OmittedPayload.ts';

/** What a record has of data that is not in it. */
export function omit(path: string, data: Uint8Array): OmittedPayload {
  const sha256 = createHash('sha256').update(data).digest();
  return { path, sha256, sizeBytes: String(data.length) };
}

/**
 * The size of the largest tensor that is kept, so that all that are no larger fit together into `maxBytes`: of more, the largest stay
 * out of the record, which holds their digests instead. Sorts `sizes`.
 */
export function largestKept(sizes: number[] | undefined, maxBytes: number): number {
  let kept = Number.POSITIVE_INFINITY;
  if (sizes === undefined) return kept;
  let total = sizes.reduce((sum, size) => sum + size, 0);
  // Of several of one size, all stay or all go.
  for (const size of sizes.sort((a, b) => b - a)) {
    if (total <= maxBytes && size < kept) break;
    total -= size;
    kept = size - 1;
  }
  return kept;
}
