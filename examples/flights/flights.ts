import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ParquetScan, parquetMetadataAsync, parquetScan } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DAY_MINUTES, HOUR_MINUTES, minuteOfDay } from './calendar.ts';
import type { EntityKey } from './feature-set.ts';
import type { Departure } from './rolling.ts';

/** SHA-256 of `data/flights-3m.parquet` in vega-datasets 3.2.1. */
export const FLIGHTS_SHA256 = 'dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0';

/** Before this hour a few flights (0.6 %) carry the date of the day before: the delay moved them past midnight. */
const FIRST_MINUTE_OF_DAY = 4 * HOUR_MINUTES;
/** Three rows claim to have arrived more than an hour and a half early; they are typing errors. */
const MIN_DELAY_MINUTES = -90;
/** Minutes from 1970-01-01 to 2001-01-01. */
const EPOCH_OFFSET_MINUTES = 11_323 * DAY_MINUTES;
const MICROS_PER_MINUTE = 60_000_000;

/** Flights in columns, in the order of their departure. Row i of every column is one flight. */
export interface FlightBatch {
  size: number;
  /** Row number in the file: with it even exact duplicates have an identity. */
  row: Int32Array;
  /** Actual departure, minutes since 2001-01-01 on the origin's local clock. */
  minute: Int32Array;
  /** Index into `airports`. */
  origin: Uint16Array;
  destination: Uint16Array;
  distanceMiles: Uint16Array;
  /** Arrival delay in minutes; negative is early. */
  delayMinutes: Int16Array;
  /** IATA codes by index, in the order of first appearance. Shared by all batches of one reading; it only grows. */
  airports: readonly string[];
}

/** Where the dataset is installed. Throws if vega-datasets is not. */
export function findFlightsFile(): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  return join(dirname(dirname(entry)), 'data', 'flights-3m.parquet');
}

/**
 * Reads the cleaned flights with a departure before `beforeMinute`, one row group (about 270,000 flights) at a time.
 * A row group costs about 0.3 s. Throws before the first batch if the file is not the one that this example describes.
 */
export async function* readFlights(
  beforeMinute = Number.POSITIVE_INFINITY,
  path = findFlightsFile(),
): AsyncGenerator<FlightBatch> {
  const scan = await openScan(path, beforeMinute);
  const airports: string[] = [];
  const indexes = new Map<string, number>();
  const indexOf = (airport: unknown): number => {
    const code = String(airport);
    const known = indexes.get(code);
    if (known !== undefined) return known;
    indexes.set(code, airports.length);
    return airports.push(code) - 1;
  };

  for (const { rowStart, rowEnd } of scan.ranges) {
    const [minutes, delays, distances, origins, destinations] = await Promise.all(
      ['date', 'delay', 'distance', 'origin', 'destination'].map((column) =>
        scan.readColumn({ column, rowStart, rowEnd }),
      ),
    );
    if (!minutes || !delays || !distances || !origins || !destinations) {
      throw new Error(`${path} lacks a column`);
    }
    const batch = allocate(minutes.length, airports);
    for (let i = 0; i < minutes.length; i++) {
      const minute = Number(minutes[i]);
      const delay = Number(delays[i]);
      if (minute >= beforeMinute) break;
      if (minuteOfDay(minute) < FIRST_MINUTE_OF_DAY || delay < MIN_DELAY_MINUTES) continue;
      const at = batch.size++;
      batch.row[at] = rowStart + i;
      batch.minute[at] = minute;
      batch.origin[at] = indexOf(origins[i]);
      batch.destination[at] = indexOf(destinations[i]);
      batch.distanceMiles[at] = Number(distances[i]);
      batch.delayMinutes[at] = delay;
    }
    yield batch;
  }
}

/** One flight of a batch as an object of its own. */
export function departureAt(batch: FlightBatch, i: number): Departure {
  const { minute, origin, destination, distanceMiles, delayMinutes } = batch;
  return {
    minute: minute[i] ?? 0,
    origin: origin[i] ?? 0,
    destination: destination[i] ?? 0,
    distanceMiles: distanceMiles[i] ?? 0,
    delayMinutes: delayMinutes[i] ?? 0,
  };
}

/** The IATA codes of the airports of a departure. */
export function entitiesOf(
  airports: readonly string[],
  departure: Pick<Departure, EntityKey>,
): Record<EntityKey, string> {
  return { origin: airports[departure.origin] ?? '', destination: airports[departure.destination] ?? '' };
}

async function openScan(path: string, beforeMinute: number): Promise<ParquetScan> {
  const bytes = await readFile(path);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== FLIGHTS_SHA256) {
    throw new Error(
      `${path} has SHA-256 ${digest}, expected ${FLIGHTS_SHA256}: install vega-datasets 3.2.1 (npm ci) and try again`,
    );
  }
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  // Dates are wall-clock microseconds without a zone; as minutes they need no Date object per row.
  const parsers = {
    timestampFromMicroseconds: (micros: bigint) => Number(micros) / MICROS_PER_MINUTE - EPOCH_OFFSET_MINUTES,
  };
  const metadata = await parquetMetadataAsync(file, { parsers });
  const pruningFilter = { date: { $lt: beforeMinute } };
  return parquetScan({ file, metadata, compressors, parsers, pruningFilter });
}

function allocate(rows: number, airports: readonly string[]): FlightBatch {
  return {
    size: 0,
    row: new Int32Array(rows),
    minute: new Int32Array(rows),
    origin: new Uint16Array(rows),
    destination: new Uint16Array(rows),
    distanceMiles: new Uint16Array(rows),
    delayMinutes: new Int16Array(rows),
    airports,
  };
}
