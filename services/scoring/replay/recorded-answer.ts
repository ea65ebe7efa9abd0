import type { ModelInferRequest__Output as ModelInferRequest } from '../../gen/inference/ModelInferRequest.ts';
import type { GetRecordResponse__Output as GetRecordResponse } from '../../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { Inference__Output as Inference } from '../../gen/scoremesh/audit/v1/Inference.ts';
import type { OmittedPayload__Output as OmittedPayload } from '../../gen/scoremesh/audit/v1/OmittedPayload.ts';
import type { Prediction__Output as Prediction } from '../../gen/scoremesh/audit/v1/Prediction.ts';
import type { Record__Output as Record } from '../../gen/scoremesh/audit/v1/Record.ts';
import type { FeatureSet__Output as FeatureSet } from '../../gen/scoremesh/feature/v1/FeatureSet.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import { invalidRequest } from '../../kit/errors/mesh-error.ts';
import type { Outputs } from '../answer.ts';
import { decodeFeatureSet } from '../feature-sets.ts';
import { featuresCodec } from '../feature-values.ts';

/** The features that a prediction was made from. */
export interface RecordedFeatures {
  readonly set: FeatureSet;
  readonly values: GetFeaturesResponse;
}

/** A record of an answer: of what is common to predictions and inferences, and what was asked. */
export interface RecordedAnswer {
  readonly record: Record;
  readonly event: Pick<
    Prediction | Inference,
    'model' | 'batchSize' | 'batchClass' | 'batchId' | 'batchRow' | 'omitted' | 'runtime'
  >;
  readonly asked:
    | {
        readonly kind: 'prediction';
        readonly request: ScoreRequest;
        readonly features: RecordedFeatures | undefined;
        readonly threshold: number | undefined;
      }
    | { readonly kind: 'inference'; readonly request: ModelInferRequest };
  /** By the names that the caller knows. */
  readonly outputs: Outputs;
}

/** Why a record can't be replayed. */
export interface MissingContent {
  readonly verdict: 'REPLAY_VERDICT_ERASED' | 'REPLAY_VERDICT_CONTENT_MISSING';
  readonly explanation: string;
}

/** The event of a record that answered something. Throws INVALID_REQUEST for any other. */
export function eventOf({ recordId, event, prediction, inference }: Record): RecordedAnswer['event'] {
  const answered = prediction ?? inference;
  if (answered) return answered;
  const what =
    event === undefined ? 'nothing' : event.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  throw invalidRequest([
    {
      field: 'prediction_id',
      description: `record ${recordId} holds ${what}, which no model answered; name a prediction or an inference`,
    },
  ]);
}

/** What was asked and answered, or why that can't be known. */
export function recordedAnswer({
  record,
  contentState,
}: Pick<GetRecordResponse, 'record' | 'contentState'>): RecordedAnswer | MissingContent {
  if (record === null) return missing('the record could not be read');
  const event = eventOf(record);
  const { recordId, prediction, inference } = record;
  if (contentState === 'CONTENT_STATE_ERASED')
    return {
      verdict: 'REPLAY_VERDICT_ERASED',
      explanation: `the content of record ${recordId} was erased on request of its subject`,
    };
  if (contentState === 'CONTENT_STATE_LOST')
    return missing(`the content of record ${recordId} can't be read, though nobody asked for its erasure`);
  const absent = event.omitted.find(({ path }) => path.startsWith('request.'));
  if (absent !== undefined)
    return missing(
      `${absent.path} of record ${recordId} had ${absent.sizeBytes} bytes, too many to be kept, so that it can't be given to the model again`,
    );
  if (prediction?.request) {
    const { request, features, outputs, threshold } = prediction;
    const read =
      features === null
        ? undefined
        : { set: decodeFeatureSet(features.featureSet), values: featuresCodec.decode(features.values) };
    return { record, event, asked: { kind: 'prediction', request, features: read, threshold }, outputs };
  }
  if (inference?.request && inference.response) {
    const { request, response } = inference;
    const outputs: Outputs = {};
    for (const [place, { name, datatype, shape }] of response.outputs.entries())
      outputs[name] = {
        kind: 'tensor',
        tensor: { datatype, shape, data: response.rawOutputContents[place] ?? Buffer.alloc(0) },
      };
    return { record, event, asked: { kind: 'inference', request }, outputs };
  }
  return missing(`record ${recordId} does not hold what was asked`);
}

/** Outputs of which the record has only the digest, by name. */
export function omittedOutputs({ asked, event }: RecordedAnswer): Map<string, OmittedPayload> {
  const prefix = asked.kind === 'prediction' ? 'outputs.' : 'response.';
  const omitted = event.omitted.filter(({ path }) => path.startsWith(prefix));
  return new Map(omitted.map((payload) => [payload.path.slice(prefix.length), payload]));
}

function missing(explanation: string): MissingContent {
  return { verdict: 'REPLAY_VERDICT_CONTENT_MISSING', explanation };
}
