import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { AuditConfig } from '../config.ts';
import { errorCode } from '../disk.ts';
import { type Commit, type Entry, locationOf } from '../log/commit.ts';
import { parseRecordId } from '../record-id.ts';
import { roundLength } from './rows.ts';
import type { IndexStore } from './store.ts';

export interface IndexerOptions {
  readonly config: AuditConfig;
  readonly store: IndexStore;
  readonly salt: number;
  readonly log: Log;
  /** These entries are in the index from now on. */
  readonly indexed: (entries: readonly Entry[]) => void;
}

interface Waiter {
  /** Entries that must be indexed, counted since the start. */
  readonly upTo: number;
  readonly resolve: () => void;
  readonly reject: (error: MeshError) => void;
}

/**
 * Puts durable records into the index, behind the appends: a round begins when enough have gathered or the first has waited long
 * enough. A round that fails is tried again; the caller bounds how far the index may lag.
 */
export class Indexer {
  readonly #options: IndexerOptions;
  /** Oldest first; entries leave it when they are indexed. */
  #queue: Entry[] = [];
  #indexedCount = 0;
  #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #failure: unknown;
  #isClosed = false;

  constructor(options: IndexerOptions) {
    this.#options = options;
  }

  /** Why the last round failed; undefined once one succeeds. */
  get failure(): unknown {
    return this.#failure;
  }

  add(commit: Commit): void {
    for (const entry of commit.entries) this.#queue.push(entry);
    this.#schedule();
  }

  /** Resolves when everything added so far is indexed; AUDIT_LOG_FAILED if a round fails first. */
  async flush(): Promise<void> {
    if (this.#queue.length === 0) return;
    const upTo = this.#indexedCount + this.#queue.length;
    const flushed = new Promise<void>((resolve, reject) => this.#waiters.push({ upTo, resolve, reject }));
    this.#begin();
    await flushed;
  }

  /** Indexes what is left, once. Whatever fails is read back from the log at the next start. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.#options.log.warn('the audit index is behind the log; the next start completes it', { error });
    }
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(): void {
    if (this.#round !== undefined || this.#queue.length === 0 || this.#isClosed) return;
    const { indexBatchRecords, indexDelayMs, probeIntervalMs } = this.#options.config;
    const isHurried = this.#waiters.length > 0 || this.#queue.length >= indexBatchRecords;
    if (isHurried && this.#failure === undefined) this.#begin();
    else
      this.#timer ??= setTimeout(
        () => this.#begin(),
        this.#failure === undefined ? indexDelayMs : probeIntervalMs,
      ).unref();
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#round !== undefined || this.#queue.length === 0 || this.#isClosed) return;
    this.#round = this.#run(this.#queue.slice(0, roundLength(this.#queue))).finally(() => {
      this.#round = undefined;
      this.#schedule();
    });
  }

  async #run(entries: readonly Entry[]): Promise<void> {
    const { store, salt, log, indexed } = this.#options;
    try {
      const last = entries.at(-1);
      if (last === undefined) return;
      await store.put(
        entries.map((entry) => ({
          recordId: parseRecordId(entry.recordId, 'record_id'),
          location: locationOf(entry),
          keyHash: entry.keyHash,
          slot: entry.slot,
          subject: entry.subject,
          erases: entry.erases,
          facts: entry.facts,
        })),
        { last: locationOf(last), checksum: last.checksum, salt },
      );
    } catch (error) {
      if (this.#failure === undefined) log.error('the audit index can not be written', { error });
      this.#failure = error ?? new Error('unknown');
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const waiter of waiters) waiter.reject(indexFailed(error));
      return;
    }
    if (this.#failure !== undefined) log.info('the audit index is written again');
    this.#failure = undefined;
    this.#queue.splice(0, entries.length);
    this.#indexedCount += entries.length;
    indexed(entries);
    const waiters = this.#waiters;
    this.#waiters = waiters.filter((waiter) => waiter.upTo > this.#indexedCount);
    for (const waiter of waiters) if (waiter.upTo <= this.#indexedCount) waiter.resolve();
  }
}

function indexFailed(cause: unknown): MeshError {
  return new MeshError(
    'AUDIT_LOG_FAILED',
    `the index of the audit log can not be written (${errorCode(cause)}), so the newest records can not be listed; check the disk and its free space`,
    {},
    cause,
  );
}
