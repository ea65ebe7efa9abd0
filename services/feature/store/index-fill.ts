import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment, Table } from './environment.ts';
import { maxLogEvents, rowsOf } from './event-log.ts';
import type { IndexRecord, IndexRegistry } from './index-registry.ts';
import { timeOfTicks } from './ingest-clock.ts';
import { sectionHeaderBytes, writeSectionHeader } from './sections.ts';
import {
  eventsKey,
  indexKey,
  lastTicks,
  lastTile,
  partOfEvents,
  ticksOfEvents,
  tileOfEvents,
} from './store-keys.ts';

/** Entries of the log that are looked at in one turn of the event loop. */
const sliceEntries = 500;

export interface FillDeps {
  readonly environment: Environment;
  readonly events: Table;
  readonly index: Table;
  readonly registry: IndexRegistry;
}

/** An index that misses events. */
export interface Unfilled {
  readonly id: number;
  /** Number of its stream; undefined if that has no events yet. */
  readonly stream: number | undefined;
  readonly record: IndexRecord;
  readonly keyOf: (row: Buffer) => string | undefined;
}

const noStream = 0;

/** A chunk in the making: events of one key and tile. */
interface Chunk {
  readonly firstTicks: number;
  readonly firstPart: number;
  readonly sections: { readonly ticks: number; readonly rows: Buffer[] }[];
  sizeBytes: number;
}

/**
 * Puts the stream's events up to a commit into an index that misses some of them. The log is walked in slices, each one transaction
 * with how far it came, so that a process that dies in the middle goes on where it was.
 */
export async function fillIndex(
  { id, stream = noStream, record: found, keyOf }: Unfilled,
  upToTicks: number,
  deps: FillDeps,
): Promise<void> {
  const { environment, registry } = deps;
  let record = found;
  const save = async (next: IndexRecord, chunks: ReadonlyMap<number, Map<string, Chunk>>): Promise<void> => {
    const puts = putsOf(id, chunks);
    const bytes = puts.reduce((sum, { value }) => sum + value.length, 0);
    await environment.write(puts.length + 1, bytes, () => {
      for (const { key, value } of puts) deps.index.put(key, value);
      registry.save(id, next);
    });
    registry.saved(id, next);
    record = next;
  };

  do {
    const fill = record.fill ?? { toTicks: upToTicks, cursor: '' };
    const slice = readSlice(deps.events, stream, fill.cursor, record.filledTicks, fill.toTicks);
    const { stream: name, keyFields, filledTicks } = record;
    if (slice.cursor === undefined)
      await save({ stream: name, keyFields, filledTicks: fill.toTicks }, slice.chunks(keyOf));
    else await save({ ...record, filledTicks, fill: { ...fill, cursor: slice.cursor } }, slice.chunks(keyOf));
    await nextTurn();
  } while (record.filledTicks < upToTicks || record.fill !== undefined);
}

/** The next entries of the log after the cursor that the fill wants; the cursor behind them, undefined at the end. */
function readSlice(events: Table, stream: number, cursor: string, afterTicks: number, toTicks: number) {
  const start = cursor === '' ? eventsKey(stream, 0, 0, 0) : Buffer.from(cursor, 'hex');
  const wanted: Buffer[] = [];
  let seen = 0;
  let last: Buffer | undefined;
  for (const key of events.getKeys({ start, end: eventsKey(stream, lastTile, lastTicks, 0) })) {
    if (key.equals(start)) continue;
    last = key;
    const ticks = ticksOfEvents(key);
    if (ticks > afterTicks && ticks <= toTicks) wanted.push(key);
    if (++seen === sliceEntries) break;
  }
  const entries: { key: Buffer; value: Buffer }[] = [];
  let rowBytes = 0;
  let isCut = false;
  for (const key of wanted) {
    const value = events.getBinary(key);
    if (value === undefined) continue;
    entries.push({ key, value });
    rowBytes += value.length;
    if (rowBytes > maxSliceBytes) {
      isCut = true;
      last = key;
      break;
    }
  }
  return {
    cursor: seen < sliceEntries && !isCut ? undefined : last?.toString('hex'),
    chunks: (keyOf: (row: Buffer) => string | undefined) => chunksOf(entries, keyOf),
  };
}

/** About as much as an entry of many small events has. */
const maxSliceBytes = maxLogEvents * 100;

function chunksOf(
  entries: readonly { readonly key: Buffer; readonly value: Buffer }[],
  keyOf: (row: Buffer) => string | undefined,
): Map<number, Map<string, Chunk>> {
  const tiles = new Map<number, Map<string, Chunk>>();
  for (const { key: logKey, value } of entries) {
    const tile = tileOfEvents(logKey);
    const ticks = ticksOfEvents(logKey);
    const part = partOfEvents(logKey);
    let chunks = tiles.get(tile);
    if (chunks === undefined) {
      chunks = new Map();
      tiles.set(tile, chunks);
    }
    const rows = rowsOf(value);
    for (let at = 0; at < rows.length; ) {
      const row = rows.subarray(at, at + rows.readUInt32LE(at));
      at += row.length;
      const key = keyOf(row);
      if (key !== undefined) addRow(chunks, key, ticks, part, row);
    }
  }
  return tiles;
}

function addRow(chunks: Map<string, Chunk>, key: string, ticks: number, part: number, row: Buffer): void {
  let chunk = chunks.get(key);
  if (chunk === undefined) {
    chunk = { firstTicks: ticks, firstPart: part, sections: [], sizeBytes: 0 };
    chunks.set(key, chunk);
  }
  const section = chunk.sections.at(-1);
  if (section?.ticks === ticks) section.rows.push(row);
  else {
    chunk.sections.push({ ticks, rows: [row] });
    chunk.sizeBytes += sectionHeaderBytes;
  }
  chunk.sizeBytes += row.length;
}

function putsOf(
  id: number,
  tiles: ReadonlyMap<number, Map<string, Chunk>>,
): { key: Buffer; value: Buffer }[] {
  const puts: { key: Buffer; value: Buffer }[] = [];
  for (const [tile, chunks] of tiles)
    for (const [key, { firstTicks, firstPart, sections, sizeBytes }] of chunks) {
      const value = Buffer.allocUnsafe(sizeBytes);
      let at = 0;
      for (const { ticks, rows } of sections) {
        const rowBytes = rows.reduce((sum, row) => sum + row.length, 0);
        at = writeSectionHeader(value, at, timeOfTicks(ticks), rowBytes);
        for (const row of rows) {
          value.set(row, at);
          at += row.length;
        }
      }
      puts.push({ key: indexKey(id, key, tile, firstTicks, firstPart), value });
    }
  return puts;
}
