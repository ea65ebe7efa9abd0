import type { Environment, Table } from './environment.ts';
import { idsOf } from './event-log.ts';
import type { IdTable } from './id-table.ts';
import type { IndexRegistry } from './index-registry.ts';
import { readJson, writeJson } from './json-records.ts';
import { behindKey, eventsKey, indexStart, startOfTile, tileOf, tileOfEntry } from './store-keys.ts';
import type { StreamNumbers } from './stream-numbers.ts';

/** What is stored of a stream's retention. */
interface EdgeRecord {
  readonly beforeMs: number;
  /** Events before this time are gone. */
  readonly goneBeforeMs: number;
}

const prefix = 'edge:';
/** Removed, or looked at, in one turn of the event loop. */
const sliceKeys = 300;

export interface ExpiryDeps {
  readonly environment: Environment;
  readonly meta: Table;
  readonly events: Table;
  readonly ids: IdTable;
  readonly index: Table;
  readonly streams: StreamNumbers;
  readonly registry: IndexRegistry;
}

/** How far it is with a stream: the indexes still to do, and where the first of them goes on. */
interface Sweep {
  readonly stream: string;
  /** First tile that stays. */
  readonly edge: number;
  indexes: readonly number[];
  at: Buffer | undefined;
}

/** Lets whole tiles of events go that lie before a stream's edge. A process that dies in the middle begins again at its next start. */
export class Expiry {
  readonly #deps: ExpiryDeps;
  readonly #edges = new Map<string, EdgeRecord>();
  #sweep: Sweep | undefined;

  constructor(deps: ExpiryDeps) {
    this.#deps = deps;
    for (const { name, value } of readJson<EdgeRecord>(deps.meta, prefix)) this.#edges.set(name, value);
  }

  edgeOf(stream: string): number {
    return this.#edges.get(stream)?.beforeMs ?? Number.NEGATIVE_INFINITY;
  }

  /** The new edge is durable when it resolves. False if there is nothing to let go. */
  async raise(stream: string, beforeMs: number): Promise<boolean> {
    const old = this.#edges.get(stream);
    if (!(beforeMs > this.edgeOf(stream))) return false;
    await this.#save(stream, {
      beforeMs: Math.min(beforeMs, Number.MAX_VALUE),
      goneBeforeMs: old?.goneBeforeMs ?? -Number.MAX_VALUE,
    });
    return true;
  }

  get isDue(): boolean {
    return this.#dueStream() !== undefined;
  }

  /** One turn's work. False if there was none. */
  async step(): Promise<boolean> {
    if (this.#sweep === undefined) {
      const stream = this.#dueStream();
      if (stream === undefined) return false;
      const edge = tileOf(this.edgeOf(stream));
      this.#sweep = { stream, edge, indexes: this.#deps.registry.idsOf(stream), at: undefined };
    }
    const sweep = this.#sweep;
    if (await this.#sweepIndex(sweep)) return true;
    if (await this.#sweepLog(sweep)) return true;
    this.#sweep = undefined;
    const beforeMs = this.edgeOf(sweep.stream);
    await this.#save(sweep.stream, { beforeMs, goneBeforeMs: startOfTile(sweep.edge) });
    return true;
  }

  #dueStream(): string | undefined {
    for (const [stream, { beforeMs, goneBeforeMs }] of this.#edges)
      if (startOfTile(tileOf(beforeMs)) > goneBeforeMs) return stream;
    return undefined;
  }

  /** Removes old chunks of the first index to do; false if none is left. */
  async #sweepIndex(sweep: Sweep): Promise<boolean> {
    const { environment, index: table } = this.#deps;
    const [index] = sweep.indexes;
    if (index === undefined) return false;
    const removes: Buffer[] = [];
    const end = indexStart(index + 1);
    let at: Buffer | undefined = sweep.at ?? indexStart(index);
    for (let looks = 0; at !== undefined && looks < sliceKeys && removes.length < sliceKeys; looks++) {
      let next: Buffer | undefined;
      for (const key of table.getKeys({ start: at, end })) {
        if (tileOfEntry(key) < sweep.edge && removes.length < sliceKeys) {
          removes.push(key);
          at = key;
          continue;
        }
        // What is left of this key stays; the next key may begin with old tiles.
        next = tileOfEntry(key) < sweep.edge ? key : behindKey(key);
        break;
      }
      at = next;
    }
    if (removes.length > 0)
      await environment.write(
        removes.length,
        0,
        () => {
          for (const key of removes) table.remove(key);
        },
        'tidy',
      );
    sweep.at = at;
    if (at === undefined) sweep.indexes = sweep.indexes.slice(1);
    return true;
  }

  /** Removes an old entry of the log, after the ids of its events; false if none is left. */
  async #sweepLog({ stream, edge }: Sweep): Promise<boolean> {
    const { environment, events, ids, streams } = this.#deps;
    const number = streams.known(stream);
    if (number === undefined) return false;
    const gone: string[] = [];
    const entries: Buffer[] = [];
    for (const { key, value } of events.getRange({
      start: eventsKey(number, 0, 0, 0),
      end: eventsKey(number, edge, 0, 0),
    })) {
      entries.push(key);
      for (const id of idsOf(value)) gone.push(id);
      if (gone.length + entries.length >= sliceKeys) break;
    }
    if (entries.length === 0) return false;
    const removal = ids.removal(number, gone);
    await environment.write(
      gone.length + entries.length,
      removal.sizeBytes,
      () => {
        removal.apply();
        for (const key of entries) events.remove(key);
      },
      'tidy',
    );
    return true;
  }

  async #save(stream: string, edge: EdgeRecord): Promise<void> {
    const { environment, meta } = this.#deps;
    await environment.write(1, 100, () => writeJson(meta, prefix + stream, edge), 'tidy');
    this.#edges.set(stream, edge);
  }
}
