import type { FeaturesRead__Output as FeaturesRead } from '../../services/gen/scoremesh/audit/v1/FeaturesRead.ts';
import type { FeatureSet, FeatureSet__Output } from '../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import type {
  GetFeaturesResponse,
  GetFeaturesResponse__Output,
} from '../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';
import { featureColumns } from '../client/feature-columns.ts';

const setCodec = messageCodec<FeatureSet, FeatureSet__Output>('scoremesh.feature.v1.FeatureSet');
const valuesCodec = messageCodec<GetFeaturesResponse, GetFeaturesResponse__Output>(
  'scoremesh.feature.v1.GetFeaturesResponse',
);

export interface RecordedFeaturesJson {
  readonly feature_set: string;
  readonly digest: string;
  /** Unix milliseconds. */
  readonly as_of: number;
  readonly values: object;
}

/** The features that a record has, by name; undefined for bytes that this version can't read. */
export function recordedFeaturesJson({ featureSet, values }: FeaturesRead): RecordedFeaturesJson | undefined {
  try {
    const set = setCodec.decode(featureSet);
    const response = valuesCodec.decode(values);
    const columns = featureColumns(response, set.features, set);
    return {
      feature_set: set.name,
      digest: set.digest,
      as_of: response.asOf,
      values: Object.fromEntries(columns.map(({ name, value }) => [name, jsonOf(value(0))])),
    };
  } catch {
    return undefined;
  }
}

function jsonOf(value: number | bigint | boolean | string | null): unknown {
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : { integer: String(value) };
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
