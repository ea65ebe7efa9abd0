/** A chunk of this size is left alone: small enough to be read for one tile, large enough that its headers are nothing. */
export const fullChunkBytes = 32 * 1024;
const maxMergedBytes = 2 * fullChunkBytes;

/** Chunks [from, to) of a tile that become one. */
export interface Merge {
  readonly from: number;
  readonly to: number;
}

/**
 * Which neighbours among the chunks of a tile, of these sizes and in the order of ingest, are worth merging: at least `fewest` that are
 * not full. The order of their sections stays as it was.
 */
export function planMerges(sizes: readonly number[], fewest: number): Merge[] {
  const merges: Merge[] = [];
  let from = 0;
  let bytes = 0;
  const close = (to: number): void => {
    if (to - from >= Math.max(2, fewest)) merges.push({ from, to });
    from = to;
    bytes = 0;
  };
  for (const [at, size] of sizes.entries()) {
    const isFull = size >= fullChunkBytes;
    if (isFull || bytes + size > maxMergedBytes) close(at);
    if (isFull) from = at + 1;
    else bytes += size;
  }
  close(sizes.length);
  return merges;
}
