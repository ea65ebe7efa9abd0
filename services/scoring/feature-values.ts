import type { Timestamp__Output as Timestamp } from '../gen/google/protobuf/Timestamp.ts';
import type { FeatureSet__Output as FeatureSet } from '../gen/scoremesh/feature/v1/FeatureSet.ts';
import type {
  GetFeaturesResponse,
  GetFeaturesResponse__Output,
} from '../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { FeatureStatus__Output } from '../gen/scoremesh/scoring/v1/FeatureStatus.ts';
import type { FeatureValue__Output as FeatureValue } from '../gen/scoremesh/scoring/v1/FeatureValue.ts';
import type { Value__Output as Value } from '../gen/scoremesh/scoring/v1/Value.ts';
import { messageCodec } from '../kit/contract/protos.ts';
import { bytesElements, datatypes } from './datatypes.ts';

/** The values as records keep them. */
export const featuresCodec = messageCodec<GetFeaturesResponse, GetFeaturesResponse__Output>(
  'scoremesh.feature.v1.GetFeaturesResponse',
);

const statuses: readonly FeatureStatus__Output[] = [
  'FEATURE_STATUS_UNSPECIFIED',
  'FEATURE_STATUS_PRESENT',
  'FEATURE_STATUS_NULL_VALUE',
  'FEATURE_STATUS_NOT_FOUND',
  'FEATURE_STATUS_OUTSIDE_MAX_AGE',
];

/** The first row of a columnar reply as one message a feature: for people, not for the hot path. */
export function featureValues(set: FeatureSet, response: GetFeaturesResponse__Output): FeatureValue[] {
  const values: FeatureValue[] = [];
  let place = 0;
  for (const block of response.blocks) {
    const texts = block.datatype === 'BYTES' ? bytesElements(block.data) : [];
    for (let column = 0; column < block.features; column++, place++) {
      const status = statuses[response.statuses[place] ?? 0] ?? 'FEATURE_STATUS_UNSPECIFIED';
      const timeAt = response.timeColumns.readUInt16LE(place * 2) * 8;
      const eventTimeMs = response.eventTimes.readDoubleLE(timeAt);
      const found = status !== 'FEATURE_STATUS_NOT_FOUND';
      values.push({
        name: set.features[place] ?? '',
        status,
        value:
          status === 'FEATURE_STATUS_PRESENT' ? readValue(block.datatype, block.data, column, texts) : null,
        eventTime: found ? timestamp(eventTimeMs) : null,
        ingestTime: found ? timestamp(response.ingestTimes.readDoubleLE(timeAt)) : null,
        ageMs: found ? String(Math.max(0, Math.round(response.asOf - eventTimeMs))) : '0',
      });
    }
  }
  return values;
}

function readValue(datatype: string, data: Buffer, column: number, texts: readonly Buffer[]): Value {
  if (datatype === 'BYTES') return { text: texts[column]?.toString('utf8') ?? '', kind: 'text' };
  const type = datatypes[datatype];
  const read = type?.read(data, column * type.sizeBytes);
  if (datatype === 'BOOL') return { flag: read !== 0, kind: 'flag' };
  if (datatype === 'INT64') return { integer: String(read), kind: 'integer' };
  return { number: Number(read), kind: 'number' };
}

export function timestamp(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) };
}
