import { Tile, tileBytes, tileWidth } from './tile.ts';
import { type TileFiles, treeCorrupt } from './tile-files.ts';

/** Tiles that were read and are kept: 4 MiB. */
const cachedTiles = 256;

export interface TileSources {
  /** A tile that is in memory anyway. */
  readonly inMemory: (level: number, index: number) => Tile | undefined;
  readonly files: TileFiles;
}

/** Reads tiles, each of them checked against the level above, whose right end is in memory. */
export class TileReader {
  readonly #sources: TileSources;
  /** Least recently used first. */
  readonly #cache = new Map<string, Tile>();
  readonly #loading = new Map<string, Promise<Tile>>();

  constructor(sources: TileSources) {
    this.#sources = sources;
  }

  /** A tile that the tree has. STATE_CORRUPT if its file is missing or is not what the tree says. */
  async tile(level: number, index: number): Promise<Tile> {
    const kept = this.#sources.inMemory(level, index);
    if (kept !== undefined) return kept;
    const key = `${level}/${index}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#cache.delete(key);
      this.#cache.set(key, cached);
      return cached;
    }
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#load(level, index).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return await loading;
  }

  async #load(level: number, index: number): Promise<Tile> {
    const { files } = this.#sources;
    const above = await this.tile(level + 1, Math.floor(index / tileWidth));
    const bottom = await files.read(level, index);
    const path = files.path(level, index);
    if (bottom === undefined) throw treeCorrupt(path, `it is missing, or has not ${tileBytes} bytes`);
    const tile = Tile.of(level, index, bottom);
    if (!tile.top.equals(above.node(0, index % tileWidth)))
      throw treeCorrupt(path, 'its hashes are not those that the level above was made of');
    this.#cache.set(`${level}/${index}`, tile);
    if (this.#cache.size > cachedTiles)
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    return tile;
  }
}
