import type { AuditContract } from '../../contracts.ts';
import type { GetRecordResponse__Output as GetRecordResponse } from '../../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { Outcome__Output as Outcome } from '../../gen/scoremesh/scoring/v1/Outcome.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { Client } from '../../kit/contract/contract.ts';
import { isNotFound } from '../../kit/errors/mesh-error.ts';
import { requestKey } from '../request-key.ts';

/** What an outcome is about. */
export interface OutcomeTarget {
  /** In lower case; empty for a request that the log does not have. */
  readonly predictionId: string;
  /** Whether the prediction is in the log. */
  readonly isKnown: boolean;
  /** Whether its content was erased. */
  readonly isErased: boolean;
  /** Of a request that the log does not have: the key that its record will have; else empty. */
  readonly idempotencyKey: string;
  /** What the outcomes of the same are numbered under. */
  readonly chain: string;
}

/** Looks up what an outcome is about; costs one read of the log. */
export async function outcomeTarget(
  { predictionId, requestId }: Outcome,
  audit: Client<AuditContract>,
  call: Call,
): Promise<OutcomeTarget> {
  const recordId = predictionId.toLowerCase();
  const idempotencyKey = recordId === '' ? requestKey(requestId, call) : '';
  const found = await find(audit, { recordId, idempotencyKey }, call);
  const event = found?.record?.event;
  const isKnown = event === 'prediction' || event === 'inference';
  const id = isKnown ? (found?.record?.recordId ?? '') : recordId;
  return {
    predictionId: id,
    isKnown,
    isErased: isKnown && found?.contentState === 'CONTENT_STATE_ERASED',
    idempotencyKey: id === '' ? idempotencyKey : '',
    chain: id === '' ? `of request\n${idempotencyKey}` : id,
  };
}

async function find(
  audit: Client<AuditContract>,
  by: { readonly recordId: string; readonly idempotencyKey: string },
  call: Call,
): Promise<GetRecordResponse | undefined> {
  try {
    return await audit.GetRecord(by, call);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
