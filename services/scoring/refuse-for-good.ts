import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { MeshError } from '../kit/errors/mesh-error.ts';
import { keyOf } from './answered-before.ts';
import type { AuditTrail } from './audit-trail.ts';
import { decodeRecord, nowMs, refusalRecord } from './records.ts';
import { refusedForGood, repeatedAnswer } from './repeated-answer.ts';

/** What the log had of a request before it was to be refused for good: that stays, and there is no other record. Nothing for one that is refused now. */
export interface RecordedBefore {
  /** Its answer. */
  readonly response?: ScoreResponse | undefined;
  /** Why it was refused. */
  readonly refusal?: MeshError;
}

/**
 * Refuses a request with a request_id once and for all: the refusal is recorded under its key, so that whoever scores it at this moment can't
 * record an answer any more. Resolves when that is durable. REQUEST_ID_CONFLICT if another request was answered under the key.
 */
export type RefuseForGood = (request: ScoreRequest, error: MeshError, call: Call) => Promise<RecordedBefore>;

export function createRefuseForGood(deps: {
  readonly trail: Pick<AuditTrail, 'append'>;
  readonly newId: () => string;
  subjectOf(request: ScoreRequest): string;
}): RefuseForGood {
  return async (request, error, call) => {
    const key = keyOf(request, call);
    if (key === undefined) throw new Error('a request without a request_id has no key to refuse it under');
    const recordId = deps.newId();
    const refused = { request, method: '', subject: deps.subjectOf(request) };
    const record = refusalRecord({ recordId, receivedAtMs: nowMs(), call }, refused, error);
    const { existingRecord, receipt } = await deps.trail.append(record, recordId, call, key);
    if (existingRecord.length === 0) return {};
    const existing = decodeRecord(existingRecord);
    if (existing.refusal) return { refusal: refusedForGood(existing.refusal, existing.recordId) };
    const earlier = { record: existing, receipt, bodyDigest: key.bodyDigest };
    return { response: repeatedAnswer(earlier, key, request.includeFeatures) };
  };
}
