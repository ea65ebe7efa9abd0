import { MeshError } from '../kit/errors/mesh-error.ts';
import type { CompleteRecords } from './complete-records.ts';
import type { IndexStore } from './index/store.ts';
import { locationOf, type SubjectSlot } from './log/commit.ts';
import type { LogReader } from './log/reader.ts';
import type { PendingErasures } from './pending-erasures.ts';
import type { RecentEntries } from './recent-entries.ts';
import { recordIdBytes, writeRecordId } from './record-id.ts';
import type { KeyStore } from './sealing/key-store.ts';

export interface SubjectsDeps {
  readonly keys: KeyStore;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  readonly reader: LogReader;
  readonly records: CompleteRecords;
  readonly pending: PendingErasures;
}

/** Whom a record is about. */
export interface About {
  /** Empty for nobody. */
  readonly subject: string;
  /** Where another record says so: the key of that record's content, by which erasing that one is noticed. */
  readonly slot: number | undefined;
}

/** Data subjects and the slots of their keys. */
export class Subjects {
  readonly #deps: SubjectsDeps;
  /** By tag: erasures under way. */
  readonly #erasures = new Map<string, Promise<void>>();

  constructor(deps: SubjectsDeps) {
    this.#deps = deps;
  }

  /** The subject's slot, made if it has none yet. Throws QUEUE_FULL where keys can't be made fast enough. */
  slotFor(subject: string): SubjectSlot {
    const { keys } = this.#deps;
    const tag = keys.tagOf(subject);
    return { tag, slot: this.known(tag) ?? keys.allocate() };
  }

  /** The slot of the subject with this tag; undefined if nothing about it can be read in the log. */
  known(tag: Buffer): number | undefined {
    const { recent, store } = this.#deps;
    const slot = recent.about(tag)?.slot ?? store.findSubject(tag);
    return slot === undefined || !this.isLive(slot) ? undefined : slot;
  }

  /** Whether content can be sealed under this key: it is there, and nobody asked for its erasure. */
  isLive(slot: number): boolean {
    const { keys, pending } = this.#deps;
    return !pending.isDecided(slot) && keys.stateOf(slot) === 'live';
  }

  /** The erasure of this subject that is under way; what is appended about it waits for that. */
  erasure(subject: string): Promise<void> | undefined {
    if (this.#erasures.size === 0) return undefined;
    return this.#erasures.get(this.#deps.keys.tagOf(subject).toString('latin1'));
  }

  /** Runs an erasure, alone for its subject. */
  async erase<T>(tag: Buffer, work: () => Promise<T>): Promise<T> {
    const name = tag.toString('latin1');
    for (let running = this.#erasures.get(name); running !== undefined; running = this.#erasures.get(name))
      await running;
    const result = work();
    const done = result.then(
      () => {},
      () => {},
    );
    this.#erasures.set(name, done);
    try {
      return await result;
    } finally {
      this.#erasures.delete(name);
    }
  }

  /** Whom a record is about that is to be appended; at once where it says so itself. SUBJECT_ERASED if it is about one that was erased. */
  about({ subject, subjectOf }: { subject: string; subjectOf: string }): About | Promise<About> {
    return subject !== '' || subjectOf === '' ? { subject, slot: undefined } : this.#ofRecord(subjectOf);
  }

  /** Whether that still holds. */
  isCurrent({ slot }: About): boolean {
    return slot === undefined || this.isLive(slot);
  }

  /** Whom the record of this id is about; nobody where there is no such record. */
  async #ofRecord(recordId: string): Promise<About> {
    const { recent, store, reader, records } = this.#deps;
    const nobody = { subject: '', slot: undefined };
    const id = Buffer.alloc(recordIdBytes);
    if (!writeRecordId(recordId, id, 0)) return nobody;
    const entry = recent.byId(recordId.toLowerCase());
    if (entry !== undefined) await entry.commit.done;
    const place = entry === undefined ? store.findRecord(id) : locationOf(entry);
    if (place === undefined) return nobody;
    const stored = await reader.read(place);
    const { subject, contentState } = await records.content(stored);
    if (contentState === 'CONTENT_STATE_ERASED')
      throw new MeshError(
        'SUBJECT_ERASED',
        `the content of ${recordId} was erased on request; nothing more about it is recorded`,
        { metadata: { prediction_id: recordId } },
      );
    return subject === '' ? nobody : { subject, slot: stored.slot };
  }
}
