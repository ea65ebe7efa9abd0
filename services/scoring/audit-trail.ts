import type { AuditContract } from '../contracts.ts';
import type { AppendResponse__Output as AppendResponse } from '../gen/scoremesh/audit/v1/AppendResponse.ts';
import type { GetRecordResponse__Output as GetRecordResponse } from '../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import { type Call, startCall } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import { isNotFound, type MeshError } from '../kit/errors/mesh-error.ts';
import type { Log } from '../kit/log/log.ts';
import type { Counter, Metrics } from '../kit/telemetry/metrics.ts';
import type { RecordParts } from './records.ts';

/** The pipeline's hand on the audit log. */
export interface AuditTrail {
  /** Durable when it resolves. */
  append(record: RecordParts, recordId: string, call: Call, key?: IdempotencyKey): Promise<AppendResponse>;
  /** Queues it and returns at once; a drop is counted and logged. Its queue is bounded. */
  appendLater(record: RecordParts, recordId: string, call: Call): void;
  /** The record that was made under the key, if any. */
  find(key: IdempotencyKey, call: Call): Promise<GetRecordResponse | undefined>;
  /** Resolves when nothing is queued. */
  flush(): Promise<void>;
}

export interface IdempotencyKey {
  readonly key: string;
  readonly bodyDigest: Buffer;
}

/** Records that may be on their way at once without anyone waiting for them. */
const maxDeferred = 8192;
/** A record that nobody waits for may take this long. */
const deferredTimeoutMs = 10_000;
const noBytes = Buffer.alloc(0);

export function createAuditTrail(
  audit: Client<AuditContract>,
  deps: { log: Log; metrics: Metrics },
): AuditTrail {
  const dropped: Counter = deps.metrics
    .counter(
      'scoremesh_audit_deferred_dropped_total',
      'Records that were queued and could not be written. Must stay 0.',
      [],
    )
    .labels();
  const deferred = new Set<Promise<void>>();
  deps.metrics.gauge('scoremesh_audit_deferred_records', 'Records queued without anyone waiting.', [], () => [
    { labels: [], value: deferred.size },
  ]);

  const append: AuditTrail['append'] = (parts, recordId, call, key) =>
    audit.Append(
      {
        record: parts.record,
        recordId,
        idempotencyKey: key?.key ?? '',
        bodyDigest: key?.bodyDigest ?? noBytes,
        personal: parts.personal,
        subject: parts.subject,
        subjectOf: parts.subjectOf,
        subjectOfKey: parts.subjectOfKey,
      },
      call,
    );

  const drop = (recordId: string, error?: MeshError | unknown): void => {
    dropped.add();
    deps.log.error('a deferred audit record was dropped', { recordId, error });
  };

  return {
    append,
    appendLater: (record, recordId, { principal, trace }) => {
      if (deferred.size >= maxDeferred) {
        drop(recordId);
        return;
      }
      const writing: Promise<void> = append(
        record,
        recordId,
        startCall({ timeoutMs: deferredTimeoutMs, principal, trace }),
      )
        .then(
          () => {},
          (error) => drop(recordId, error),
        )
        .finally(() => deferred.delete(writing));
      deferred.add(writing);
    },
    find: async ({ key }, call) => {
      try {
        return await audit.GetRecord({ recordId: '', idempotencyKey: key }, call);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    flush: async () => {
      while (deferred.size > 0) await Promise.all(deferred);
    },
  };
}
