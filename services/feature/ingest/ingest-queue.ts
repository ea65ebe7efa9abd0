import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { maxCommitEvents, queuedEventOverheadBytes, queueRetryMs } from '../config.ts';
import type { Commit, FeatureStore, NewEvent } from '../store/feature-store.ts';
import type { Batch } from './batch.ts';
import type { QuarantineRoom } from './quarantine-room.ts';

/** What became of a batch. */
export interface Stored {
  readonly batch: Batch;
  readonly ingestTimeMs: number;
  /** For each event of the batch whether its id was stored before. */
  readonly duplicates: readonly boolean[];
}

export interface IngestQueueDeps {
  readonly store: FeatureStore;
  readonly room: QuarantineRoom;
  readonly maxBytes: number;
  /** Called at once when a commit is durable, before its requests are answered, with what it stored. Must not throw. */
  onCommitted(stored: readonly NewEvent[], ingestTimeMs: number): void;
}

interface Request {
  /** Checks its events again, under the declarations of then. */
  readonly check: () => Batch;
  batch: Batch;
  /** Of the declarations that it was checked under. */
  age: number;
  readonly sizeBytes: number;
  readonly call: Call;
  readonly resolve: (stored: Stored) => void;
  readonly reject: (error: unknown) => void;
}

/** Where so much waits, the next commit would hardly be larger later. */
const fullWeight = 0.75 * maxCommitEvents;

/**
 * Group commit: while one commit is on its way to the disk, requests gather for the next; when they fill it, it is made ready meanwhile.
 * Requests take effect whole and in the order in which they came.
 */
export class IngestQueue {
  readonly #deps: IngestQueueDeps;
  #waiting: Request[] = [];
  #waitingBytes = 0;
  /** Beyond the bound, in order: their callers are held back instead of refused. */
  readonly #patient: Request[] = [];
  #waitingWeight = 0;
  #pauses = 0;
  #onFull = (): void => {};
  #committing = false;
  /** Ends when nothing has the store. */
  #turn: Promise<unknown> = Promise.resolve();
  #age = 0;
  #closed = false;

  constructor(deps: IngestQueueDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the batch that `check` makes is durable. `check` is called at once, and again if the declarations change before its
   * turn. Fails with what `check` throws, with QUEUE_FULL if too much waits (unless the caller is patient: then it waits too) or the
   * quarantine is full, with FEATURE_STORE_FULL or CLOCK_BEHIND, or with the reason why the call was no longer wanted when its turn
   * came; then nothing of it is stored.
   */
  async add(check: () => Batch, call: Call, options: { readonly patient?: boolean } = {}): Promise<Stored> {
    if (this.#closed) throw new MeshError('SHUTTING_DOWN', 'the feature service is stopping; try another');
    const batch = check();
    const sizeBytes = sizeOf(batch);
    const fits = this.#fits(sizeBytes) && this.#patient.length === 0;
    if (!fits && options.patient !== true) throw this.#full();
    return new Promise((resolve, reject) => {
      const request = { check, batch, age: this.#age, sizeBytes, call, resolve, reject };
      if (fits) this.#admit(request);
      else this.#patient.push(request);
    });
  }

  /** Bytes that wait for a commit, without those whose callers are held back. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Runs the work when no commit is under way and holds commits until it is done. What waits meanwhile is checked again afterwards: the
   * work may change the declarations.
   */
  pause<T>(work: () => Promise<T>): Promise<T> {
    this.#pauses++;
    return this.#exclusively(async () => {
      try {
        return await work();
      } finally {
        this.#pauses--;
        this.#age++;
      }
    });
  }

  /** Takes no more and resolves when everything taken is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#committing) await this.#turn;
    await this.#turn;
  }

  #fits(sizeBytes: number): boolean {
    return this.#waitingBytes === 0 || this.#waitingBytes + sizeBytes <= this.#deps.maxBytes;
  }

  #full(): MeshError {
    return new MeshError(
      'QUEUE_FULL',
      `${this.#waitingBytes} bytes of events wait to be stored and ${this.#deps.maxBytes} may; send fewer at a time, or wait`,
      { retryAfterMs: queueRetryMs },
    );
  }

  #admit(request: Request): void {
    this.#waiting.push(request);
    this.#waitingBytes += request.sizeBytes;
    this.#waitingWeight += weightOf(request.batch);
    if (this.#isFull()) this.#onFull();
    if (this.#committing) return;
    this.#committing = true;
    void this.#commitAll();
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #commitAll(): Promise<void> {
    // What else arrives in this turn of the event loop shares the first commit.
    await this.#exclusively(() => new Promise<void>((resolve) => setImmediate(resolve)));
    while (this.#waiting.length > 0) await this.#exclusively(() => this.#commitWaiting());
    this.#committing = false;
  }

  /** One commit, and while it is written the next is made ready if that is full; and so on. */
  async #commitWaiting(): Promise<void> {
    let current = this.#commit(this.#take());
    while (await this.#fillsDuring(current)) {
      const next = this.#commit(this.#take());
      await current;
      current = next;
    }
  }

