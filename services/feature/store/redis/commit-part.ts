import { type EventIndex, type NewEvent, storeTileMs } from '../feature-store.ts';
import type { Argument } from './connection.ts';
import { identityOf } from './stored-event.ts';

/** What one run of the script may write: some 5 ms of the server's time. */
const maxGroups = 1_000;
const maxEvents = 2_000;
const maxBytes = 1024 * 1024;

/** The mark of the stream's log among indexes. */
const logIndex = '';

/** Rows for one list of the server: positions of the events in their batch. */
interface Group {
  readonly index: string;
  readonly key: string;
  readonly tile: number;
  readonly places: number[];
}

/** Events of one stream. */
interface Batch {
  readonly identities: Buffer[];
  readonly rows: Buffer[];
  /** Where the events are in the commit. */
  readonly positions: number[];
  readonly groups: Map<string, Group>;
}

/** An entry for the quarantine, encoded. */
export interface QuarantineEntry {
  readonly stream: string;
  readonly value: Buffer;
}

/**
 * What one run of a script stores of a commit. As arguments of the script: number of streams; for each its name, number of events,
 * identities, rows, number of groups, and for each of those index (nothing for the log), key, tile, and the places of its events as
 * uint16 little-endian; then how many entries of the quarantine came in parts before, number of entries, stream and value of each;
 * number of entries to let go, ids.
 */
export class CommitPart {
  readonly #batches = new Map<string, Batch>();
  readonly #entries: QuarantineEntry[] = [];
  readonly #entryBase: number;
  #released: readonly string[] = [];
  #groups = 0;
  #events = 0;
  #bytes = 0;

  constructor(entryBase: number) {
    this.#entryBase = entryBase;
  }

  get isFull(): boolean {
    return this.#groups >= maxGroups || this.#events >= maxEvents || this.#bytes >= maxBytes;
  }

  addEvent(event: NewEvent, position: number, entries: NewEvent['entries']): void {
    const batch = this.#batch(event.stream);
    const place = batch.rows.length;
    const tile = Math.floor(event.eventTimeMs / storeTileMs);
    batch.identities.push(identityOf(event.id));
    batch.rows.push(event.row);
    batch.positions.push(position);
    this.#group(batch, logIndex, '', tile).places.push(place);
    for (const { index, key } of entries) this.#group(batch, String(index.id), key, tile).places.push(place);
    this.#events++;
    this.#bytes += event.row.length;
  }

  addEntry(entry: QuarantineEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.value.length;
    this.#groups++;
  }

  release(ids: readonly string[]): void {
    this.#released = ids;
  }

  /** Sets which events of the commit were duplicates, from the script's answer for this part. */
  readDuplicates(flags: Buffer, duplicates: boolean[]): void {
    let at = 0;
    for (const { positions } of this.#batches.values())
      for (const position of positions) duplicates[position] = flags[at++] === 0x31;
  }

  arguments(): Argument[] {
    const items: Argument[] = [this.#batches.size];
    for (const [stream, { identities, rows, groups }] of this.#batches) {
      items.push(stream, rows.length);
      for (const identity of identities) items.push(identity);
      for (const row of rows) items.push(row);
      items.push(groups.size);
      for (const { index, key, tile, places } of groups.values()) {
        const bytes = Buffer.allocUnsafe(places.length * 2);
        for (const [at, place] of places.entries()) bytes.writeUInt16LE(place, at * 2);
        items.push(index, key, tile, bytes);
      }
    }
    items.push(this.#entryBase, this.#entries.length);
    for (const { stream, value } of this.#entries) items.push(stream, value);
    items.push(this.#released.length, ...this.#released);
    return items;
  }

  #batch(stream: string): Batch {
    let batch = this.#batches.get(stream);
    if (batch === undefined) {
      batch = { identities: [], rows: [], positions: [], groups: new Map() };
      this.#batches.set(stream, batch);
    }
    return batch;
  }

  #group(batch: Batch, index: string, key: string, tile: number): Group {
    const name = `${index}:${tile}:${key}`;
    let group = batch.groups.get(name);
    if (group === undefined) {
      group = { index, key, tile, places: [] };
      batch.groups.set(name, group);
      this.#groups++;
    }
    return group;
  }
}

/** A commit in parts that each run in a few ms. `entriesOf` gives the places of an event in all indexes of its stream. */
export function partsOf(
  events: readonly NewEvent[],
  quarantined: readonly QuarantineEntry[],
  released: readonly string[],
  entriesOf: (event: NewEvent) => readonly { readonly index: EventIndex; readonly key: string }[],
): readonly [CommitPart, ...CommitPart[]] {
  const first = new CommitPart(0);
  const parts: [CommitPart, ...CommitPart[]] = [first];
  let part = first;
  const next = (entryBase: number): CommitPart => {
    if (!part.isFull) return part;
    part = new CommitPart(entryBase);
    parts.push(part);
    return part;
  };
  for (const [position, event] of events.entries()) next(0).addEvent(event, position, entriesOf(event));
  for (const [place, entry] of quarantined.entries()) next(place).addEntry(entry);
  part.release(released);
  return parts;
}
