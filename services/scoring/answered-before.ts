import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { AuditTrail, IdempotencyKey } from './audit-trail.ts';
import { bodyDigest } from './records.ts';
import { repeatedAnswer } from './repeated-answer.ts';
import { requestKey } from './request-key.ts';

/** Under what the answer of a request is found again; undefined for one without a request_id. */
export function keyOf(request: ScoreRequest, call: Call): IdempotencyKey | undefined {
  if (request.requestId === '') return undefined;
  return { key: requestKey(request.requestId, call), bodyDigest: bodyDigest(request) };
}

/** The recorded answer of a request that was scored before; REQUEST_ID_CONFLICT if its key is another request's. */
export async function answeredBefore(
  trail: Pick<AuditTrail, 'find'>,
  key: IdempotencyKey,
  request: ScoreRequest,
  call: Call,
): Promise<ScoreResponse | undefined> {
  const earlier = await trail.find(key, call);
  return earlier === undefined ? undefined : repeatedAnswer(earlier, key, request.includeFeatures);
}
