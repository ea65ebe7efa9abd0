import type { Environment, Table } from './environment.ts';
import { fullChunkBytes, planMerges } from './merge-plan.ts';
import { indexKey, indexStart, lastTicks, placeOf } from './store-keys.ts';

/** New chunks of a tile that make it worth a look. */
const dueChunks = 16;
/** Of these at least so many become one: what is merged again and again would be written again and again. */
const fewestMerged = 8;
/** Keys whose chunks are counted, twice over: what is not touched for so long is forgotten, and reads notice what was missed. */
const maxCounted = 30_000;
/** Looked at in one turn of the event loop. */
const sliceChunks = 256;
const sliceBytes = 512 * 1024;

/** Chunks between two keys, still to be merged. */
interface Span {
  /** Goes down from here; the key itself is part of it unless `isBehind`. */
  readonly top: Buffer;
  readonly isBehind: boolean;
  readonly bottom: Buffer;
  readonly fewest: number;
  /** Whether what lies below a full chunk was merged before. */
  readonly stopsAtFull: boolean;
}

/** New chunks of a key: in its newest tile, and in those before it. */
interface Count {
  tile: number;
  newest: number;
  lowest: number;
  late: number;
}

/** Merges small chunks of a tile into one, sections and all, so that a read of a busy key meets few. */
export class Compaction {
  readonly #environment: Environment;
  readonly #index: Table;
  #counts = new Map<number, Map<string, Count>>();
  #olderCounts = new Map<number, Map<string, Count>>();
  #counted = 0;
  readonly #due = new Map<string, Span>();

  constructor(environment: Environment, index: Table) {
    this.#environment = environment;
    this.#index = index;
  }

  /** A commit stored a chunk there. True once it is due. */
  noteChunk(index: number, key: string, tile: number): boolean {
    const count = this.#countOf(index, key, tile);
    if (tile > count.tile) {
      count.tile = tile;
      count.newest = 1;
    } else if (tile === count.tile) count.newest++;
    else {
      count.late++;
      count.lowest = Math.min(count.lowest, tile);
    }
    if (count.newest < dueChunks && count.late < dueChunks) return false;
    const span = spanOf(index, key, Math.min(count.lowest, tile), count.tile);
    this.#due.set(`${index}|${count.lowest}|${count.tile}|${key}`, span);
    count.newest = 0;
    count.late = 0;
    count.lowest = tile;
    return true;
  }

  #countOf(index: number, key: string, tile: number): Count {
    let counts = this.#counts.get(index);
    const known = counts?.get(key);
    if (known !== undefined) return known;
    if (++this.#counted > maxCounted) {
      this.#olderCounts = this.#counts;
      this.#counts = new Map();
      this.#counted = 0;
      counts = undefined;
    }
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(index, counts);
    }
    const count = this.#olderCounts.get(index)?.get(key) ?? { tile, newest: 0, lowest: tile, late: 0 };
    counts.set(key, count);
    return count;
  }

  /** A read met so many chunks in these tiles. True if it is due. */
  noteRead(index: number, key: string, firstTile: number, lastTile: number, chunks: number): boolean {
    if (chunks <= 4 * dueChunks + fewestMerged * (lastTile - firstTile + 1)) return false;
    this.#due.set(`${index}||${key}`, spanOf(index, key, firstTile, lastTile));
    return true;
  }

  /** All that can be merged is due. */
  noteAll(): void {
    const top = indexStart(2 ** 16 - 1);
    this.#due.set('all', { top, isBehind: false, bottom: indexStart(0), fewest: 2, stopsAtFull: false });
  }

  /** One turn's work. False if there was none. */
  async step(): Promise<boolean> {
    const [next] = this.#due;
    if (next === undefined) return false;
    const [name, span] = next;
    const { chunks, isWhole } = this.#slice(span);
    await this.#merge(chunks, span.fewest);
    if (this.#due.get(name) !== span) return true;
    const lowest = chunks[0]?.key;
    if (isWhole || lowest === undefined) this.#due.delete(name);
    else this.#due.set(name, { ...span, top: lowest, isBehind: chunks.length < 2 });
    return true;
  }

  /** The highest chunks of the span, lowest first. */
  #slice(span: Span): { chunks: { key: Buffer; value: Buffer }[]; isWhole: boolean } {
    const chunks: { key: Buffer; value: Buffer }[] = [];
    let bytes = 0;
    const { top: start, isBehind: exclusiveStart, bottom: end } = span;
    for (const chunk of this.#index.getRange({ start, exclusiveStart, end, reverse: true })) {
      if (span.stopsAtFull && chunk.value.length >= fullChunkBytes) break;
      chunks.push(chunk);
      bytes += chunk.value.length;
      if (chunks.length >= sliceChunks || (bytes >= sliceBytes && chunks.length > 1))
        return { chunks: chunks.reverse(), isWhole: false };
    }
    return { chunks: chunks.reverse(), isWhole: true };
  }

  async #merge(chunks: readonly { key: Buffer; value: Buffer }[], fewest: number): Promise<void> {
    const puts: { key: Buffer; value: Buffer }[] = [];
    const removes: Buffer[] = [];
    let bytes = 0;
    for (const tile of byPlace(chunks))
      for (const { from, to } of planMerges(
        tile.map(({ value }) => value.length),
        fewest,
      )) {
        const [first, ...others] = tile.slice(from, to);
        if (first === undefined) continue;
        const value = Buffer.concat([first.value, ...others.map((other) => other.value)]);
        puts.push({ key: first.key, value });
        for (const { key } of others) removes.push(key);
        bytes += value.length;
      }
    if (puts.length === 0) return;
    await this.#environment.write(
      puts.length + removes.length,
      bytes,
      () => {
        for (const { key, value } of puts) this.#index.put(key, value);
        for (const key of removes) this.#index.remove(key);
      },
      'tidy',
    );
  }
}

function spanOf(index: number, key: string, first: number, last: number): Span {
  return {
    top: indexKey(index, key, last, lastTicks, 0),
    isBehind: false,
    bottom: indexKey(index, key, first, 0, 0),
    fewest: fewestMerged,
    stopsAtFull: first === last,
  };
}

/** Neighbours of the same index, key and tile. */
function byPlace(chunks: readonly { key: Buffer; value: Buffer }[]): { key: Buffer; value: Buffer }[][] {
  const places: { key: Buffer; value: Buffer }[][] = [];
  let place: Buffer | undefined;
  for (const chunk of chunks) {
    const own = placeOf(chunk.key);
    const last = places.at(-1);
    if (last !== undefined && place?.equals(own) === true) last.push(chunk);
    else places.push([chunk]);
    place = own;
  }
  return places;
}
