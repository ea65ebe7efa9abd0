import type { Table } from './environment.ts';
import { KeyScratch } from './store-keys.ts';

/*
 * An entry of `ids`: under the stream and all but the last two bytes of an id, those two bytes of every id that begins so. Producers
 * number their events, so that a hundred ids of a commit are one entry; ids at random have an entry each, as they would anyway. An id of
 * one byte has 0x00 before it.
 */
const endBytes = 2;

/** Ids that differ in their last two bytes only. */
interface Group {
  readonly stream: number;
  readonly name: string;
  readonly ends: number[];
  /** How many of them are stored. */
  storedEnds: number;
}

/** The UTF-8 bytes of an id as a text of one character for each. Most ids are ASCII: their own text. */
export function byteText(id: string): string {
  for (let at = 0; at < id.length; at++)
    if (id.charCodeAt(at) > 0x7f) return Buffer.from(id, 'utf8').toString('latin1');
  return id;
}

/** Which events were stored, by the byte texts of their ids. */
export class IdTable {
  readonly #table: Table;
  readonly #scratch = new KeyScratch();
  #removals = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The ids of one commit; `before` is the sealed draft of one that is still to be stored before it. */
  draft(before?: IdDraft): IdDraft {
    return new IdDraft(this, before);
  }

  /** To let ids go: what it writes at most, in as many operations as there are ids, and its doing within a transaction. */
  removal(stream: number, ids: readonly string[]): { sizeBytes: number; apply(): void } {
    const groups = new Map<string, Set<number>>();
    for (const id of ids) {
      const name = nameOf(id);
      const gone = groups.get(name);
      if (gone === undefined) groups.set(name, new Set([endOf(id)]));
      else gone.add(endOf(id));
    }
    let sizeBytes = 0;
    for (const name of groups.keys()) sizeBytes += this.read(stream, name).length * endBytes;
    return {
      sizeBytes,
      apply: () => {
        this.#removals++;
        for (const [name, gone] of groups) {
          // As they are now: a commit may have added some meanwhile.
          const left = this.read(stream, name).filter((end) => !gone.has(end));
          if (left.length === 0) this.#table.remove(this.#scratch.idsKey(stream, name));
          else this.put(stream, name, left, Buffer.allocUnsafe(left.length * endBytes));
        }
      },
    };
  }

  /** How often ids were removed: what was read before is stale. */
  get removals(): number {
    return this.#removals;
  }

  read(stream: number, name: string): number[] {
    const value = this.#table.getBinaryFast(this.#scratch.idsKey(stream, name));
    const ends: number[] = [];
    if (value === undefined) return ends;
    for (let at = 0; at < value.length; at += endBytes)
      ends.push(((value[at] as number) << 8) | (value[at + 1] as number));
    return ends;
  }

  /** Within a transaction; `value` has the size of the ends. */
  put(stream: number, name: string, ends: readonly number[], value: Buffer): void {
    let at = 0;
    for (const end of ends) {
      value[at++] = end >>> 8;
      value[at++] = end & 0xff;
    }
    this.#table.put(this.#scratch.idsKey(stream, name), value);
  }
}

/** The ids of a commit in the making, and of those stored the ones that they could be. */
export class IdDraft {
  readonly #table: IdTable;
  /** When the oldest of what it knows of the table was read, by its removals. */
  readonly #removals: number;
  readonly groups = new Map<number, Map<string, Group>>();
  readonly #changed: Group[] = [];
  #before: IdDraft | undefined;
  #ends = 0;

  constructor(table: IdTable, before: IdDraft | undefined) {
    this.#table = table;
    this.#before = before;
    this.#removals = before === undefined ? table.removals : before.#removals;
  }

  /** False if the id was there before, in the store or in this commit. */
  add(stream: number, id: string): boolean {
    const group = this.#groupOf(stream, nameOf(id));
    const end = endOf(id);
    const { ends } = group;
    if (ends.includes(end)) return false;
    if (ends.length === group.storedEnds) {
      this.#changed.push(group);
      this.#ends += ends.length;
    }
    ends.push(end);
    this.#ends++;
    return true;
  }

  /** No more will be added. Lets the commit before it go. */
  seal(): void {
    this.#before = undefined;
  }

  get operations(): number {
    return this.#changed.length;
  }

  get sizeBytes(): number {
    return this.#ends * endBytes;
  }

  /** Within the commit's transaction. */
  put(): void {
    const bytes = Buffer.allocUnsafe(this.sizeBytes);
    let at = 0;
    for (const group of this.#changed) {
      const { stream, name } = group;
      const ends = this.#endsOf(group);
      const size = ends.length * endBytes;
      this.#table.put(stream, name, ends, bytes.subarray(at, at + size));
      at += size;
    }
  }

  /** Ids may have gone since the draft was begun, and must not come back. */
  #endsOf({ stream, name, ends, storedEnds }: Group): readonly number[] {
    if (this.#table.removals === this.#removals) return ends;
    const stored = new Set(this.#table.read(stream, name));
    return ends.filter((end, place) => place >= storedEnds || stored.has(end));
  }

  #groupOf(stream: number, name: string): Group {
    let groups = this.groups.get(stream);
    if (groups === undefined) {
      groups = new Map();
      this.groups.set(stream, groups);
    }
    let group = groups.get(name);
    if (group === undefined) {
      const before = this.#before?.groups.get(stream)?.get(name);
      const ends = before === undefined ? this.#table.read(stream, name) : [...before.ends];
      group = { stream, name, ends, storedEnds: ends.length };
      groups.set(name, group);
    }
    return group;
  }
}

function nameOf(id: string): string {
  return id.slice(0, -endBytes);
}

function endOf(id: string): number {
  const { length } = id;
  const last = id.charCodeAt(length - 1);
  return length < endBytes ? last : (id.charCodeAt(length - endBytes) << 8) | last;
}
