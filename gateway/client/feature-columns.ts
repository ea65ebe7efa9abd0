import type { FeatureSet__Output as FeatureSet } from '../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';

export type FeatureValue = number | bigint | boolean | string;

/** Numbers of scoremesh.scoring.v1.FeatureStatus. */
export const FeatureStatus = { PRESENT: 1, NULL_VALUE: 2, NOT_FOUND: 3, OUTSIDE_MAX_AGE: 4 } as const;

/** One feature of all rows of an answer, laid over its bytes: nothing is copied. */
export interface FeatureColumn {
  readonly name: string;
  /** FP32, FP64, INT64, BOOL or BYTES. */
  readonly datatype: string;
  /** The value that a model would get; null if there is none. INT64 is a bigint. */
  value(row: number): FeatureValue | null;
  /** A number of FeatureStatus. */
  status(row: number): number;
  /** Unix ms; 0 if there is none. */
  eventTime(row: number): number;
  /** From the event to the row's moment; undefined if there is none. */
  ageMs(row: number): number | undefined;
}

/** Which features have a value although they are absent or stale: those of a set that say so. */
export type Filled = Pick<FeatureSet, 'filledWhenAbsent' | 'filledWhenStale'>;

const noneFilled: Filled = { filledWhenAbsent: [], filledWhenStale: [] };

/** The columns of an answer to a request for these features, in their order. */
export function featureColumns(
  response: GetFeaturesResponse,
  names: readonly string[],
  { filledWhenAbsent, filledWhenStale }: Filled = noneFilled,
): FeatureColumn[] {
  const { blocks, statuses, eventTimes, timeColumns, rowMoments, asOf } = response;
  const width = names.length;
  const times = statuses.length === 0 ? 0 : (eventTimes.length / 8 / statuses.length) * width;
  const columns: FeatureColumn[] = [];
  for (const { datatype, data, features } of blocks) {
    const read = reader(datatype, data);
    for (let place = 0; place < features; place++) {
      const position = columns.length;
      const absentHasValue = filledWhenAbsent.includes(position);
      const staleHasValue = filledWhenStale.includes(position);
      const status = (row: number): number => statuses[row * width + position] ?? 0;
      const timeColumn = timeColumns.readUInt16LE(position * 2);
      const eventTime = (row: number): number => eventTimes.readDoubleLE((row * times + timeColumn) * 8);
      columns.push({
        name: names[position] ?? '',
        datatype,
        value: (row) => {
          const found = status(row);
          const isStale = found === FeatureStatus.OUTSIDE_MAX_AGE;
          if (found !== FeatureStatus.PRESENT && !(isStale ? staleHasValue : absentHasValue)) return null;
          const value = read(row * features + place);
          // What is stale may be null besides.
          return isStale && Number.isNaN(value) ? null : value;
        },
        status,
        eventTime,
        ageMs: (row) => {
          const at = eventTime(row);
          if (at === 0) return undefined;
          return (rowMoments.length === 0 ? asOf : rowMoments.readDoubleLE(row * 8)) - at;
        },
      });
    }
  }
  return columns;
}

function reader(datatype: string, data: Buffer): (index: number) => FeatureValue {
  switch (datatype) {
    case 'FP32':
      return (index) => data.readFloatLE(index * 4);
    case 'FP64':
      return (index) => data.readDoubleLE(index * 8);
    case 'INT64':
      return (index) => data.readBigInt64LE(index * 8);
    case 'BOOL':
      return (index) => data[index] === 1;
    default: {
      const starts = textStarts(data);
      return (index) => {
        const start = starts[index] ?? 0;
        return data.toString('utf8', start, start + data.readUInt32LE(start - 4));
      };
    }
  }
}

/** Where each text begins, behind its length. */
function textStarts(data: Buffer): number[] {
  const starts: number[] = [];
  for (let offset = 0; offset < data.length; offset += data.readUInt32LE(offset) + 4) starts.push(offset + 4);
  return starts;
}
