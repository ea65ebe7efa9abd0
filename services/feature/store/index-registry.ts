import type { Table } from './environment.ts';
import type { EventIndex } from './feature-store.ts';
import { readJson, writeJson } from './json-records.ts';

/** What is stored of an index. */
export interface IndexRecord {
  readonly stream: string;
  readonly keyFields: readonly string[];
  /** It holds all events up to this commit; later ones too while it is in the list of those that commits feed. */
  readonly filledTicks: number;
  /** A fill that was begun: up to which commit, and the last entry of the log (hex) that is done; empty for none. */
  readonly fill?: { readonly toTicks: number; readonly cursor: string };
}

/** An index that commits feed. */
export interface LiveIndex {
  readonly index: EventIndex;
  readonly keyOf: (row: Buffer) => string | undefined;
}

const prefix = 'index:';
const fedName = 'fed-indexes';

/**
 * Which indexes there are, and which are complete. Commits feed those that were asked for in this process; the list of them is stored
 * with the first commit after it changed, so that an index that is asked for again after a while knows what it missed.
 */
export class IndexRegistry {
  readonly #meta: Table;
  readonly #records = new Map<number, IndexRecord>();
  readonly #live = new Map<string, LiveIndex[]>();
  #fed: ReadonlySet<number>;
  #isFedListStale = false;

  constructor(meta: Table) {
    this.#meta = meta;
    for (const { name, value } of readJson<IndexRecord>(meta, prefix)) this.#records.set(Number(name), value);
    this.#fed = new Set(readJson<number[]>(meta, fedName)[0]?.value ?? []);
  }

  /** The number of the index and what is stored of it; a new one is not stored yet. */
  find(stream: string, keyFields: readonly string[]): { id: number; record: IndexRecord } {
    for (const [id, record] of this.#records)
      if (record.stream === stream && sameFields(record.keyFields, keyFields)) return { id, record };
    return { id: this.#records.size + 1, record: { stream, keyFields: [...keyFields], filledTicks: 0 } };
  }

  liveIndex(id: number, stream: string): EventIndex | undefined {
    return this.liveOf(stream).find(({ index }) => index.id === id)?.index;
  }

  liveOf(stream: string): readonly LiveIndex[] {
    return this.#live.get(stream) ?? [];
  }

  idsOf(stream: string): number[] {
    return [...this.#records].filter(([, record]) => record.stream === stream).map(([id]) => id);
  }

  isComplete(id: number, lastTicks: number): boolean {
    const record = this.#records.get(id);
    return record !== undefined && (this.#fed.has(id) || record.filledTicks >= lastTicks);
  }

  /** Within a transaction; `saved` once it is durable. */
  save(id: number, record: IndexRecord): void {
    writeJson(this.#meta, prefix + id, record);
  }

  saved(id: number, record: IndexRecord): void {
    this.#records.set(id, record);
  }

  /** From now on commits feed it. It must be complete. */
  enliven(live: LiveIndex): void {
    const { stream, id } = live.index;
    this.#live.set(stream, [...this.liveOf(stream), live]);
    if (!this.#fed.has(id) || this.#fed.size !== this.#liveIds().length) this.#isFedListStale = true;
  }

  /** How many puts `saveFed` may make. */
  get fedWrites(): number {
    return this.#fed.size + 1;
  }

  /** Within the transaction of a commit; `fedSaved` once it is durable. */
  saveFed(lastTicks: number): void {
    if (!this.#isStale()) return;
    const live = this.#liveIds();
    for (const id of this.#fed) {
      const record = this.#records.get(id);
      if (record !== undefined && !live.includes(id)) this.save(id, { ...record, filledTicks: lastTicks });
    }
    writeJson(this.#meta, fedName, live);
  }

  fedSaved(lastTicks: number): void {
    if (!this.#isStale()) return;
    const live = new Set(this.#liveIds());
    for (const id of this.#fed) {
      const record = this.#records.get(id);
      if (record !== undefined && !live.has(id)) this.saved(id, { ...record, filledTicks: lastTicks });
    }
    this.#fed = live;
    this.#isFedListStale = false;
  }

  /** Also before any index was asked for: then commits feed none. */
  #isStale(): boolean {
    return this.#isFedListStale || (this.#live.size === 0 && this.#fed.size > 0);
  }

  #liveIds(): number[] {
    return [...this.#live.values()].flatMap((live) => live.map(({ index }) => index.id));
  }
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, position) => field === b[position]);
}
