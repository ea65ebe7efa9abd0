import { type FeatureRow, featureRows } from './feature-rows.ts';
import { FEATURE_COUNT } from './feature-set.ts';
import { departureAt, entitiesOf, readFlights } from './flights.ts';
import { createRolling } from './rolling.ts';

/** A busy Thursday noon, the first day after the training data. */
export const SNAPSHOT_TIME = '2001-02-01T12:00';
export const SNAPSHOT_ROUTES = 500;

/**
 * The rows of every airport, of the system, and of the `maxRoutes` routes with most history, as of a minute: what a
 * fresh mesh needs to answer with real values. Reads all flights before that minute.
 */
export async function readSnapshot(minute: number, maxRoutes: number): Promise<FeatureRow[]> {
  const rolling = createRolling();
  const routes = new Map<string, { origin: number; destination: number }>();
  let airports: readonly string[] = [];
  for await (const batch of readFlights(minute)) {
    airports = batch.airports;
    for (let i = 0; i < batch.size; i++) {
      const departure = departureAt(batch, i);
      rolling.advanceTo(departure.minute);
      rolling.add(departure);
      routes.set(`${departure.origin} ${departure.destination}`, departure);
    }
  }
  rolling.advanceTo(minute);

  const vector = new Float32Array(FEATURE_COUNT);
  const rowsOf = (pair: { origin: number; destination: number }): FeatureRow[] => {
    rolling.read(pair.origin, pair.destination, vector);
    return featureRows(vector, entitiesOf(airports, pair));
  };
  const byAirport = airports.flatMap((_, airport) => rowsOf({ origin: airport, destination: airport }));
  const byRoute = [...routes.values()].flatMap(rowsOf).filter((row) => row.view === 'route_delays');
  byRoute.sort(
    (a, b) => (b.values.flights_14d ?? 0) - (a.values.flights_14d ?? 0) || keyOf(a).localeCompare(keyOf(b)),
  );
  const ofView = (view: string): FeatureRow[] =>
    byAirport.filter((row) => row.view === view).sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  return [
    ...ofView('system_delays').slice(0, 1),
    ...ofView('origin_delays'),
    ...ofView('destination_delays'),
    ...byRoute.slice(0, maxRoutes),
  ];
}

/** One row per line; numbers as the shortest decimals that are the same float32. */
export function formatSnapshot(rows: readonly FeatureRow[]): string {
  return rows
    .map((row) => {
      const values = Object.entries(row.values).map(([name, value]) => [
        name,
        value === null ? null : shortest(value),
      ]);
      return `${JSON.stringify({ ...row, values: Object.fromEntries(values) })}\n`;
    })
    .join('');
}

function shortest(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

function keyOf(row: FeatureRow): string {
  return Object.values(row.keys).join(' ');
}
