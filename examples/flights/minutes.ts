import { type FeatureRow, featureRows } from './feature-rows.ts';
import { type EntityKey, FEATURE_COUNT } from './feature-set.ts';
import { departureAt, entitiesOf, readFlights } from './flights.ts';
import { type RequestInputs, requestOf } from './request.ts';
import { createRolling, isLate, outcomeMinute } from './rolling.ts';

/** A flight to be scored, and the truth about it. */
export interface ReplayDeparture {
  /** Row number in the dataset: the identity of the flight. */
  row: number;
  entities: Record<EntityKey, string>;
  inputs: RequestInputs;
  late: boolean;
  /** The minute in which `late` becomes known. */
  outcomeMinute: number;
}

/** One simulated minute: ingest `rows`, then score `departures`. */
export interface ReplayMinute {
  minute: number;
  /** Feature rows as of this minute, one for each entity that its departures read. */
  rows: FeatureRow[];
  departures: ReplayDeparture[];
}

/**
 * Yields every minute from `fromMinute` to before `toMinute`, the empty ones too, so that a caller can deliver outcomes
 * on time. The features are those that the models were trained on. The days before `fromMinute` are read first (about
 * two seconds per million flights); memory holds one row group and 14 days of flights.
 */
export async function* replayMinutes(fromMinute: number, toMinute: number): AsyncGenerator<ReplayMinute> {
  const rolling = createRolling();
  const vector = new Float32Array(FEATURE_COUNT);
  let current = emptyMinute(fromMinute);
  let rows = new Map<string, FeatureRow>();

  function* finish(before: number): Generator<ReplayMinute> {
    while (current.minute < before) {
      yield { ...current, rows: [...rows.values()] };
      current = emptyMinute(current.minute + 1);
      rows = new Map();
    }
  }

  for await (const batch of readFlights(toMinute)) {
    for (let i = 0; i < batch.size; i++) {
      const departure = departureAt(batch, i);
      const { minute, distanceMiles } = departure;
      yield* finish(minute);
      rolling.advanceTo(minute);
      if (minute >= fromMinute) {
        const entities = entitiesOf(batch.airports, departure);
        rolling.read(departure.origin, departure.destination, vector);
        for (const row of featureRows(vector, entities)) rows.set(JSON.stringify([row.view, row.keys]), row);
        current.departures.push({
          row: batch.row[i] ?? -1,
          entities,
          inputs: requestOf(minute, distanceMiles),
          late: isLate(departure.delayMinutes),
          outcomeMinute: outcomeMinute(departure),
        });
      }
      rolling.add(departure);
    }
  }
  yield* finish(toMinute);
}

function emptyMinute(minute: number): ReplayMinute {
  return { minute, rows: [], departures: [] };
}
