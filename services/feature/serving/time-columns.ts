import type { GetFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';

/** Where the times of a feature's value are in an answer: its place among the doubles of `eventTimes` and `ingestTimes`. */
export function timePlaces({
  timeColumns,
}: Pick<GetFeaturesResponse__Output, 'timeColumns'>): (row: number, position: number) => number {
  const columns = new Uint16Array(timeColumns.length / 2);
  for (let position = 0; position < columns.length; position++)
    columns[position] = timeColumns.readUInt16LE(position * 2);
  const width = columns.reduce((most, column) => Math.max(most, column + 1), 0);
  return (row, position) => row * width + (columns[position] ?? 0);
}
