import type { FeatureContract } from '../contracts.ts';
import type { GetFeaturesRequest__Output as GetFeaturesRequest } from '../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Value__Output as Value } from '../gen/scoremesh/scoring/v1/Value.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import type { FeatureSets, KnownSet } from './feature-sets.ts';

/** The features of one score and the version of the set that they are of. */
export interface FeatureRead {
  readonly response: GetFeaturesResponse;
  readonly known: KnownSet;
}

export interface FeatureReadDeps {
  readonly features: Client<FeatureContract>;
  readonly featureSets: FeatureSets;
}

const noInputs: Readonly<Record<string, Value>> = {};

/** Reads a model's features for a score; of its inputs the feature role gets those that the set reads. */
export async function readFeatures(
  { features, featureSets }: FeatureReadDeps,
  featureSet: string,
  request: ScoreRequest,
  call: Call,
): Promise<FeatureRead> {
  const expected = featureSets.current(featureSet, call);
  let known = expected instanceof Promise ? await expected : expected;
  for (;;) {
    const response = await features.GetFeatures(readRequest(featureSet, known, request), call);
    if (response.digest === known.set.digest) return { response, known };
    // The set was declared anew: what its expressions read may be something else now.
    const read = known;
    const changed = featureSets.get(featureSet, response.digest, call);
    known = changed instanceof Promise ? await changed : changed;
    if (known.set.inputs.every(({ name }) => read.set.inputs.some((input) => input.name === name)))
      return { response, known };
  }
}

function readRequest(featureSet: string, { set }: KnownSet, request: ScoreRequest): GetFeaturesRequest {
  const { entities, asOfEventTime } = request;
  const inputs = set.inputs.length === 0 ? noInputs : inputsOf(set.inputs, request);
  const read: GetFeaturesRequest = { featureSet, rows: [{ entities, inputs }], features: [] };
  if (asOfEventTime !== undefined) {
    read.asOfEventTime = asOfEventTime;
    read._asOfEventTime = 'asOfEventTime';
  }
  return read;
}

function inputsOf(
  wanted: readonly { readonly name: string }[],
  request: ScoreRequest,
): Record<string, Value> {
  const inputs: Record<string, Value> = {};
  for (const { name } of wanted) {
    const value = Object.hasOwn(request.inputs, name) ? request.inputs[name] : undefined;
    if (value !== undefined) inputs[name] = value;
  }
  return inputs;
}
