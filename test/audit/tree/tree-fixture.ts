import { onTestFinished } from 'vitest';
import type { MerkleTree } from '../../../services/audit/tree/merkle-tree.ts';
import { openTree } from '../../../services/audit/tree/opening.ts';
import type { TreeDisk } from '../../../services/audit/tree/tree-disk.ts';
import { type Log, silentLog } from '../../../services/kit/log/log.ts';
import { leafAt } from '../../kit/transparency/naive-tree.ts';
import { MemoryDisk, systemError } from '../memory-disk.ts';

/** A memory disk with names that move. */
export class MemoryTreeDisk extends MemoryDisk implements TreeDisk {
  async rename(from: string, to: string): Promise<void> {
    await this.before('syncFolder', to);
    const file = this.files.get(from);
    if (file === undefined) throw systemError('ENOENT');
    this.files.delete(from);
    this.files.set(to, file);
  }

  override afterPowerFailure(isKept?: () => boolean): MemoryTreeDisk {
    return copied(super.afterPowerFailure(isKept));
  }

  override afterKill(): MemoryTreeDisk {
    return copied(super.afterKill());
  }
}

function copied(disk: MemoryDisk): MemoryTreeDisk {
  const copy = new MemoryTreeDisk();
  for (const [name, { content }] of disk.files) copy.put(name, content);
  return copy;
}

export const folder = '/tree';

export interface OpenedTree {
  readonly tree: MerkleTree;
  /** Ranges of leaf hashes that it asked for. */
  readonly asked: { readonly from: number; readonly to: number }[];
}

/** A tree over the entries of `entryAt`. */
export async function openTestTree(settings: {
  readonly size: number;
  readonly disk?: TreeDisk;
  readonly folder?: string;
  readonly leaf?: (index: number) => Buffer;
  readonly log?: Log;
  readonly storeDelayMs?: number;
  readonly maxPendingTiles?: number;
}): Promise<OpenedTree> {
  const { disk = new MemoryTreeDisk(), leaf = leafAt, log = silentLog } = settings;
  const asked: { from: number; to: number }[] = [];
  const tree = await openTree({
    folder: settings.folder ?? folder,
    disk,
    size: settings.size,
    readLeafHashes: async (from, to) => {
      asked.push({ from, to });
      return Array.from({ length: to - from }, (_, n) => leaf(from + n));
    },
    log,
    storeDelayMs: settings.storeDelayMs ?? 0,
    maxPendingTiles: settings.maxPendingTiles ?? 4096,
  });
  onTestFinished(async () => await tree.close().catch(() => {}));
  return { tree, asked };
}

export function appendTo(tree: MerkleTree, size: number): void {
  while (tree.size < size) tree.append(leafAt(tree.size));
}
