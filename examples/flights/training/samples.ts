import type { MeshClient } from '../../../gateway/client/client.ts';
import type { BuildTrainingSetRequest } from '../../../services/gen/scoremesh/feature/v1/BuildTrainingSetRequest.ts';
import type { EntityRow } from '../../../services/gen/scoremesh/feature/v1/EntityRow.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { momentOf } from '../events.ts';
import { type Flight, type FlightRange, readFlights } from '../flights.ts';
import { isLate } from '../outcome.ts';
import { DERIVED_COLUMNS, deriveColumns, requestOf } from '../request.ts';
import type { Matrix } from './matrix.ts';

/** What a model sees of flights, row by row: the derived columns of the request, then the features of the set. */
export interface Samples extends Matrix {
  /** Minute of the departure, row by row. */
  minutes: Int32Array;
}

/** Rows of one message: far below any limit of messages. */
const BATCH = 4000;
const NO_SAMPLES: Samples = {
  rows: 0,
  columns: 0,
  values: new Float32Array(),
  labels: new Uint8Array(),
  minutes: new Int32Array(),
};

/**
 * The flights that left in a range, each with the features that the mesh says were known just before it left, in batches of a few
 * thousand. The mesh must have the events already. Throws a MeshError.
 */
export async function* joinSamples(
  mesh: Pick<MeshClient, 'features'>,
  featureSet: string,
  range: FlightRange,
): AsyncGenerator<Samples> {
  const sent: Flight[][] = [];
  async function* requests(): AsyncGenerator<BuildTrainingSetRequest> {
    for await (const flights of readFlights(range)) {
      for (let at = 0; at < flights.length; at += BATCH) {
        const batch = flights.slice(at, at + BATCH);
        sent.push(batch);
        yield { batch: { featureSet, rows: batch.map(rowOf) } };
      }
    }
  }
  for await (const { batch } of mesh.features.BuildTrainingSet(requests())) {
    const flights = sent.shift();
    if (batch === null || flights === undefined)
      throw new Error('the mesh sent a batch that was not asked for');
    yield samplesOf(flights, featuresOf(batch));
  }
}

/** All batches in one piece. */
export async function collectSamples(batches: AsyncIterable<Samples>): Promise<Samples> {
  const collected: Samples[] = [];
  for await (const batch of batches) collected.push(batch);
  const { columns } = collected[0] ?? NO_SAMPLES;
  const rows = collected.reduce((sum, batch) => sum + batch.rows, 0);
  const all: Samples = {
    rows,
    columns,
    values: new Float32Array(rows * columns),
    labels: new Uint8Array(rows),
    minutes: new Int32Array(rows),
  };
  let row = 0;
  for (const batch of collected) {
    all.values.set(batch.values, row * columns);
    all.labels.set(batch.labels, row);
    all.minutes.set(batch.minutes, row);
    row += batch.rows;
  }
  return all;
}

function rowOf({ minute, origin, destination, distanceMiles }: Flight): EntityRow {
  const { minute_of_day: number } = requestOf(minute, distanceMiles);
  return {
    entities: { origin, destination },
    inputs: { minute_of_day: { number } },
    asOfEventTime: momentOf(minute),
  };
}

function samplesOf(flights: readonly Flight[], features: Float32Array): Samples {
  const rows = flights.length;
  const width = features.length / rows;
  const columns = DERIVED_COLUMNS.length + width;
  const values = new Float32Array(rows * columns);
  for (const [row, { minute, distanceMiles }] of flights.entries()) {
    deriveColumns(requestOf(minute, distanceMiles), values, row * columns);
    values.set(features.subarray(row * width, (row + 1) * width), row * columns + DERIVED_COLUMNS.length);
  }
  return {
    rows,
    columns,
    values,
    labels: Uint8Array.from(flights, (flight) => (isLate(flight) ? 1 : 0)),
    minutes: Int32Array.from(flights, ({ minute }) => minute),
  };
}

/** The features of a reply, row after row. All of the example's are float32, which make one block. */
function featuresOf({ blocks }: GetFeaturesResponse): Float32Array {
  const [block] = blocks;
  if (block?.datatype !== 'FP32' || blocks.length > 1) throw new Error('the features are not all float32');
  return new Float32Array(Uint8Array.from(block.data).buffer);
}
