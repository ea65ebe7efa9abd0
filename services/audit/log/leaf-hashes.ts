import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Disk } from '../disk.ts';
import type { Segment } from './chain.ts';
import { frameLeafHash } from './frame.ts';
import { type WalkedSegment, walkLog } from './walk.ts';

/** Reads leaf hashes of the log from its segments, one of which is kept: cheap in order of index. For a start, while nothing is appended. */
export class LeafHashes {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #chain: readonly Segment[];
  #walked: WalkedSegment | undefined;

  constructor(disk: Disk, folder: string, chain: readonly Segment[]) {
    this.#disk = disk;
    this.#folder = folder;
    this.#chain = chain;
  }

  /** Of the entries from..to, in order; fewer if the log has fewer. */
  async read(from: number, to: number): Promise<Buffer[]> {
    const hashes: Buffer[] = [];
    for (let index = from; index < to; ) {
      const { bytes, firstIndex, offsets } = await this.#segmentOf(index);
      const end = Math.min(to, firstIndex + offsets.length);
      if (end <= index) break;
      for (; index < end; index++) hashes.push(frameLeafHash(bytes, offsets[index - firstIndex] ?? 0));
    }
    return hashes;
  }

  async #segmentOf(index: number): Promise<WalkedSegment> {
    const walked = this.#walked;
    if (
      walked !== undefined &&
      index >= walked.firstIndex &&
      index < walked.firstIndex + walked.offsets.length
    )
      return walked;
    this.#walked = undefined;
    const at = this.#chain.findLastIndex(({ firstIndex }) => firstIndex <= index);
    if (at === -1) throw hashesLost(this.#folder, index, this.#chain[0]?.firstIndex ?? 0);
    for await (const found of walkLog(this.#disk, this.#folder, this.#chain.slice(at, at + 1))) {
      this.#walked = found;
      return found;
    }
    throw new Error(`no segment has entry ${index}`);
  }
}

function hashesLost(folder: string, index: number, firstIndex: number): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `the audit tree lacks the hash of entry ${index}, and the log in ${folder} begins with entry ${firstIndex} since it was pruned: tiles over pruned entries can not be made again; restore the folder of the tree from a backup`,
    { metadata: { index: String(index) } },
  );
}
