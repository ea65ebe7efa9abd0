import type { Tables } from './environment.ts';
import { type FoundRecord, foundRecord, type Match } from './record-row.ts';
import { epochRecords, indexBytes, indexOfSlotKey, slotKeyBytes, slotKeyOf } from './rows.ts';

/** A search through all records, in order of id. */
export interface IdScan {
  /** The first id. */
  readonly first: Buffer;
  /** Whether `first` itself is left out. */
  readonly isAfter: boolean;
  /** The id that ends it, itself left out; undefined for none. */
  readonly end: Buffer | undefined;
}

/** A search through the records with content under a key slot, in order of the log. */
export interface SlotScan {
  readonly slot: number;
  /** The first index. */
  readonly first: number;
  /** The index that ends it, itself left out. */
  readonly end: number;
}

export interface ScanLimits {
  /** Rows to look at. */
  readonly rows: number;
  /** Records to find. */
  readonly found: number;
}

export interface ScannedRecord extends FoundRecord {
  /** Whether the index can tell that it is wanted; else its entry has to be asked. */
  readonly isSure: boolean;
}

/** What was found, and where to go on. */
export interface Slice<S> {
  readonly found: readonly ScannedRecord[];
  /** Rows looked at. */
  readonly rows: number;
  /** The scan of what is left; undefined if nothing is. */
  readonly rest: S | undefined;
}

/** One slice of a search. Blocks until a limit is met. */
export function scanIds({ records }: Tables, scan: IdScan, match: Match, limits: ScanLimits): Slice<IdScan> {
  const { end, first } = scan;
  const found: ScannedRecord[] = [];
  let rows = 0;
  let last = first;
  for (const { key, value } of records.getRange(
    end === undefined ? { start: first } : { start: first, end },
  )) {
    if (scan.isAfter && rows === 0 && key.equals(first)) continue;
    if (rows === limits.rows || found.length === limits.found)
      return { found, rows, rest: { first: Buffer.from(last), isAfter: true, end } };
    rows += 1;
    last = key;
    const matches = match(value);
    if (matches !== false) found.push({ ...foundRecord(Buffer.from(key), value), isSure: matches === true });
  }
  return { found, rows, rest: undefined };
}

/** What a probe of an epoch counts as, in rows. */
const probeRows = 8;

/** The same by key slot. */
export function scanSlot(
  tables: Tables,
  { slot, first, end }: SlotScan,
  match: Match,
  limits: ScanLimits,
): Slice<SlotScan> {
  const found: ScannedRecord[] = [];
  let rows = 0;
  for (let from = first; from < end; from = nextEpoch(from)) {
    if (rows >= limits.rows) return { found, rows, rest: { slot, first: from, end } };
    rows += probeRows;
    for (const { key, value } of tables.about.getRange(epochOf(slot, from))) {
      const index = indexOfSlotKey(key);
      if (index >= end) return { found, rows, rest: undefined };
      if (rows >= limits.rows || found.length === limits.found)
        return { found, rows, rest: { slot, first: index, end } };
      rows += 1;
      const recordId = Buffer.from(value);
      const row = tables.records.getBinaryFast(recordId);
      const matches = row !== undefined && match(row);
      if (row !== undefined && matches !== false)
        found.push({ ...foundRecord(recordId, row), isSure: matches === true });
    }
  }
  return { found, rows, rest: undefined };
}

/** Ids of the records with content under a key slot, those from this index on, in order of the log. */
export function* slotIds({ about }: Tables, slot: number, first: number, size: number): Generator<Buffer> {
  for (let from = first; from < size; from = nextEpoch(from))
    for (const { value } of about.getRange(epochOf(slot, from))) yield Buffer.from(value);
}

function nextEpoch(index: number): number {
  return (Math.floor(index / epochRecords) + 1) * epochRecords;
}

/** Keys of a slot from an index on, in the epoch of that. */
function epochOf(slot: number, index: number): { readonly start: Buffer; readonly end: Buffer } {
  const end = Buffer.alloc(slotKeyBytes + 1, 0xff);
  const start = slotKeyOf(slot, index);
  start.copy(end, 0, 0, slotKeyBytes - indexBytes);
  return { start, end };
}
