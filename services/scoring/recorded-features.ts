import type { FeatureProvenance__Output as FeatureProvenance } from '../gen/scoremesh/audit/v1/FeatureProvenance.ts';
import type { FeaturesRead__Output as FeaturesRead } from '../gen/scoremesh/audit/v1/FeaturesRead.ts';
import type { FeatureRead } from './feature-read.ts';
import { featuresCodec } from './feature-values.ts';

/** Values and times of the features that were read: personal. */
export function recordedFeatures({ known, response }: FeatureRead): FeaturesRead {
  return { featureSet: known.encoded, values: featuresCodec.encode(response) };
}

/** Where they came from: not personal. */
export function provenanceOf({ known, response }: FeatureRead): FeatureProvenance {
  const { asOf, asOfIngest, statuses } = response;
  return { featureSet: known.set.name, digest: known.set.digest, asOf, asOfIngest, statuses };
}
