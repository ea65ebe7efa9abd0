import type { ContentState__Output as ContentState } from '../gen/scoremesh/audit/v1/ContentState.ts';
import type { GetRecordResponse__Output } from '../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { Record, Record__Output } from '../gen/scoremesh/audit/v1/Record.ts';
import { messageCodec } from '../kit/contract/protos.ts';
import type { Log } from '../kit/log/log.ts';
import type { IndexStore } from './index/store.ts';
import type { StoredRecord } from './log/reader.ts';
import type { AuditMetrics } from './metrics.ts';
import type { PendingErasures } from './pending-erasures.ts';
import { mergeRecord } from './sealing/merge.ts';
import type { Payloads } from './sealing/payloads.ts';
import { readSealedField, type Sealer } from './sealing/sealer.ts';

export interface CompleteRecordsDeps {
  readonly sealer: Sealer;
  readonly payloads: Payloads;
  readonly store: IndexStore;
  readonly pending: Pick<PendingErasures, 'isDecided'>;
  readonly metrics: AuditMetrics;
  readonly log: Log;
}

/** What is sealed of a record, as far as it can be read. */
export interface Content {
  readonly contentState: ContentState;
  /** Empty for nobody, or where it can't be read. */
  readonly subject: string;
  readonly bodyDigest: Buffer;
  readonly personal: Record__Output | undefined;
  /** What the entry commits to; empty where it can't be read. */
  readonly serialized: Buffer;
}

const noBytes = Buffer.alloc(0);
const none: Content = {
  contentState: 'CONTENT_STATE_NONE',
  subject: '',
  bodyDigest: noBytes,
  personal: undefined,
  serialized: noBytes,
};
const erased: Content = { ...none, contentState: 'CONTENT_STATE_ERASED' };

/** Puts entries and their sealed contents together again. */
export class CompleteRecords {
  readonly #deps: CompleteRecordsDeps;
  readonly #codec = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');

  constructor(deps: CompleteRecordsDeps) {
    this.#deps = deps;
  }

  /** As it is answered to readers. */
  async response(stored: StoredRecord): Promise<GetRecordResponse__Output> {
    const { record, content } = await this.#complete(stored);
    return {
      record,
      receipt: { logIndex: String(stored.index), leafHash: stored.leafHash, proof: '' },
      entry: stored.entry,
      bodyDigest: content.bodyDigest,
      contentState: content.contentState,
    };
  }

  /** The complete record's bytes. */
  async wholeRecord(stored: StoredRecord): Promise<Content & { readonly record: Buffer }> {
    const { record, content } = await this.#complete(stored);
    return { ...content, record: record === null ? stored.entry : this.#codec.encode(record) };
  }

  /** What is sealed of it. */
  async content(stored: StoredRecord): Promise<Content> {
    return (await this.#complete(stored)).content;
  }

  async #complete(stored: StoredRecord): Promise<{ record: Record__Output | null; content: Content }> {
    const entry = this.#decode(stored.entry);
    if (stored.sealedKind === 'none') return { record: entry, content: none };
    const content = await this.#open(stored);
    if (entry === null || content.personal === undefined) return { record: entry, content };
    return { record: mergeRecord(entry, content.personal), content };
  }

  async #open(stored: StoredRecord): Promise<Content> {
    const { sealer, payloads, store, pending, metrics, log } = this.#deps;
    const { slot } = stored;
    if (pending.isDecided(slot)) return erased;
    const tie = readSealedField(stored.entry);
    const sealed = stored.sealedKind === 'apart' ? await payloads.get(stored.sealed) : stored.sealed;
    const opened =
      tie === undefined || sealed === undefined
        ? 'damaged'
        : sealer.open({ slot, sealed, handle: tie.handle, commitment: tie.commitment });
    if (typeof opened === 'string') {
      // It may have been erased while it was read.
      if (pending.isDecided(slot) || (tie !== undefined && store.isErased(tie.handle))) return erased;
      metrics.lostContent();
      log.error('the sealed content of a record can not be read', {
        index: stored.index,
        recordId: stored.recordId,
      });
      return { ...none, contentState: 'CONTENT_STATE_LOST' };
    }
    return {
      contentState: 'CONTENT_STATE_PRESENT',
      subject: opened.subject,
      bodyDigest: opened.bodyDigest,
      personal: opened.personal.length === 0 ? undefined : (this.#decode(opened.personal) ?? undefined),
      serialized: opened.serialized,
    };
  }

  /** Bytes that are not a Record are still in the log, and are shown as they are. */
  #decode(bytes: Buffer): Record__Output | null {
    try {
      return this.#codec.decode(bytes);
    } catch {
      return null;
    }
  }
}
