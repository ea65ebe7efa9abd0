import { describe, expect, it } from 'vitest';
import { FeatureStatus, featureColumns } from '../../../gateway/client/feature-columns.ts';

const { NOT_FOUND, NULL_VALUE, OUTSIDE_MAX_AGE, PRESENT } = FeatureStatus;

function bytesOf(
  size: number,
  values: readonly number[],
  write: (data: Buffer, value: number, at: number) => void,
) {
  const data = Buffer.alloc(values.length * size);
  for (const [index, value] of values.entries()) write(data, value, index * size);
  return data;
}

function texts(...values: readonly string[]): Buffer {
  return Buffer.concat(
    values.flatMap((text) => [
      bytesOf(4, [Buffer.byteLength(text)], (data, size) => data.writeUInt32LE(size)),
      Buffer.from(text),
    ]),
  );
}

const doubles = (...values: number[]): Buffer =>
  bytesOf(8, values, (data, value, at) => data.writeDoubleLE(value, at));

/** Two rows of two float32, a text and an int64, b with times of its own. */
function answer(
  statuses: readonly number[],
  eventTimes: readonly number[],
  rowMoments: Buffer = Buffer.alloc(0),
) {
  return {
    digest: '',
    blocks: [
      {
        datatype: 'FP32',
        features: 2,
        data: bytesOf(4, [0.5, Number.NaN, 2, 3], (data, value, at) => data.writeFloatLE(value, at)),
      },
      { datatype: 'BYTES', features: 1, data: texts('', 'Zürich') },
      {
        datatype: 'INT64',
        features: 1,
        data: bytesOf(8, [-1, 7], (data, value, at) => data.writeBigInt64LE(BigInt(value), at)),
      },
    ],
    statuses: Buffer.from(statuses),
    eventTimes: doubles(...eventTimes),
    ingestTimes: doubles(...eventTimes),
    asOf: 1000,
    asOfIngest: 0,
    rowMoments,
    timeColumns: Buffer.from(Uint16Array.of(0, 1, 0, 0).buffer),
  };
}

describe('the columns of an answer', () => {
  const names = ['a', 'b', 'text', 'int'];
  const times = [900, 0, 800, 800];

  it('have the values of each row, and their ages at the moment of the read', () => {
    const columns = featureColumns(answer(new Array(8).fill(PRESENT), times), names);
    expect(columns.map(({ name, datatype }) => `${name} ${datatype}`)).toEqual([
      'a FP32',
      'b FP32',
      'text BYTES',
      'int INT64',
    ]);
    expect(columns.map(({ value }) => [value(0), value(1)])).toEqual([
      [0.5, 2],
      [Number.NaN, 3],
      ['', 'Zürich'],
      [-1n, 7n],
    ]);
    expect(columns.map(({ ageMs }) => [ageMs(0), ageMs(1)])).toEqual([
      [100, 200],
      [undefined, 200],
      [100, 200],
      [100, 200],
    ]);
  });

  it('count ages to the moment of each row where rows have their own', () => {
    const columns = featureColumns(answer(new Array(8).fill(PRESENT), times, doubles(950, 2000)), names);
    expect([columns[0]?.ageMs(0), columns[0]?.ageMs(1)]).toEqual([50, 1200]);
  });

  it('have no value for what is absent or stale, unless the set says so', () => {
    const statuses = [NOT_FOUND, OUTSIDE_MAX_AGE, NULL_VALUE, OUTSIDE_MAX_AGE];
    const response = answer([...statuses, ...statuses], times);
    const valuesOf = (filled?: Parameters<typeof featureColumns>[2]): unknown[] =>
      featureColumns(response, names, filled).map(({ value }) => [value(0), value(1)]);
    expect(valuesOf()).toEqual(new Array(4).fill([null, null]));
    expect(valuesOf({ filledWhenAbsent: [0, 2], filledWhenStale: [1, 3] })).toEqual([
      [0.5, 2],
      // A stale value that is null besides.
      [null, 3],
      ['', 'Zürich'],
      [-1n, 7n],
    ]);
  });
});
