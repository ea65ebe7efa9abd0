import type { ContentState__Output as ContentState } from '../gen/scoremesh/audit/v1/ContentState.ts';
import type { Record__Output as Record } from '../gen/scoremesh/audit/v1/Record.ts';
import type { Refusal__Output as Refusal } from '../gen/scoremesh/audit/v1/Refusal.ts';
import type { Receipt__Output as Receipt } from '../gen/scoremesh/scoring/v1/Receipt.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import { catalogue, type Reason } from '../kit/errors/catalogue.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { IdempotencyKey } from './audit-trail.ts';
import { decodeFeatureSet } from './feature-sets.ts';
import { featuresCodec, featureValues } from './feature-values.ts';

/** What the log holds under an idempotency key. */
export interface Earlier {
  /** Complete. */
  readonly record: Record | null;
  readonly contentState?: ContentState;
  readonly receipt: Receipt | null;
  readonly bodyDigest: Buffer;
}

/** The recorded prediction as an answer; REQUEST_ID_CONFLICT if it was made for another body, and its reason if it was refused for good. */
export function repeatedAnswer(
  earlier: Earlier,
  key: IdempotencyKey,
  includeFeatures: boolean,
): ScoreResponse {
  const { record, contentState } = earlier;
  const recordId = record?.recordId ?? '';
  if (contentState === 'CONTENT_STATE_ERASED')
    throw new MeshError(
      'SUBJECT_ERASED',
      `prediction ${recordId} was made under this request_id, and its content was erased on request; use a new request_id`,
      { metadata: { prediction_id: recordId } },
    );
  const prediction = record?.prediction;
  if (!earlier.bodyDigest.equals(key.bodyDigest)) {
    throw new MeshError(
      'REQUEST_ID_CONFLICT',
      `this request_id was used for another request, which prediction ${recordId} answered; use a new one for a new request`,
      { metadata: { prediction_id: recordId } },
    );
  }
  if (record?.refusal) throw refusedForGood(record.refusal, recordId);
  if (!prediction)
    throw new MeshError(
      'STATE_CORRUPT',
      `record ${recordId} is kept under a request_id but is no prediction`,
    );
  const { model, outputs, features, omitted } = prediction;
  const lost = omitted.find(({ path }) => path.startsWith('outputs.'));
  if (lost !== undefined)
    throw new MeshError(
      'REQUEST_ID_CONFLICT',
      `prediction ${recordId} answered this request, but ${lost.path} was too large to be kept and can't be repeated; use a new request_id to score again`,
      { metadata: { prediction_id: recordId } },
    );
  return {
    predictionId: recordId,
    model,
    outputs,
    features:
      includeFeatures && features !== null
        ? featureValues(decodeFeatureSet(features.featureSet), featuresCodec.decode(features.values))
        : [],
    receipt: earlier.receipt,
  };
}

export function refusedForGood({ message, reason }: Refusal, recordId: string): MeshError {
  const known = Object.hasOwn(catalogue, reason) ? (reason as Reason) : 'STATE_CORRUPT';
  return new MeshError(known, `record ${recordId} refused this request for good: ${message}`, {
    metadata: { refused_by: recordId },
  });
}
