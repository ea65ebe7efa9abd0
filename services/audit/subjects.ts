import { MeshError } from '../kit/errors/mesh-error.ts';
import type { CompleteRecords } from './complete-records.ts';
import type { IndexStore } from './index/store.ts';
import { locationOf, type SubjectSlot } from './log/commit.ts';
import type { LogReader } from './log/reader.ts';
import type { RecentEntries } from './recent-entries.ts';
import { recordIdBytes, writeRecordId } from './record-id.ts';
import type { KeyStore } from './sealing/key-store.ts';

export interface SubjectsDeps {
  readonly keys: KeyStore;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  readonly reader: LogReader;
  readonly records: CompleteRecords;
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
    const { recent, store, keys } = this.#deps;
    const slot = recent.about(tag)?.slot ?? store.findSubject(tag);
    return slot === undefined || keys.stateOf(slot) !== 'live' ? undefined : slot;
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

  /** Who the record of this id is about; '' for nobody or where there is no such record. SUBJECT_ERASED if it was erased. */
  async ofRecord(recordId: string): Promise<string> {
    const { recent, store, reader, records } = this.#deps;
    const id = Buffer.alloc(recordIdBytes);
    if (!writeRecordId(recordId, id, 0)) return '';
    const entry = recent.byId(recordId.toLowerCase());
    if (entry !== undefined) await entry.commit.done;
    const place = entry === undefined ? store.findRecord(id) : locationOf(entry);
    if (place === undefined) return '';
    const { subject, contentState } = await records.content(await reader.read(place));
    if (contentState !== 'CONTENT_STATE_ERASED') return subject;
    throw new MeshError(
      'SUBJECT_ERASED',
      `the content of ${recordId} was erased on request; nothing more about it is recorded`,
      { metadata: { prediction_id: recordId } },
    );
  }
}
