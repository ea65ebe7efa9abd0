import type { AppendRequest__Output } from '../gen/scoremesh/audit/v1/AppendRequest.ts';
import type { AppendResponse__Output } from '../gen/scoremesh/audit/v1/AppendResponse.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { CompleteRecords } from './complete-records.ts';
import type { IndexStore } from './index/store.ts';
import { type Entry, locationOf } from './log/commit.ts';
import type { LogReader, StoredRecord } from './log/reader.ts';
import type { Receipts } from './receipts.ts';
import type { RecentEntries } from './recent-entries.ts';
import { recordIdBytes, recordIdInvalid, writeRecordId } from './record-id.ts';

export interface KnownRecordsDeps {
  readonly reader: LogReader;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  readonly receipts: Receipts;
  readonly records: CompleteRecords;
}

/** What was found, and how it is counted. */
export interface Known {
  readonly outcome: 'repeated' | 'existing';
  readonly response: AppendResponse__Output;
}

const noRecord = Buffer.alloc(0);

/** Finds what an append would repeat: its record id, or its idempotency key. */
export class KnownRecords {
  readonly #deps: KnownRecordsDeps;
  readonly #idBytes = Buffer.alloc(recordIdBytes);

  constructor(deps: KnownRecordsDeps) {
    this.#deps = deps;
  }

  /** The answer once it is durable; undefined, at once, if nothing is known. `mayBeKnown` is false for an id that is certainly new. */
  find(
    request: AppendRequest__Output,
    keyHash: Buffer | undefined,
    mayBeKnown: boolean,
  ): Promise<Known> | undefined {
    const { recent, store } = this.#deps;
    if (mayBeKnown) {
      const same = recent.byId(request.recordId.toLowerCase());
      if (same !== undefined) return this.#recentlyRepeated(same);
      if (!writeRecordId(request.recordId, this.#idBytes, 0))
        throw recordIdInvalid(request.recordId, 'record_id');
      const stored = store.findRecord(this.#idBytes);
      if (stored !== undefined) return this.#repeated(stored);
    }
    if (keyHash === undefined) return undefined;
    const first = recent.byKey(keyHash);
    if (first !== undefined) return this.#existing(request, keyHash, first);
    const found = store.findKey(keyHash);
    return found === undefined ? undefined : this.#existingAt(request, keyHash, found);
  }

  async #recentlyRepeated(same: Entry): Promise<Known> {
    await same.commit.done;
    const receipt = await this.#deps.receipts.of(same);
    return { outcome: 'repeated', response: { receipt, existingRecord: noRecord } };
  }

  async #repeated(place: Parameters<LogReader['read']>[0]): Promise<Known> {
    const { reader, receipts } = this.#deps;
    const receipt = await receipts.of(await reader.read(place));
    return { outcome: 'repeated', response: { receipt, existingRecord: noRecord } };
  }

  async #existing(request: AppendRequest__Output, keyHash: Buffer, first: Entry): Promise<Known> {
    await first.commit.done;
    return await this.#existingAt(request, keyHash, locationOf(first));
  }

  async #existingAt(
    request: AppendRequest__Output,
    keyHash: Buffer,
    place: Parameters<LogReader['read']>[0],
  ): Promise<Known> {
    const { reader, receipts, records } = this.#deps;
    const first = await reader.read(place);
    if (first.keyHash?.equals(keyHash) !== true) throw new Error('two idempotency keys have the same hash');
    const { bodyDigest, record, contentState } = await records.wholeRecord(first);
    if (contentState === 'CONTENT_STATE_ERASED') throw erased(first);
    if (!bodyDigest.equals(request.bodyDigest)) throw conflict(first);
    return {
      outcome: 'existing',
      response: { receipt: await receipts.of(first), existingRecord: record },
    };
  }
}

function erased({ recordId }: StoredRecord): MeshError {
  return new MeshError(
    'SUBJECT_ERASED',
    `prediction ${recordId} was made under this request_id, and its content was erased on request; give a new request its own request_id`,
    { metadata: { prediction_id: recordId } },
  );
}

function conflict({ recordId }: StoredRecord): MeshError {
  return new MeshError(
    'REQUEST_ID_CONFLICT',
    `prediction ${recordId} was made under this request_id with another body; give a new request its own request_id`,
    { metadata: { prediction_id: recordId } },
  );
}
