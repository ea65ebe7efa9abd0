import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMeshError } from '../../../kit/errors/mesh-error.ts';
import { hashBytes } from '../../../kit/transparency/merkle-hash.ts';
import type { TreeHead } from '../../../kit/transparency/merkle-proof.ts';
import { RecentProofs } from '../../tree/recent-proofs.ts';
import { RightEdge } from '../../tree/right-edge.ts';
import { headPath, readStoredHead } from '../../tree/stored-head.ts';
import { type Tile, tileBytes, tileWidth } from '../../tree/tile.ts';
import { TileFiles } from '../../tree/tile-files.ts';
import { parseTilePath } from '../../tree/tile-path.ts';
import { readSmallFile, type TreeDisk } from '../../tree/tree-disk.ts';
import { type Findings, rebuildRemedy, restoreRemedy } from './findings.ts';

export interface TreeCheckOptions {
  readonly disk: TreeDisk;
  /** Of the tree. */
  readonly folder: string;
  readonly findings: Findings;
  /** Sizes whose roots are wanted. */
  readonly wantedSizes?: ReadonlySet<number> | undefined;
  /** Gets every full tile, of which no more than some hundred come at once. */
  readonly takeTile?: ((tile: Tile) => Promise<void>) | undefined;
}

/** Makes the tree anew of the log's leaf hashes and compares it with what is on disk. */
export class TreeCheck {
  readonly #options: TreeCheckOptions;
  readonly #files: TileFiles;
  readonly #full: Tile[] = [];
  readonly #edge = new RightEdge([], (tile) => this.#full.push(tile));
  readonly #proofs = new RecentProofs(this.#edge);
  /** Leaves before it are not in the log any more. */
  readonly #firstIndex: number;
  #head: TreeHead | undefined;
  #hasFailed = false;
  /** By size. */
  readonly roots = new Map<number, Buffer>();
  #hasPassedHead = false;
  #isMissing = false;
  tiles = 0;

  private constructor(options: TreeCheckOptions, firstIndex: number) {
    this.#options = options;
    this.#firstIndex = firstIndex;
    this.#files = new TileFiles(options.disk, options.folder);
  }

  static async begin(options: TreeCheckOptions, firstIndex: number): Promise<TreeCheck> {
    const check = new TreeCheck(options, firstIndex);
    await check.#readHead();
    return check;
  }

  /** The root over what was added so far. */
  root(): Buffer {
    return this.#proofs.root();
  }

  get size(): number {
    return this.#edge.size;
  }

  /** The tree as it is noted on disk; undefined where nothing is. */
  get storedHead(): TreeHead | undefined {
    return this.#head;
  }

