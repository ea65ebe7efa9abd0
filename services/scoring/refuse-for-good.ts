import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { MeshError } from '../kit/errors/mesh-error.ts';
import { keyOf } from './answered-before.ts';
import type { AuditTrail } from './audit-trail.ts';
import { decodeRecord, nowMs, refusalRecord } from './records.ts';
import { repeatedAnswer } from './repeated-answer.ts';

/**
 * Refuses a request with a request_id once and for all: the refusal is recorded under its key, so that whoever scores it at this moment can't
 * record an answer any more. Resolves when that is durable; to the recorded answer if there was one before, and then nothing is refused.
 */
export type RefuseForGood = (
  request: ScoreRequest,
  error: MeshError,
  call: Call,
) => Promise<ScoreResponse | undefined>;

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
    if (existingRecord.length === 0) return undefined;
    const existing = decodeRecord(existingRecord);
    if (existing.refusal) return undefined;
    const earlier = { record: existing, receipt, bodyDigest: key.bodyDigest };
    return repeatedAnswer(earlier, key, request.includeFeatures);
  };
}
