import { MeshError } from '../kit/errors/mesh-error.ts';
import type { CompleteRecords } from './complete-records.ts';
import { earlySubjects, subjectOfUnknown, subjectOfUnknownKey } from './early-subjects.ts';
import { hashKey, type IndexStore } from './index/store.ts';
import { type Entry, type Location, locationOf, type SubjectSlot } from './log/commit.ts';
import type { LogReader, StoredRecord } from './log/reader.ts';
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
  /** Whether that still holds: another record that says so may be erased meanwhile, or one that was unknown may come. */
  readonly isCurrent: () => boolean;
}

const always = (): boolean => true;
const nobody: About = { subject: '', isCurrent: always };

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
  about(said: { subject: string; subjectOf: string; subjectOfKey: string }): About | Promise<About> {
    const { recent, store } = this.#deps;
    const { subject, subjectOf, subjectOfKey } = said;
    if (subject !== '') return { subject, isCurrent: always };
    if (subjectOf !== '') {
      const id = Buffer.alloc(recordIdBytes);
      if (!writeRecordId(subjectOf, id, 0)) return nobody;
      const find = (): Found => recent.byId(subjectOf.toLowerCase()) ?? store.findRecord(id);
      return this.#ofRecord(find, subjectOfUnknown(subjectOf));
    }
    if (subjectOfKey === '') return nobody;
    const keyHash = hashKey(subjectOfKey);
    const find = (): Found => recent.byKey(keyHash) ?? store.findKey(keyHash);
    return this.#ofRecord(find, subjectOfUnknownKey(keyHash));
  }

  /** Slots of content about this record that came before it and can still be read; they are of its subject too. */
  early(record: Pick<StoredRecord, 'recordId' | 'keyHash'>): { tag: Buffer; slot: number }[] {
    return earlySubjects(record).flatMap((subject) => {
      const tag = this.#deps.keys.tagOf(subject);
      const slot = this.known(tag);
      return slot === undefined ? [] : [{ tag, slot }];
    });
  }

  async #ofRecord(find: () => Found, unknown: string): Promise<About> {
    const { reader, records } = this.#deps;
    const found = find();
    if (found === undefined) return { subject: unknown, isCurrent: () => find() === undefined };
    if ('commit' in found) await found.commit.done;
    const stored = await reader.read('commit' in found ? locationOf(found) : found);
    const { recordId, slot } = stored;
    const { subject, contentState } = await records.content(stored);
    if (contentState === 'CONTENT_STATE_ERASED')
      throw new MeshError(
        'SUBJECT_ERASED',
        `the content of ${recordId} was erased on request; nothing more about it is recorded`,
        { metadata: { prediction_id: recordId } },
      );
    return subject === '' ? nobody : { subject, isCurrent: () => this.isLive(slot) };
  }
}

/** A record that the index does not have yet, or where one is. */
type Found = Entry | Location | undefined;
