import type { FieldStatus__Output } from '../../gen/feast/serving/FieldStatus.ts';
import type { _feast_serving_GetOnlineFeaturesResponse_FeatureVector__Output as FeatureVector } from '../../gen/feast/serving/GetOnlineFeaturesResponse.ts';
import type { Value__Output as FeastValue } from '../../gen/feast/types/Value.ts';
import type { Timestamp__Output } from '../../gen/google/protobuf/Timestamp.ts';
import type { FeatureBlock__Output } from '../../gen/scoremesh/feature/v1/FeatureBlock.ts';
import type { GetFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { Status } from '../serving/status.ts';
import { timePlaces } from '../serving/time-columns.ts';
import type { Column, Requested } from './requested-features.ts';

const nothing: FeastValue = {};
const noTime: Timestamp__Output = { seconds: '0', nanos: 0 };

/** By our own numbers, which are Feast's. */
const statusNames: readonly FieldStatus__Output[] = [
  'INVALID',
  'PRESENT',
  'NULL_VALUE',
  'NOT_FOUND',
  'OUTSIDE_MAX_AGE',
];

/** A column of the request's entities as it came. */
export function entityVector(values: readonly FeastValue[]): FeatureVector {
  return {
    values: [...values],
    statuses: values.map(() => 'PRESENT'),
    eventTimestamps: values.map(() => noTime),
  };
}

/** One vector for each feature of a read of so many rows. */
export function featureVectors(
  response: GetFeaturesResponse__Output,
  { columns }: Requested,
  rows: number,
): FeatureVector[] {
  const { blocks, statuses } = response;
  const width = columns.length;
  const vectors: FeatureVector[] = [];
  const timestampAt = timestampReader(response, rows);
  for (const block of blocks) {
    const valueAt = blockReader(block);
    for (let place = 0; place < block.features; place++) {
      const position = vectors.length;
      const column = columns[position];
      if (column === undefined) throw new Error(`a read of ${width} features was answered with more`);
      const vector: FeatureVector = { values: [], statuses: [], eventTimestamps: [] };
      for (let row = 0; row < rows; row++) {
        const at = row * width + position;
        const status = statuses[at] ?? 0;
        vector.statuses.push(statusNames[status] ?? 'INVALID');
        vector.eventTimestamps.push(timestampAt(row, position));
        vector.values.push(
          mayHaveValue(column, status) ? value(valueAt(row * block.features + place), status) : nothing,
        );
      }
      vectors.push(vector);
    }
  }
  if (vectors.length !== width)
    throw new Error(`a read of ${width} features was answered with ${vectors.length}`);
  return vectors;
}

function mayHaveValue({ filledWhenAbsent, filledWhenStale }: Column, status: number): boolean {
  if (status === Status.PRESENT) return true;
  return status === Status.OUTSIDE_MAX_AGE ? filledWhenStale : filledWhenAbsent;
}

/** An old value that is served may be null, which a float shows as NaN. */
function value(read: FeastValue, status: number): FeastValue {
  return status !== Status.PRESENT && Number.isNaN(read.floatVal ?? read.doubleVal) ? nothing : read;
}

/** Reads a value by its place in the block. */
function blockReader({ datatype, data }: FeatureBlock__Output): (at: number) => FeastValue {
  switch (datatype) {
    case 'FP32':
      return (at) => ({ floatVal: data.readFloatLE(at * 4), val: 'floatVal' });
    case 'FP64':
      return (at) => ({ doubleVal: data.readDoubleLE(at * 8), val: 'doubleVal' });
    case 'INT64':
      return (at) => ({ int64Val: data.readBigInt64LE(at * 8).toString(), val: 'int64Val' });
    case 'BOOL':
      return (at) => ({ boolVal: data[at] === 1, val: 'boolVal' });
    case 'BYTES': {
      const texts = textsOf(data);
      return (at) => ({ stringVal: texts[at] ?? '', val: 'stringVal' });
    }
    default:
      throw new Error(`no feature is of type ${datatype}`);
  }
}

/** Each stands behind its length. */
function textsOf(data: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < data.length; ) {
    const end = at + 4 + data.readUInt32LE(at);
    texts.push(data.toString('utf8', at + 4, end));
    at = end;
  }
  return texts;
}

/** Reads column by column. Features of one view have the times of one event, so most of a row are those of its column before. */
function timestampReader(
  response: GetFeaturesResponse__Output,
  rows: number,
): (row: number, position: number) => Timestamp__Output {
  const placeOf = timePlaces(response);
  const lastMs = new Float64Array(rows);
  const last: Timestamp__Output[] = new Array(rows).fill(noTime);
  return (row, position) => {
    const timeMs = response.eventTimes.readDoubleLE(placeOf(row, position) * 8);
    const known = last[row];
    if (known !== undefined && lastMs[row] === timeMs) return known;
    const read = timestamp(timeMs);
    lastMs[row] = timeMs;
    last[row] = read;
    return read;
  };
}

/** Of Unix ms, exact to what a double of them can tell. */
function timestamp(timeMs: number): Timestamp__Output {
  const wholeMs = Math.floor(timeMs);
  const seconds = Math.floor(wholeMs / 1000);
  // Taken apart first, because the product of the whole would lose the fraction.
  const nanos = (wholeMs - seconds * 1000) * 1e6 + Math.floor((timeMs - wholeMs) * 1e6);
  return { seconds: String(seconds), nanos };
}
