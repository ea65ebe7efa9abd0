import { dirname, join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { unreadable } from '../log/fault.ts';
import { type Tile, tileBytes, tileWidth } from './tile.ts';
import { tilePath } from './tile-path.ts';
import { readSmallFile, replaceFile, type TreeDisk } from './tree-disk.ts';

/** The full tiles on disk. */
export class TileFiles {
  readonly #disk: TreeDisk;
  readonly #folder: string;
  /** Folders that are there. */
  readonly #made = new Set<string>();

  constructor(disk: TreeDisk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  path(level: number, index: number): string {
    return join(this.#folder, tilePath(level, index));
  }

  /** The bottom of a full tile; undefined if there is no such file, or if it is not as long as a tile. AUDIT_LOG_FAILED if it can't be read. */
  async read(level: number, index: number): Promise<Buffer | undefined> {
    const path = this.path(level, index);
    try {
      const bytes = await readSmallFile(this.#disk, path, tileBytes);
      return bytes?.length === tileBytes ? bytes : undefined;
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /** Writes a full tile; its name is durable when the folder that this resolves to is synced. */
  async write(tile: Tile): Promise<string> {
    const path = this.path(tile.level, tile.index);
    const folder = dirname(path);
    if (!this.#made.has(folder)) {
      await this.#disk.makeFolder(folder);
      this.#made.add(folder);
    }
    await replaceFile(this.#disk, path, tile.bottom(tileWidth));
    return folder;
  }

  /**
   * How many full tiles of a level can be used, of the `most` that could be there: those before the first of the last ones that
   * is missing or torn. Tiles are written in order, so that what is missing is missing at the end: a few probes tell.
   */
  async count(level: number, most: number): Promise<number> {
    let there = most;
    let step = 1;
    // Steps that double lead to one that is there, then halves lead to the last.
    while (there > 0 && !(await this.#isThere(level, there - 1))) {
      there = Math.max(0, there - step);
      step *= 2;
    }
    let missing = Math.min(most, there + Math.floor(step / 2));
    while (there < missing) {
      const middle = Math.ceil((there + missing) / 2);
      if (await this.#isThere(level, middle - 1)) there = middle;
      else missing = middle - 1;
    }
    return there;
  }

  async #isThere(level: number, index: number): Promise<boolean> {
    return (await this.read(level, index)) !== undefined;
  }
}

/** STATE_CORRUPT about a file of the tree. */
export function treeCorrupt(path: string, what: string): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `${path} is damaged: ${what}; restore it from a backup, or stop and move the folder of the tree away, so that it is made again from the log`,
    { metadata: { file: path } },
  );
}
