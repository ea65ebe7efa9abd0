import type { AuditContract } from '../contracts.ts';
import type { AppendRequest__Output } from '../gen/scoremesh/audit/v1/AppendRequest.ts';
import { throwIfUnwanted } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { type MeshError, toMeshError } from '../kit/errors/mesh-error.ts';
import { checkAppend } from './append-request.ts';
import { hashKey, type IndexStore } from './index/store.ts';
import type { KnownRecords } from './known-records.ts';
import type { Entry } from './log/commit.ts';
import type { LogWriter } from './log/writer.ts';
import type { AuditMetrics } from './metrics.ts';
import type { Receipts } from './receipts.ts';
import type { RecentEntries } from './recent-entries.ts';
import { readRecordId, recordIdInvalid } from './record-id.ts';
import type { SealedRecord, Sealing } from './sealed-record.ts';
import type { Subjects } from './subjects.ts';

export interface AppendDeps {
  readonly writer: LogWriter;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  readonly known: KnownRecords;
  readonly subjects: Subjects;
  readonly sealing: Sealing;
  readonly receipts: Receipts;
  readonly metrics: AuditMetrics;
  /** Why nothing can be appended now because the index lags too far; undefined if it does not. */
  readonly indexFault: () => MeshError | undefined;
}

const noRecord = Buffer.alloc(0);

/**
 * Append: durable when it resolves. What is known already is not appended again: whether it is, and the append itself, are
 * decided in one turn of the event loop, so that of many alike exactly one is appended. An answer about a record that another
 * call is appending waits until that one is durable, and fails with it. A record that was accepted is not taken back when its
 * caller goes away; the wait ends with the commit, or with the disk's failure.
 */
export function createAppend(deps: AppendDeps): Handlers<AuditContract>['Append'] {
  const { writer, recent, store, known, subjects, sealing, receipts, metrics } = deps;
  const highest = store.highestId();
  // Above every id that was ever accepted: an id beyond it is new, which for UUIDv7 is nearly always known without a look-up.
  let highestId = highest === undefined ? '' : readRecordId(highest, 0);

  const enter = (
    request: AppendRequest__Output,
    keyHash: Buffer | undefined,
    sealed: SealedRecord,
  ): Entry => {
    const lag = deps.indexFault();
    if (lag !== undefined) throw lag;
    const { recordId, record } = request;
    const entry = writer.append({ recordId, keyHash, record, ...sealed, erases: undefined });
    if (entry === undefined) throw recordIdInvalid(recordId, 'record_id');
    recent.add(entry);
    if (entry.recordId > highestId) highestId = entry.recordId;
    return entry;
  };

  return async (request, call) => {
    /** Stored apart, and named by no record yet. */
    let unnamed: SealedRecord | undefined;
    try {
      throwIfUnwanted(call, 'its record was appended');
      checkAppend(request);
      const keyHash = request.idempotencyKey === '' ? undefined : hashKey(request.idempotencyKey);
      const said = subjects.about(request);
      // A record that says itself whom it is about is taken in this turn of the event loop.
      let about = said instanceof Promise ? await said : said;
      let sealed: SealedRecord | undefined;
      for (;;) {
        const earlier = known.find(request, keyHash, request.recordId.toLowerCase() <= highestId);
        if (earlier !== undefined) {
          const { outcome, response } = await earlier;
          metrics.append(outcome);
          return response;
        }
        const { subject } = about;
        const erasure = subject === '' ? undefined : subjects.erasure(subject);
        if (erasure !== undefined) await erasure;
        else if (!about.isCurrent()) about = await subjects.about(request);
        else if (sealed === undefined || !sealing.isCurrent(sealed)) {
          const made = sealing.sealOrWait(request, subject);
          if (made instanceof Promise) {
            await made;
            throwIfUnwanted(call, 'a key for its subject was ready');
          } else if (sealing.isLarge(made)) {
            // A full disk must not be filled with what no record will name.
            if (writer.fault !== undefined) throw writer.fault;
            if (unnamed !== undefined) sealing.discard(unnamed);
            sealed = await sealing.storeApart(made);
            unnamed = sealed;
          } else {
            sealed = made;
            break;
          }
        } else break;
      }
      const entry = enter(request, keyHash, sealed);
      unnamed = undefined;
      await entry.commit.done;
      metrics.append('appended');
      return { receipt: receipts.fresh(entry), existingRecord: noRecord };
    } catch (error) {
      metrics.append(toMeshError(error).reason);
      throw error;
    } finally {
      if (unnamed !== undefined) sealing.discard(unnamed);
    }
  };
}
