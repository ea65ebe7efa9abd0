import type { Entry } from './log/commit.ts';

/** Records that were accepted and that the index does not have yet, by id and by idempotency key. */
export class RecentEntries {
  readonly #byId = new Map<string, Entry>();
  readonly #byKey = new Map<string, Entry>();

  get size(): number {
    return this.#byId.size;
  }

  add(entry: Entry): void {
    this.#byId.set(entry.recordId, entry);
    if (entry.idempotencyKey !== '') this.#byKey.set(entry.idempotencyKey, entry);
  }

  /** Takes them out: they are indexed, or never came into the log. */
  remove(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#byId.delete(entry.recordId);
      if (entry.idempotencyKey !== '') this.#byKey.delete(entry.idempotencyKey);
    }
  }

  /** The id in lower case. */
  byId(recordId: string): Entry | undefined {
    return this.#byId.get(recordId);
  }

  byKey(idempotencyKey: string): Entry | undefined {
    return this.#byKey.get(idempotencyKey);
  }
}