  /** Takes the leaf hash of the next entry. */
  add(leafHash: Uint8Array): void {
    if (this.#hasFailed) return;
    this.#edge.append(leafHash);
    if (this.#options.wantedSizes?.has(this.#edge.size) === true)
      this.roots.set(this.#edge.size, this.root());
    if (this.#edge.size === this.#head?.size) this.#compareHead(this.#head);
  }

  /** Takes the hashes of entries up to `to` from the tiles: the log has not got them. */
  async addStored(to: number): Promise<void> {
    while (!this.#hasFailed && this.#edge.size < to) {
      const index = Math.floor(this.#edge.size / tileWidth);
      const bottom = await this.#files.read(0, index);
      if (bottom === undefined) {
        this.#fail(index);
        return;
      }
      const end = Math.min(to, (index + 1) * tileWidth);
      for (let at = this.#edge.size; at < end; at++) {
        const from = (at % tileWidth) * hashBytes;
        this.add(bottom.subarray(from, from + hashBytes));
      }
      await this.compareTiles();
    }
  }

  /** Compares the tiles that became full. */
  async compareTiles(): Promise<void> {
    for (const tile of this.#full.splice(0)) {
      await this.#compare(tile);
      await this.#options.takeTile?.(tile);
    }
  }

  /** Compares what is left, after the last entry. */
  async end(): Promise<void> {
    await this.compareTiles();
    if (this.#hasFailed) return;
    if (this.#isMissing)
      this.#options.findings.add({
        name: 'tree_missing',
        severity: 'note',
        place: headPath(this.#options.folder),
        what: 'the tree was not noted yet, or its folder was lost',
        remedy:
          'the next start makes it from the log; compare its root with a checkpoint that was kept elsewhere',
      });
    if (this.#head !== undefined && !this.#hasPassedHead && this.#head.size > this.#edge.size)
      this.#options.findings.add({
        name: 'tree_ahead_of_log',
        severity: 'fault',
        place: headPath(this.#options.folder),
        what: `the tree had ${this.#head.size} entries, but the log has only ${this.#edge.size}`,
        remedy: restoreRemedy,
      });
    await this.#findUnexpected();
  }

  async #readHead(): Promise<void> {
    const { disk, folder, findings } = this.#options;
    try {
      this.#head = await readStoredHead(disk, folder);
    } catch (error) {
      if (!isMeshError(error)) throw error;
      findings.add({
        name: 'tree_head_damaged',
        severity: 'fault',
        place: headPath(folder),
        what: error.message,
        remedy: rebuildRemedy,
      });
      return;
    }
    if (this.#head === undefined && this.#firstIndex > 0)
      findings.add({
        name: 'tree_head_damaged',
        severity: 'fault',
        place: headPath(folder),
        what: 'it is missing, and the log can not tell what the tree was before the entries that were pruned',
        remedy: 'restore the folder of the tree from a back-up',
      });
    else this.#isMissing = this.#head === undefined;
    if (this.#head?.size === 0) this.#compareHead(this.#head);
  }

  #compareHead(head: TreeHead): void {
    this.#hasPassedHead = true;
    if (this.root().equals(head.rootHash)) return;
    this.#options.findings.add({
      name: 'tree_head_differs',
      severity: 'fault',
      place: headPath(this.#options.folder),
      what: `the entries of the log do not lead to the root that the tree had at ${head.size} entries: entries were changed, or this file was`,
      remedy: `compare both with a checkpoint that was kept elsewhere; ${restoreRemedy}`,
    });
  }

  async #compare(tile: Tile): Promise<void> {
    const { disk, findings } = this.#options;
    const { index, level } = tile;
    const place = this.#files.path(level, index);
    const isDurable = (index + 1) * tileWidth ** (level + 1) <= (this.#head?.size ?? 0);
    const bytes = await readSmallFile(disk, place, tileBytes);
    if (bytes !== undefined) this.tiles++;
    if (bytes?.length === tileBytes) {
      const wrong = differingHash(bytes, tile);
      if (wrong === undefined) return;
      const entry = level === 0 ? `that of entry ${index * tileWidth + wrong}` : `hash ${wrong}`;
      findings.add({
        name: 'tile_differs',
        severity: 'fault',
        place: `${place}, byte ${wrong * hashBytes}`,
        what: `${entry} is not what the log's entries hash to: the entry was changed, or this file was`,
        remedy: `if the tree's head agrees with the log, ${rebuildRemedy}; if not, ${restoreRemedy}`,
      });
      return;
    }
    // What the head does not tell of yet may be missing or torn.
    if (!isDurable) return;
    findings.add({
      name: bytes === undefined ? 'tile_missing' : 'tile_damaged',
      severity: 'fault',
      place,
      what:
        bytes === undefined ? 'this tile is not there' : `it has ${bytes.length} bytes and not ${tileBytes}`,
      remedy: this.#remedyOf(tile),
    });
  }

  #remedyOf({ index, level }: Tile): string {
    const from = index * tileWidth ** (level + 1);
    return from >= this.#firstIndex || level > 0 ? rebuildRemedy : 'restore this file from a back-up';
  }

  #fail(index: number): void {
    this.#hasFailed = true;
    const { findings, folder } = this.#options;
    const first = this.#edge.size;
    findings.add({
      name: 'tree_unverifiable',
      severity: 'fault',
      place: this.#files.path(0, index),
      what: `neither this tile nor the log has the hash of entry ${first}: the tree in ${folder} can not be checked from there on`,
      remedy: restoreRemedy,
    });
  }

  /** Files that the tree of these entries has not. */
  async #findUnexpected(): Promise<void> {
    const { findings, folder } = this.#options;
    const names = await readdir(join(folder, 'tile'), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of names) {
      if (!entry.isFile() || entry.name.endsWith('.new')) continue;
      const place = join(entry.parentPath, entry.name);
      const tile = parseTilePath(place.slice(folder.length + 1));
      const isExpected =
        tile !== undefined &&
        tile.level !== 'entries' &&
        tile.width === tileWidth &&
        (tile.index + 1) * tileWidth ** (tile.level + 1) <= this.#edge.size;
      if (!isExpected)
        findings.add({
          name: 'tile_unexpected',
          severity: 'fault',
          place,
          what: `a tree of ${this.#edge.size} entries has no such tile: the log has lost entries, or this file is not the tree's`,
          remedy: `if entries are missing, ${restoreRemedy}; if not, remove the file`,
        });
    }
  }
}

function differingHash(bytes: Buffer, tile: Tile): number | undefined {
  const bottom = tile.bottom(tileWidth);
  if (bytes.equals(bottom)) return undefined;
  let place = 0;
  while (
    bytes.compare(
      bottom,
      place * hashBytes,
      (place + 1) * hashBytes,
      place * hashBytes,
      (place + 1) * hashBytes,
    ) === 0
  )
    place++;
  return place;
}
