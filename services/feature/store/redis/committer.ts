import { randomUUID } from 'node:crypto';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { EventIndex, NewEvent } from '../feature-store.ts';
import { maxClockLagMs, nextTicks, ticksOf } from '../ingest-clock.ts';
import type { Catalog } from './catalog.ts';
import { type CommitPart, partsOf, type QuarantineEntry } from './commit-part.ts';
import type { Connection } from './connection.ts';
import type { IndexKeys } from './index-keys.ts';
import { bytesOf, listOf, numberOf, type Reply, textOf } from './reply.ts';

/** What the caller sees of a commit that is stored. */
export interface Stored {
  readonly ticks: number;
  readonly duplicates: readonly boolean[];
}

export interface CommitterDeps {
  readonly connection: Connection;
  readonly catalog: Catalog;
  readonly keys: IndexKeys;
  readonly now: () => number;
}

/** Parts that nobody began to apply, and results that nobody fetched, go after this time. */
const leftoverMs = 10 * 60_000;
/** Other processes' commits go first at most this long. */
const patienceMs = 20_000;

/**
 * Stores commits, each whole or not at all. A small one is one script. The parts of a large one are put on the server first, then the
 * commit gets its ingest time, then its parts are applied one script after the other; reads see it when the last one is. Meanwhile no
 * other commit can begin: whoever wants to finishes this one first, so that a process that died in the middle is in nobody's way.
 */
export class Committer {
  readonly #deps: CommitterDeps;

  constructor(deps: CommitterDeps) {
    this.#deps = deps;
  }

  async commit(
    events: readonly NewEvent[],
    quarantined: readonly QuarantineEntry[],
    released: readonly string[],
  ): Promise<Stored> {
    const { catalog, connection } = this.#deps;
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      const parts = partsOf(events, quarantined, released, (event) => this.#entriesOf(event));
      const stored = await (parts.length === 1 ? this.#storeWhole(parts[0]) : this.#storeParts(parts));
      if (stored.isStored) return { ticks: stored.ticks, duplicates: stored.duplicates };
      const [why, detail] = stored.refusal;
      if (textOf(why) === 'GONE') throw catalog.lost(numberOf(detail));
      if (textOf(why) === 'BUSY') await this.finish(textOf(detail));
      else if (textOf(why) === 'VERSION') await catalog.load();
      else if (textOf(why) === 'BEHIND') nextTicks(this.#deps.now(), numberOf(detail));
    }
    throw new MeshError(
      'FEATURE_STORE_UNREACHABLE',
      `Redis at ${connection.place} was busy with the commits of other processes for ${patienceMs / 1000} s; nothing was stored: send the events again`,
    );
  }

  /** Applies what is left of a commit, whoever began it. */
  async finish(token: string): Promise<void> {
    while (numberOf(await this.#deps.connection.run('apply', token, leftoverMs)) === 1);
  }

  async #storeWhole(part: CommitPart): Promise<Outcome> {
    const { connection, catalog } = this.#deps;
    const reply = listOf(await connection.run('commit', ...this.#admission(), ...part.arguments()));
    if (textOf(reply[0]) !== 'OK') return { isStored: false, refusal: reply };
    const ticks = numberOf(reply[1]);
    catalog.see(ticks);
    const duplicates: boolean[] = [];
    part.readDuplicates(bytesOf(reply[2]), duplicates);
    return { isStored: true, ticks, duplicates };
  }

  async #storeParts(parts: readonly CommitPart[]): Promise<Outcome> {
    const { connection, catalog } = this.#deps;
    const token = randomUUID();
    const admission = this.#admission();
    try {
      await this.#stage(token, parts);
    } catch (error) {
      await this.#unstage(token, parts).catch(() => {});
      throw error;
    }
    // If the answer is lost it may have begun: then its parts are needed, and else they go by themselves.
    const begun = listOf(await connection.run('begin', ...admission, token, parts.length));
    if (textOf(begun[0]) !== 'OK') {
      await this.#unstage(token, parts);
      return { isStored: false, refusal: begun };
    }
    const ticks = numberOf(begun[1]);
    await this.finish(token);
    catalog.see(ticks);
    const result = `r:${token}`;
    const [flags] = await Promise.all([
      connection.send('LRANGE', result, 0, -1),
      connection.send('UNLINK', result),
    ]);
    const duplicates: boolean[] = [];
    for (const [at, part] of parts.entries()) part.readDuplicates(bytesOf(listOf(flags)[at]), duplicates);
    return { isStored: true, ticks, duplicates };
  }

  async #stage(token: string, parts: readonly CommitPart[]): Promise<void> {
    const { connection } = this.#deps;
    const sent = parts.flatMap((part, at) => {
      const key = `p:${token}:${at}`;
      return [
        connection.send('RPUSH', key, ...part.arguments()),
        connection.send('PEXPIRE', key, leftoverMs),
      ];
    });
    const failed = (await Promise.allSettled(sent)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #unstage(token: string, parts: readonly CommitPart[]): Promise<void> {
    await Promise.all(parts.map((_, at) => this.#deps.connection.send('UNLINK', `p:${token}:${at}`)));
  }

  #admission(): [version: number, lastTicks: number, nowTicks: number, lagTicks: number] {
    const { catalog, now } = this.#deps;
    return [catalog.version, catalog.lastTicks, ticksOf(now()), ticksOf(maxClockLagMs)];
  }

  /** In all indexes of its stream that any process has asked for, not only those that the sender knew. */
  #entriesOf({ stream, entries, row }: NewEvent): NewEvent['entries'] {
    const indexes = this.#deps.catalog.indexesOf(stream);
    if (entries.length >= indexes.length) return entries;
    const missing = indexes.filter(({ id }) => !entries.some(({ index }) => index.id === id));
    return [...entries, ...missing.flatMap((index) => this.#entryOf(index, row))];
  }

  #entryOf(index: EventIndex, row: Buffer): { index: EventIndex; key: string }[] {
    const key = this.#deps.keys.keyOf(index, row);
    return key === undefined ? [] : [{ index, key }];
  }
}

type Outcome =
  | { readonly isStored: true; readonly ticks: number; readonly duplicates: readonly boolean[] }
  | { readonly isStored: false; readonly refusal: readonly Reply[] };
