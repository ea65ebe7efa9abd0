import type { FeatureContract } from '../../contracts.ts';
import type { GetFeaturesRequest__Output as GetFeaturesRequest } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { FeatureSkew__Output as FeatureSkew } from '../../gen/scoremesh/scoring/v1/FeatureSkew.ts';
import type { FeatureValue__Output as FeatureValue } from '../../gen/scoremesh/scoring/v1/FeatureValue.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { Client } from '../../kit/contract/contract.ts';
import { isMeshError } from '../../kit/errors/mesh-error.ts';
import { featureValues } from '../feature-values.ts';
import type { RecordedFeatures } from './recorded-answer.ts';

type Reads = Pick<Client<FeatureContract>, 'GetFeatures'>;

/** What a second read of a prediction's features found. */
export interface SkewFound {
  readonly skew: FeatureSkew[];
  /** In words. */
  readonly note: string;
}

const maxNamed = 8;

/**
 * Reads the features again, as of the moments that the prediction read them as of, and compares them bit by bit. What was learnt since
 * is no skew, but is told. That the history is gone is an explanation; other failures are thrown.
 */
export async function featureSkew(
  features: Reads,
  recorded: RecordedFeatures,
  request: ScoreRequest,
  call: Call,
): Promise<SkewFound> {
  const { set, values } = recorded;
  let read: GetFeaturesResponse;
  let today: GetFeaturesResponse;
  try {
    read = await readAgain(features, recorded, request, 'as of then', call);
    today = await readAgain(features, recorded, request, 'as of now', call);
  } catch (error) {
    if (!isMeshError(error) || !unreadable.has(error.reason)) throw error;
    return { skew: [], note: `the features can't be read again: ${error.message}` };
  }
  const then = featureValues(set, values);
  const skew = differing(then, featureValues(set, read)).map(([one, other]) => ({
    name: one.name,
    recorded: one,
    read: other,
  }));
  const since = differing(featureValues(set, read), featureValues(set, today)).map(([{ name }]) => name);
  const found =
    skew.length === 0
      ? `all ${then.length} features are read as they were`
      : `${skew.length} of ${then.length} features are read differently`;
  const late =
    since.length === 0
      ? ''
      : `; with what was learnt since, ${named(since)} would be read differently for the same moment`;
  return { skew, note: found + late };
}

/** History that is not kept any more, and sets that can't be found where features come from another store. */
const unreadable = new Set([
  'FEATURE_HISTORY_EXPIRED',
  'FEATURE_SET_NOT_FOUND',
  'FEATURE_SET_CHANGED',
  'FEATURE_VIEW_NOT_FOUND',
]);

/** The same read as the prediction's; of its inputs the set gets those that it reads. `known` as of when events had to be learnt. */
export async function readAgain(
  features: Reads,
  { set, values }: RecordedFeatures,
  { entities, inputs }: ScoreRequest,
  known: 'as of then' | 'as of now',
  call: Call,
): Promise<GetFeaturesResponse> {
  const given = set.inputs.filter(({ name }) => Object.hasOwn(inputs, name));
  const read: GetFeaturesRequest = {
    featureSet: `${set.name}@${set.digest}`,
    rows: [
      { entities, inputs: Object.fromEntries(given.map(({ name }) => [name, inputs[name] ?? noValue])) },
    ],
    features: [],
    asOfEventTime: values.asOf,
    _asOfEventTime: 'asOfEventTime',
  };
  if (known === 'as of then') {
    read.asOfIngestTime = values.asOfIngest;
    read._asOfIngestTime = 'asOfIngestTime';
  }
  return features.GetFeatures(read, call);
}

const noValue = Object.freeze({});

function differing(
  ones: readonly FeatureValue[],
  others: readonly FeatureValue[],
): [FeatureValue, FeatureValue][] {
  const pairs: [FeatureValue, FeatureValue][] = [];
  for (const [place, one] of ones.entries()) {
    const other = others[place];
    if (other !== undefined && !sameFeature(one, other)) pairs.push([one, other]);
  }
  return pairs;
}

function sameFeature(one: FeatureValue, other: FeatureValue): boolean {
  const [a, b] = [one.value, other.value];
  return (
    one.status === other.status &&
    a?.kind === b?.kind &&
    Object.is(a?.number, b?.number) &&
    a?.integer === b?.integer &&
    a?.text === b?.text &&
    a?.flag === b?.flag &&
    sameTime(one.eventTime, other.eventTime) &&
    sameTime(one.ingestTime, other.ingestTime)
  );
}

function sameTime(one: FeatureValue['eventTime'], other: FeatureValue['eventTime']): boolean {
  return one?.seconds === other?.seconds && one?.nanos === other?.nanos;
}

function named(names: readonly string[]): string {
  const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '';
  return names.slice(0, maxNamed).join(', ') + more;
}