  /** True as soon as what waits fills a commit, false if the current one is done before. */
  #fillsDuring(current: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      this.#onFull = () => resolve(true);
      if (this.#isFull()) resolve(true);
      void current.then(() => resolve(false));
    });
  }

  /** Whether the next commit should be made ready now; not if somebody wants the store for itself. */
  #isFull(): boolean {
    return (
      this.#deps.store.overlapsCommits === true && this.#pauses === 0 && this.#waitingWeight >= fullWeight
    );
  }

  #take(): Request[] {
    let events = 0;
    let count = 0;
    for (const { batch } of this.#waiting) {
      events += weightOf(batch);
      if (events > maxCommitEvents && count > 0) break;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    for (const { sizeBytes, batch } of taken) {
      this.#waitingBytes -= sizeBytes;
      this.#waitingWeight -= weightOf(batch);
    }
    for (
      let next = this.#patient[0];
      next !== undefined && this.#fits(next.sizeBytes);
      next = this.#patient[0]
    ) {
      this.#patient.shift();
      this.#admit(next);
    }
    return taken;
  }

  async #commit(taken: readonly Request[]): Promise<void> {
    const { store, room } = this.#deps;
    const requests = taken.filter((request) => this.#isReady(request));
    if (requests.length === 0) return;
    const batches = requests.map(({ batch }) => batch);
    const events = batches.flatMap((batch) => batch.events);
    const quarantined = batches.flatMap((batch) => batch.quarantined);
    const released = batches.flatMap((batch) => batch.released);
    let commit: Commit;
    try {
      commit = await store.commit(
        events,
        quarantined,
        released.map(({ quarantineId }) => quarantineId),
      );
    } catch (error) {
      room.giveBack(quarantined);
      for (const request of requests) request.reject(error);
      return;
    }
    room.released(released);
    this.#answer(requests, events, commit);
  }

  #answer(requests: readonly Request[], events: readonly NewEvent[], commit: Commit): void {
    const { ingestTimeMs, duplicates } = commit;
    try {
      this.#deps.onCommitted(
        events.filter((_, index) => duplicates[index] !== true),
        ingestTimeMs,
      );
    } catch (error) {
      for (const request of requests) request.reject(error);
      return;
    }
    let from = 0;
    for (const { batch, resolve } of requests) {
      const to = from + batch.events.length;
      resolve({ batch, ingestTimeMs, duplicates: duplicates.slice(from, to) });
      from = to;
    }
  }

  /** Whether its batch may be stored now; if not it is answered. */
  #isReady(request: Request): boolean {
    try {
      throwIfUnwanted(request.call, 'its events were stored');
      if (request.age !== this.#age) {
        request.batch = request.check();
        request.age = this.#age;
      }
      this.#deps.room.take(request.batch.quarantined);
      return true;
    } catch (error) {
      request.reject(error);
      return false;
    }
  }
}

function weightOf({ events, quarantined, released }: Batch): number {
  return events.length + quarantined.length + released.length;
}

function sizeOf(batch: Batch): number {
  let size = weightOf(batch) * queuedEventOverheadBytes;
  for (const { row } of batch.events) size += row.length;
  return size;
}
