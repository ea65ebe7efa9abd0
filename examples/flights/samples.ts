import { FEATURE_COUNT } from './feature-set.ts';
import { departureAt, readFlights } from './flights.ts';
import { DERIVED_COLUMNS, deriveColumns, requestOf } from './request.ts';
import { createRolling, isLate } from './rolling.ts';
import type { Matrix } from './training/matrix.ts';

/** What a model sees of a flight: the derived columns of the request, then the feature vector. */
export const SAMPLE_COLUMNS = DERIVED_COLUMNS.length + FEATURE_COUNT;

export interface Samples extends Matrix {
  /** Minute of the departure, row by row. */
  minutes: Int32Array;
}

/**
 * The flights that left before `beforeMinute`, each with what was known when it left. About 270,000 at a time; a
 * million takes about two seconds.
 */
export async function* readSamples(beforeMinute?: number): AsyncGenerator<Samples> {
  const rolling = createRolling();
  for await (const batch of readFlights(beforeMinute)) {
    const samples: Samples = {
      rows: batch.size,
      columns: SAMPLE_COLUMNS,
      values: new Float32Array(batch.size * SAMPLE_COLUMNS),
      labels: new Uint8Array(batch.size),
      minutes: batch.minute.slice(0, batch.size),
    };
    for (let i = 0; i < batch.size; i++) {
      const departure = departureAt(batch, i);
      const at = i * SAMPLE_COLUMNS;
      rolling.advanceTo(departure.minute);
      deriveColumns(requestOf(departure.minute, departure.distanceMiles), samples.values, at);
      rolling.read(departure.origin, departure.destination, samples.values, at + DERIVED_COLUMNS.length);
      samples.labels[i] = isLate(departure.delayMinutes) ? 1 : 0;
      rolling.add(departure);
    }
    yield samples;
  }
}

/** All samples before a minute in one piece, or the first `maxRows` of them. */
export async function collectSamples(
  beforeMinute: number,
  maxRows = Number.POSITIVE_INFINITY,
): Promise<Samples> {
  const batches: Samples[] = [];
  let rows = 0;
  for await (const batch of readSamples(beforeMinute)) {
    batches.push(batch);
    rows = Math.min(rows + batch.rows, maxRows);
    if (rows === maxRows) break;
  }
  const all: Samples = {
    rows,
    columns: SAMPLE_COLUMNS,
    values: new Float32Array(rows * SAMPLE_COLUMNS),
    labels: new Uint8Array(rows),
    minutes: new Int32Array(rows),
  };
  let row = 0;
  for (const batch of batches) {
    const taken = Math.min(batch.rows, rows - row);
    all.values.set(batch.values.subarray(0, taken * SAMPLE_COLUMNS), row * SAMPLE_COLUMNS);
    all.labels.set(batch.labels.subarray(0, taken), row);
    all.minutes.set(batch.minutes.subarray(0, taken), row);
    row += taken;
  }
  return all;
}
