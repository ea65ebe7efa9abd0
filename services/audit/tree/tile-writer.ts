import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { TreeHead } from '../../kit/transparency/merkle-proof.ts';
import { errorCode } from '../disk.ts';
import { writeStoredHead } from './stored-head.ts';
import { type Tile, tileWidth } from './tile.ts';
import type { TileFiles } from './tile-files.ts';
import type { TreeDisk } from './tree-disk.ts';

/** Full tiles that start a group at once. */
const groupTiles = 64;
/** Of the thread pool's four threads, which commits need too. */
const writesAtOnce = 2;
const maxRetryDelayMs = 30_000;

export interface TileWriterOptions {
  readonly disk: TreeDisk;
  readonly folder: string;
  readonly files: TileFiles;
  readonly log: Log;
  /** The longest that growth of the tree waits until it is noted on disk. */
  readonly delayMs: number;
  /** Tiles that may wait while the disk fails, 16 KiB each. */
  readonly maxPendingTiles: number;
  /** The tree as it is. */
  readonly head: () => TreeHead;
}

/** Writes full tiles and the head behind the log, in groups. What it writes can be made again from the log: nobody waits for it. */
export class TileWriter {
  readonly #options: TileWriterOptions;
  readonly #pending = new Map<string, Tile>();
  /** Of the head on disk: it never becomes smaller. */
  #headSize: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #retryDelayMs = 0;
  #isClosed = false;

  constructor(options: TileWriterOptions, headSize: number) {
    this.#options = options;
    this.#headSize = headSize;
  }

  /** Size of the tree whose full tiles are durable. */
  get storedSize(): number {
    return Math.min(this.#headSize, this.#lowestPending());
  }

  get pendingTiles(): number {
    return this.#pending.size;
  }

  /** Why the tree should not grow for now; undefined if it may. */
  fault(): MeshError | undefined {
    if (this.#pending.size < this.#options.maxPendingTiles) return undefined;
    const why = `${this.#pending.size} tiles of the tree in ${this.#options.folder} wait for the disk`;
    return new MeshError('QUEUE_FULL', `${why}; check it, and try again`, {
      retryAfterMs: Math.max(this.#retryDelayMs, 1000),
    });
  }

  /** Takes a tile that became full. */
  add(tile: Tile): void {
    this.#pending.set(keyOf(tile.level, tile.index), tile);
  }

  /** A tile that is not on disk yet. */
  pending(level: number, index: number): Tile | undefined {
    return this.#pending.get(keyOf(level, index));
  }

  /** Called after the tree grew. Costs next to nothing. */
  grew(): void {
    if (this.#isClosed || this.#running !== undefined) return;
    if (this.#retryDelayMs === 0 && this.#pending.size >= groupTiles) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#retryDelayMs || this.#options.delayMs);
  }

  /** Resolves when all full tiles of the tree as it is now, and its head, are durable. Rejects as the disk does. */
  async flush(): Promise<void> {
    const { size } = this.#options.head();
    // A group that runs may have begun before.
    await this.#running?.catch(() => {});
    while (this.#headSize < size || this.#lowestPending() < size) await this.#write();
  }

  /** Flushes for the last time. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.flush();
  }

  /** The first leaf of those that wait. */
  #lowestPending(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { index, level } of this.#pending.values())
      lowest = Math.min(lowest, index * tileWidth ** (level + 1));
    return lowest;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write().then(
      () => {
        if (this.#headSize < this.#options.head().size) this.grew();
      },
      () => this.grew(),
    );
  }

  #write(): Promise<void> {
    this.#running ??= this.#writeGroup().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #writeGroup(): Promise<void> {
    const { disk, files, folder, log } = this.#options;
    const head = this.#options.head();
    const tiles = [...this.#pending.values()];
    try {
      const folders = new Set<string>();
      const waiting = tiles.values();
      const write = async (): Promise<void> => {
        for (const tile of waiting) folders.add(await files.write(tile));
      };
      await Promise.all(Array.from({ length: writesAtOnce }, write));
      for (const each of folders) await disk.syncFolder(each);
      if (head.size > this.#headSize) await writeStoredHead(disk, folder, head);
    } catch (error) {
      if (this.#retryDelayMs === 0)
        log.warn('tiles of the audit tree can not be written; trying on', {
          folder,
          error: errorCode(error),
        });
      this.#retryDelayMs = Math.min(maxRetryDelayMs, Math.max(1000, 2 * this.#retryDelayMs));
      throw error;
    }
    if (this.#retryDelayMs > 0) log.info('tiles of the audit tree are written again', { folder });
    this.#retryDelayMs = 0;
    this.#headSize = Math.max(this.#headSize, head.size);
    for (const { index, level } of tiles) this.#pending.delete(keyOf(level, index));
  }
}

function keyOf(level: number, index: number): string {
  return `${level}/${index}`;
}
