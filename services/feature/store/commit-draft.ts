import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Table } from './environment.ts';
import { LogDraft, maxLogEvents } from './event-log.ts';
import type { NewEvent } from './feature-store.ts';
import { byteText, type IdDraft, type IdTable } from './id-table.ts';
import type { IndexRegistry } from './index-registry.ts';
import { timeOfTicks } from './ingest-clock.ts';
import { sectionHeaderBytes, writeSectionHeader } from './sections.ts';
import { eventsKey, KeyScratch, tileOf } from './store-keys.ts';
import type { StreamNumbers } from './stream-numbers.ts';

/** Rows of one key and tile, in the order in which they came. Those of older tiles hang on the newest. */
interface Group {
  readonly tile: number;
  readonly row: Buffer;
  /** Those behind the first; most groups have none. */
  more: Buffer[] | undefined;
  rowBytes: number;
  next: Group | undefined;
}

/** A chunk that is to be put. */
interface Chunk {
  readonly index: number;
  readonly key: string;
  readonly tile: number;
  readonly value: Buffer;
}

export interface DraftDeps {
  readonly ids: IdTable;
  readonly events: Table;
  readonly index: Table;
  readonly streams: StreamNumbers;
  readonly registry: IndexRegistry;
}

/** A commit that only has to be written. */
export interface SealedDraft {
  readonly sizeBytes: number;
  /** Within the commit's transaction. */
  put(): void;
}

/** Chunks that are made in one turn of the event loop. */
const sliceChunks = 1000;

/** The events of one commit, gathered by where they are stored. Each lookup and grouping of an event costs about 1 us. */
export class CommitDraft {
  readonly duplicates: boolean[] = [];
  readonly #deps: DraftDeps;
  readonly ticks: number;
  readonly #scratch = new KeyScratch();
  readonly ids: IdDraft;
  readonly #logs = new Map<number, Map<number, LogDraft[]>>();
  readonly #groups = new Map<number, Map<string, Group>>();
  #logCount = 0;
  #groupCount = 0;
  #chunkBytes = 0;

  constructor(ticks: number, deps: DraftDeps, ids: IdDraft) {
    this.ticks = ticks;
    this.#deps = deps;
    this.ids = ids;
  }

  add(event: NewEvent): void {
    const stream = this.#deps.streams.of(event.stream);
    const id = byteText(event.id);
    const isNew = this.ids.add(stream, id);
    this.duplicates.push(!isNew);
    if (!isNew) return;
    const tile = tileOf(event.eventTimeMs);
    this.#logOf(stream, tile).add(event.row, id);
    const { entries, row } = event;
    for (const { index, key } of entries) this.#addEntry(index.id, key, tile, row);
    const live = this.#deps.registry.liveOf(event.stream);
    if (entries.length < live.length) this.#addMissing(event, tile);
  }

  get operations(): number {
    return this.ids.operations + this.#logCount + this.#groupCount;
  }

  /** Makes the chunks, over some turns of the event loop; `put` puts them. Every one is told of, for its compaction. */
  async seal(noteChunk: (index: number, key: string, tile: number) => void): Promise<SealedDraft> {
    this.ids.seal();
    const { events, index: indexTable } = this.#deps;
    let sizeBytes = this.#chunkBytes + this.#groupCount * sectionHeaderBytes;
    for (const log of this.#allLogs()) sizeBytes += log.draft.sizeBytes;
    const bytes = Buffer.allocUnsafe(sizeBytes);
    let at = 0;
    const chunks: Chunk[] = [];
    for (const [index, byKey] of this.#groups)
      for (const [key, newest] of byKey)
        for (const group of newest.next === undefined ? [newest] : oldestFirst(newest)) {
          const start = at;
          at = writeGroup(group, timeOfTicks(this.ticks), bytes, at);
          chunks.push({ index, key, tile: group.tile, value: bytes.subarray(start, at) });
          noteChunk(index, key, group.tile);
          if (chunks.length % sliceChunks === 0) await nextTurn();
        }
    const logs: { key: Buffer; value: Buffer }[] = [];
    for (const { key, draft } of this.#allLogs()) {
      const start = at;
      at = draft.writeTo(bytes, at);
      logs.push({ key, value: bytes.subarray(start, at) });
    }
    const scratch = this.#scratch;
    return {
      sizeBytes: sizeBytes + this.ids.sizeBytes,
      put: () => {
        for (const { key, value } of logs) events.put(key, value);
        this.ids.put();
        for (const { index, key, tile, value } of chunks)
          indexTable.put(scratch.indexKey(index, key, tile, this.ticks), value);
      },
    };
  }

  #logOf(stream: number, tile: number): LogDraft {
    let tiles = this.#logs.get(stream);
    if (tiles === undefined) {
      tiles = new Map();
      this.#logs.set(stream, tiles);
    }
    let parts = tiles.get(tile);
    if (parts === undefined) {
      parts = [];
      tiles.set(tile, parts);
    }
    const last = parts.at(-1);
    if (last !== undefined && last.rows.length < maxLogEvents) return last;
    const log = new LogDraft();
    parts.push(log);
    this.#logCount++;
    return log;
  }

  *#allLogs(): Iterable<{ key: Buffer; draft: LogDraft }> {
    for (const [stream, tiles] of this.#logs)
      for (const [tile, parts] of tiles)
        for (const [part, draft] of parts.entries())
          yield { key: eventsKey(stream, tile, this.ticks, part), draft };
  }

  /** Indexes that the sender no longer knows must not miss an event either. */
  #addMissing({ stream, entries, row }: NewEvent, tile: number): void {
    for (const { index, keyOf } of this.#deps.registry.liveOf(stream)) {
      if (entries.some((entry) => entry.index.id === index.id)) continue;
      const key = keyOf(row);
      if (key !== undefined) this.#addEntry(index.id, key, tile, row);
    }
  }

  #addEntry(index: number, key: string, tile: number, row: Buffer): void {
    this.#chunkBytes += row.length;
    let byKey = this.#groups.get(index);
    if (byKey === undefined) {
      byKey = new Map();
      this.#groups.set(index, byKey);
    }
    const first = byKey.get(key);
    let group = first;
    while (group !== undefined && group.tile !== tile) group = group.next;
    if (group === undefined) {
      this.#groupCount++;
      byKey.set(key, { tile, row, more: undefined, rowBytes: row.length, next: first });
    } else {
      if (group.more === undefined) group.more = [row];
      else group.more.push(row);
      group.rowBytes += row.length;
    }
  }
}

function oldestFirst(newest: Group): Group[] {
  const groups: Group[] = [];
  for (let group: Group | undefined = newest; group !== undefined; group = group.next) groups.push(group);
  return groups.reverse();
}

/** Gives the offset behind it. */
function writeGroup(group: Group, ingestTimeMs: number, target: Buffer, start: number): number {
  let at = writeSectionHeader(target, start, ingestTimeMs, group.rowBytes);
  target.set(group.row, at);
  at += group.row.length;
  if (group.more === undefined) return at;
  for (const row of group.more) {
    target.set(row, at);
    at += row.length;
  }
  return at;
}
