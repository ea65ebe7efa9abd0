import type { Entry } from './log/commit.ts';

/** Records that were accepted and that the index does not have yet, by id, by idempotency key and by data subject. */
export class RecentEntries {
  readonly #byId = new Map<string, Entry>();
  readonly #byKey = new Map<string, Entry>();
  /** Newest entry of each subject, which the index knows once it has that one. */
  readonly #bySubject = new Map<string, Entry>();

  get size(): number {
    return this.#byId.size;
  }

  add(entry: Entry): void {
    this.#byId.set(entry.recordId, entry);
    if (entry.keyHash !== undefined) this.#byKey.set(entry.keyHash.toString('latin1'), entry);
    if (entry.subject !== undefined) this.#bySubject.set(entry.subject.tag.toString('latin1'), entry);
  }

  /** Takes them out: they are indexed. */
  remove(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#byId.delete(entry.recordId);
      if (entry.keyHash !== undefined) this.#byKey.delete(entry.keyHash.toString('latin1'));
      const tag = entry.subject?.tag.toString('latin1');
      if (tag !== undefined && this.#bySubject.get(tag) === entry) this.#bySubject.delete(tag);
    }
  }

  /** Takes them out: they never came into the log. What was known of their subjects before counts again. */
  drop(entries: readonly Entry[]): void {
    this.remove(entries);
    const tags = new Set(entries.map(({ subject }) => subject?.tag.toString('latin1')));
    for (const entry of this.#byId.values()) {
      const tag = entry.subject?.tag.toString('latin1');
      if (tag !== undefined && tags.has(tag)) this.#bySubject.set(tag, entry);
    }
  }

  /** The id in lower case. */
  byId(recordId: string): Entry | undefined {
    return this.#byId.get(recordId);
  }

  byKey(keyHash: Buffer): Entry | undefined {
    return this.#byKey.get(keyHash.toString('latin1'));
  }

  /** The newest record about the subject with this tag. */
  about(tag: Buffer): Entry | undefined {
    return this.#bySubject.get(tag.toString('latin1'));
  }
}
