import type { Log } from '../../kit/log/log.ts';
import type { TreeHead } from '../../kit/transparency/merkle-proof.ts';
import { MerkleTree } from './merkle-tree.ts';
import { RecentProofs } from './recent-proofs.ts';
import { RightEdge } from './right-edge.ts';
import { headPath, readStoredHead } from './stored-head.ts';
import { Tile, tileWidth } from './tile.ts';
import { TileFiles, treeCorrupt } from './tile-files.ts';
import { TileWriter } from './tile-writer.ts';
import { realTreeDisk, type TreeDisk } from './tree-disk.ts';

export interface TreeOptions {
  /** Where tiles are kept; made when absent. */
  readonly folder: string;
  /** Default: the file system of this host. */
  readonly disk?: TreeDisk;
  /** Durable entries of the log. */
  readonly size: number;
  /** Leaf hashes of entries from..to of the log, at most 16,384 at once, in order. */
  readonly readLeafHashes: (from: number, to: number) => Promise<readonly Uint8Array[]>;
  readonly log: Log;
  /** The longest that growth waits until it is noted on disk, in milliseconds. Default: 1000. */
  readonly storeDelayMs?: number;
  /** Tiles that may wait in memory while the disk takes none, 16 KiB each. Default: 4096, of a million leaves. */
  readonly maxPendingTiles?: number;
}

/** One sync of a few small files a second, at most. */
const defaultStoreDelayMs = 1000;
const defaultMaxPendingTiles = 4096;
const chunkLeaves = 16_384;
const readsAtOnce = 8;
/** Tiles made again that may wait in memory until the head is compared. */
const maxWaitingTiles = 1024;

/**
 * Opens the tree of a log: starts from the full tiles that are there, and asks the log for the leaf hashes after them, and for
 * those of tiles at the right end that are missing or damaged. Reads a few hundred tiles whatever the size. STATE_CORRUPT if the
 * log is shorter than the tree was, or if tiles and log do not lead to the root that the tree had.
 */
export async function openTree(options: TreeOptions): Promise<MerkleTree> {
  const { folder, log, size } = options;
  const disk = options.disk ?? realTreeDisk();
  await disk.makeFolder(folder);
  const stored = await readStoredHead(disk, folder);
  if (stored !== undefined && stored.size > size)
    throw treeCorrupt(headPath(folder), `the tree had ${stored.size} entries, but the log has only ${size}`);
  // Tiles that are not known to be durable are made again: after a power failure any of them may be missing.
  const limits: number[] = [];
  let hasRetried = false;
  for (;;) {
    const built = await build(options, disk, stored, limits);
    if (built.tree !== undefined) return built.tree;
    if (built.missing !== undefined) {
      const { index, level } = built.missing;
      log.warn('a tile of the audit tree is missing or torn, and is made again', { folder, level, index });
      limits[level] = index;
      continue;
    }
    if (hasRetried)
      throw treeCorrupt(headPath(folder), `tiles and log do not lead to the root at ${stored?.size} entries`);
    log.warn('tiles at the end of the audit tree do not fit, and are made again from the log', { folder });
    // Those whose level above is on disk are checked whenever they are read.
    limits[0] = Math.floor(built.fullTiles / tileWidth) * tileWidth;
    hasRetried = true;
  }
}

interface Built {
  /** Undefined if it could not be built like this. */
  readonly tree?: MerkleTree;
  /** The tile that was missing; undefined if the root was another. */
  readonly missing?: { readonly level: number; readonly index: number };
  /** Of level 0, those that were used. */
  readonly fullTiles: number;
}

/** Builds the tree from at most `limits` full tiles of each level. */
async function build(
  options: TreeOptions,
  disk: TreeDisk,
  stored: TreeHead | undefined,
  limits: readonly number[],
): Promise<Built> {
  const { folder, size } = options;
  const files = new TileFiles(disk, folder);
  const counts: number[] = [];
  for (let most = Math.floor((stored?.size ?? 0) / tileWidth); most > 0; ) {
    const level = counts.length;
    const there = await files.count(level, Math.min(most, limits[level] ?? most));
    counts.push(there);
    most = Math.floor(there / tileWidth);
  }
  const fullTiles = counts[0] ?? 0;
  const edge = new RightEdge(counts, (tile) => writer.add(tile));
  const recent = new RecentProofs(edge);
  const writer = new TileWriter(
    {
      disk,
      folder,
      files,
      log: options.log,
      delayMs: options.storeDelayMs ?? defaultStoreDelayMs,
      maxPendingTiles: options.maxPendingTiles ?? defaultMaxPendingTiles,
      head: () => ({ size: edge.size, rootHash: recent.root() }),
    },
    stored?.size ?? 0,
  );
  for (let level = counts.length; level > 0; level--) {
    const from = (counts[level] ?? 0) * tileWidth;
    const index = await appendTops(edge, files, level, from, counts[level - 1] ?? 0);
    if (index !== undefined) return { missing: { level: level - 1, index }, fullTiles };
  }
  await appendLeaves(options, edge, writer, stored?.size ?? 0);
  if (stored !== undefined && !recent.root().equals(stored.rootHash)) return { fullTiles };
  await appendLeaves(options, edge, writer, size);
  // What can't be written now is written later; it is in memory, and the log has it.
  await writer.flush().catch(() => {});
  return { tree: new MerkleTree(edge, recent, writer, files), fullTiles };
}

/** Appends to a level what the full tiles from..to of the level below hash to. Resolves to the first that is missing, if any is. */
async function appendTops(
  edge: RightEdge,
  files: TileFiles,
  level: number,
  from: number,
  to: number,
): Promise<number | undefined> {
  for (let at = from; at < to; at += readsAtOnce) {
    const indexes = Array.from({ length: Math.min(readsAtOnce, to - at) }, (_, n) => at + n);
    const bottoms = await Promise.all(indexes.map((index) => files.read(level - 1, index)));
    for (const [n, bottom] of bottoms.entries()) {
      if (bottom === undefined) return at + n;
      edge.append(Tile.of(level - 1, at + n, bottom).top, level);
    }
  }
  return undefined;
}

/** Appends the log's leaves up to a size. */
async function appendLeaves(
  { readLeafHashes }: TreeOptions,
  edge: RightEdge,
  writer: TileWriter,
  size: number,
): Promise<void> {
  while (edge.size < size) {
    const to = Math.min(size, edge.size + chunkLeaves);
    const expected = to - edge.size;
    const hashes = await readLeafHashes(edge.size, to);
    if (hashes.length !== expected)
      throw new Error(`the log gave ${hashes.length} leaf hashes instead of ${expected}`);
    for (const hash of hashes) edge.append(hash);
    if (writer.pendingTiles > maxWaitingTiles) await writer.flush();
  }
}
