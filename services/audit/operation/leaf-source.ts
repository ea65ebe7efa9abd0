import { hashBytes } from '../../kit/transparency/merkle-hash.ts';
import type { Disk } from '../disk.ts';
import type { Segment } from '../log/chain.ts';
import { LeafHashes } from '../log/leaf-hashes.ts';
import { tileWidth } from '../tree/tile.ts';
import { type TileFiles, treeCorrupt } from '../tree/tile-files.ts';

/** Read at once. */
const chunkLeaves = 16_384;

/** All leaf hashes up to a size, in order: those of entries that were pruned from the tiles, the others from the log. */
export async function* leafHashes(
  { disk, files, folder }: { readonly disk: Disk; readonly folder: string; readonly files: TileFiles },
  segments: readonly Segment[],
  size: number,
): AsyncGenerator<readonly Buffer[]> {
  const firstIndex = segments[0]?.firstIndex ?? 0;
  for (let from = 0; from < firstIndex; from += tileWidth) {
    const bottom = await files.read(0, from / tileWidth);
    if (bottom === undefined)
      throw treeCorrupt(
        files.path(0, from / tileWidth),
        'it is missing or torn, and the entries under it were pruned',
      );
    const count = Math.min(tileWidth, firstIndex - from);
    yield Array.from({ length: count }, (_, n) => bottom.subarray(n * hashBytes, (n + 1) * hashBytes));
  }
  const log = new LeafHashes(disk, folder, segments);
  for (let from = firstIndex; from < size; from += chunkLeaves)
    yield await log.read(from, Math.min(size, from + chunkLeaves));
}
