import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { TreeHead } from '../../kit/transparency/merkle-proof.ts';
import type { Segment } from '../log/chain.ts';
import { RecentProofs } from '../tree/recent-proofs.ts';
import { RightEdge } from '../tree/right-edge.ts';
import { headPath, readStoredHead, writeStoredHead } from '../tree/stored-head.ts';
import { type Tile, tileBytes, tileWidth } from '../tree/tile.ts';
import { TileFiles, treeCorrupt } from '../tree/tile-files.ts';
import { parseTilePath } from '../tree/tile-path.ts';
import { readSmallFile, type TreeDisk } from '../tree/tree-disk.ts';
import { leafHashes } from './leaf-source.ts';

export interface RebuildTreeOptions {
  readonly disk: TreeDisk;
  readonly logFolder: string;
  readonly treeFolder: string;
  readonly segments: readonly Segment[];
  /** Entries of the log. */
  readonly size: number;
  readonly log: Log;
}

/**
 * Makes every tile anew from the log, in place: what is there already as it should be is left, so that an interruption does no harm. STATE_CORRUPT,
 * and nothing is touched, if the log does not lead to the root that the tree had.
 */
export async function rebuildTree(options: RebuildTreeOptions): Promise<TreeHead> {
  const { disk, treeFolder, size } = options;
  const files = new TileFiles(disk, treeFolder);
  const stored = await storedHead(options);
  if (stored !== undefined) await refuseOther(options, files, stored);

  const full: Tile[] = [];
  const edge = new RightEdge([], (tile) => full.push(tile));
  for await (const hashes of leafHashes({ disk, folder: options.logFolder, files }, options.segments, size)) {
    for (const hash of hashes) edge.append(hash);
    const folders = new Set<string>();
    for (const tile of full.splice(0)) {
      const there = await readSmallFile(disk, files.path(tile.level, tile.index), tileBytes);
      if (there?.equals(tile.bottom(tileWidth)) === true) continue;
      folders.add(await files.write(tile));
    }
    for (const folder of folders) await disk.syncFolder(folder);
  }
  const head = { size: edge.size, rootHash: new RecentProofs(edge).root() };
  await disk.makeFolder(treeFolder);
  await writeStoredHead(disk, treeFolder, head);
  await removeOthers(disk, treeFolder, head.size);
  return head;
}

/** One that can't be read says nothing. */
async function storedHead({ disk, log, treeFolder }: RebuildTreeOptions): Promise<TreeHead | undefined> {
  try {
    return await readStoredHead(disk, treeFolder);
  } catch (error) {
    if (!isMeshError(error)) throw error;
    log.warn('the head of the audit tree is damaged, so that what is made can not be compared with it', {
      error,
    });
    return undefined;
  }
}

async function refuseOther(options: RebuildTreeOptions, files: TileFiles, stored: TreeHead): Promise<void> {
  const { disk, logFolder, segments, size, treeFolder } = options;
  const path = headPath(treeFolder);
  if (stored.size > size)
    throw treeCorrupt(path, `the tree had ${stored.size} entries, but the log has only ${size}`);
  const edge = new RightEdge([], () => {});
  for await (const hashes of leafHashes({ disk, folder: logFolder, files }, segments, stored.size))
    for (const hash of hashes) edge.append(hash);
  if (!new RecentProofs(edge).root().equals(stored.rootHash))
    throw treeCorrupt(path, `the log does not lead to the root that the tree had at ${stored.size} entries`);
}

/** Removes tiles that the tree has not. */
async function removeOthers(disk: TreeDisk, treeFolder: string, size: number): Promise<void> {
  const entries = await readdir(join(treeFolder, 'tile'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const tile = parseTilePath(path.slice(treeFolder.length + 1));
    const isOurs =
      tile !== undefined &&
      tile.level !== 'entries' &&
      (tile.index + 1) * tileWidth ** (tile.level + 1) <= size;
    if (isOurs) continue;
    await disk.remove(path);
    await disk.syncFolder(dirname(path));
  }
}
