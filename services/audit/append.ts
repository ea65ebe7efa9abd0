import type { AuditContract } from '../contracts.ts';
import type { AppendRequest__Output } from '../gen/scoremesh/audit/v1/AppendRequest.ts';
import type { AppendResponse__Output } from '../gen/scoremesh/audit/v1/AppendResponse.ts';
import type { Receipt__Output } from '../gen/scoremesh/scoring/v1/Receipt.ts';
import { throwIfUnwanted } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { type FieldViolation, invalidRequest, MeshError, toMeshError } from '../kit/errors/mesh-error.ts';
import { maxKeyBytes, maxRecordBytes } from './config.ts';
import { hashKey, type IndexStore } from './index/store.ts';
import { locationOf } from './log/commit.ts';
import type { LogReader, StoredRecord } from './log/reader.ts';
import type { LogWriter } from './log/writer.ts';
import type { AuditMetrics } from './metrics.ts';
import type { RecentEntries } from './recent-entries.ts';
import { readRecordId, recordIdBytes, recordIdInvalid, writeRecordId } from './record-id.ts';

export interface AppendDeps {
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  readonly metrics: AuditMetrics;
  /** Why nothing can be appended now because the index lags too far; undefined if it does not. */
  readonly indexFault: () => MeshError | undefined;
}

const digestBytes = 32;
const noRecord = Buffer.alloc(0);

/**
 * Append: durable when it resolves. What is known already is not appended again: whether it is, and the append itself, are
 * decided in one turn of the event loop, so that of many alike exactly one is appended. An answer about a record that another
 * call is appending waits until that one is durable, and fails with it. A record that was accepted is not taken back when its
 * caller goes away; the wait ends with the commit, or with the disk's failure.
 */
export function createAppend(deps: AppendDeps): Handlers<AuditContract>['Append'] {
  const { writer, reader, recent, store, metrics } = deps;
  const idBytes = Buffer.alloc(recordIdBytes);
  const highest = store.highestId();
  // Above every id that was ever accepted: an id beyond it is new, which for UUIDv7 is nearly always known without a look-up.
  let highestId = highest === undefined ? '' : readRecordId(highest, 0);

  const answerKey = (request: AppendRequest__Output, first: StoredRecord): AppendResponse__Output => {
    if (!first.bodyDigest.equals(request.bodyDigest)) throw conflict(first.recordId);
    metrics.append('existing');
    return { receipt: receiptOf(first), existingRecord: first.record };
  };

  return async (request, call) => {
    try {
      throwIfUnwanted(call, 'its record was appended');
      check(request);
      const recordId = request.recordId.toLowerCase();
      if (recordId <= highestId) {
        const same = recent.byId(recordId);
        if (same !== undefined) {
          await same.commit.done;
          metrics.append('repeated');
          return { receipt: receiptOf(same), existingRecord: noRecord };
        }
        if (!writeRecordId(recordId, idBytes, 0)) throw recordIdInvalid(request.recordId, 'record_id');
        const stored = store.findRecord(idBytes);
        if (stored !== undefined) {
          const receipt = receiptOf(await reader.read(stored));
          metrics.append('repeated');
          return { receipt, existingRecord: noRecord };
        }
      }
      const key = request.idempotencyKey;
      let keyHash: Buffer | undefined;
      if (key !== '') {
        const first = recent.byKey(key);
        if (first !== undefined) {
          await first.commit.done;
          return answerKey(request, await reader.read(locationOf(first)));
        }
        keyHash = hashKey(key);
        const found = store.findKey(keyHash);
        if (found !== undefined) {
          const record = await reader.read(found);
          if (record.idempotencyKey !== key) throw new Error('two idempotency keys have the same hash');
          return answerKey(request, record);
        }
      }
      const lag = deps.indexFault();
      if (lag !== undefined) throw lag;
      const entry = writer.append(request, keyHash);
      if (entry === undefined) throw recordIdInvalid(request.recordId, 'record_id');
      recent.add(entry);
      if (recordId > highestId) highestId = recordId;
      await entry.commit.done;
      metrics.append('appended');
      return { receipt: receiptOf(entry), existingRecord: noRecord };
    } catch (error) {
      metrics.append(toMeshError(error).reason);
      throw error;
    }
  };
}

function receiptOf(record: { readonly index: number; readonly leafHash: Buffer }): Receipt__Output {
  return { logIndex: String(record.index), leafHash: record.leafHash };
}

function conflict(firstId: string): MeshError {
  return new MeshError(
    'REQUEST_ID_CONFLICT',
    `prediction ${firstId} was made under this request_id with another body; give a new request its own request_id`,
    { metadata: { prediction_id: firstId } },
  );
}

function check(request: AppendRequest__Output): void {
  const { record, idempotencyKey, bodyDigest } = request;
  if (record.length > maxRecordBytes)
    throw new MeshError(
      'MESSAGE_TOO_LARGE',
      `the record has ${record.length} bytes, more than the ${maxRecordBytes} of an audit record; send a smaller request`,
    );
  const needsDigest = idempotencyKey !== '';
  if (
    record.length > 0 &&
    bodyDigest.length === (needsDigest ? digestBytes : 0) &&
    idempotencyKey.length <= maxKeyBytes / 3
  )
    return;
  const violations: FieldViolation[] = [];
  if (record.length === 0)
    violations.push({ field: 'record', description: 'it is empty; give the serialized Record' });
  if (needsDigest && bodyDigest.length !== digestBytes)
    violations.push({
      field: 'body_digest',
      description: `it has ${bodyDigest.length} bytes; give the 32 of a SHA-256 with idempotency_key`,
    });
  if (!needsDigest && bodyDigest.length > 0)
    violations.push({
      field: 'body_digest',
      description: 'it needs an idempotency_key; give both or neither',
    });
  const keyBytes = Buffer.byteLength(idempotencyKey);
  if (keyBytes > maxKeyBytes)
    violations.push({
      field: 'idempotency_key',
      description: `it has ${keyBytes} bytes; give at most ${maxKeyBytes}`,
    });
  if (violations.length > 0) throw invalidRequest(violations);
}
