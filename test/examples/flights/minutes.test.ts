import { beforeAll, describe, expect, test } from 'vitest';
import { minuteOf } from '../../../examples/flights/calendar.ts';
import { FEATURE_NAMES } from '../../../examples/flights/feature-set.ts';
import { type ReplayMinute, replayMinutes } from '../../../examples/flights/minutes.ts';
import { DERIVED_COLUMNS } from '../../../examples/flights/request.ts';
import { collectSamples, type Samples } from '../../../examples/flights/samples.ts';

const FROM = minuteOf('2001-01-03T11:30');
const TO = minuteOf('2001-01-03T13:00');

let minutes: ReplayMinute[];
let samples: Samples;

beforeAll(async () => {
  minutes = [];
  for await (const minute of replayMinutes(FROM, TO)) minutes.push(minute);
  samples = await collectSamples(TO);
}, 60_000);

describe('the replay', () => {
  test('every minute of the window comes once, in order', () => {
    expect(minutes.map(({ minute }) => minute)).toEqual(
      Array.from({ length: TO - FROM }, (_, i) => FROM + i),
    );
  });

  test('minutes in which nobody departs come too', async () => {
    const night: ReplayMinute[] = [];
    for await (const minute of replayMinutes(0, 300)) night.push(minute);
    expect(night).toHaveLength(300);
    expect(night.every(({ rows, departures }) => rows.length === 0 && departures.length === 0)).toBe(true);
  });

  test('each departure finds in the rows of its minute the very features that training saw', () => {
    let sample = samples.minutes.findIndex((minute) => minute >= FROM);
    for (const { minute, rows, departures } of minutes) {
      for (const { entities, inputs, late } of departures) {
        const at = sample * samples.columns;
        const features = FEATURE_NAMES.map((name) => {
          const [view, feature] = name.split('.') as [string, string];
          const found = rows.filter(
            (row) =>
              row.view === view &&
              Object.entries(row.keys).every(
                ([key, value]) => entities[key as 'origin' | 'destination'] === value,
              ),
          );
          expect(found).toHaveLength(1);
          return found[0]!.values[feature] ?? Number.NaN;
        });
        expect(features).toEqual(
          Array.from(samples.values.subarray(at + DERIVED_COLUMNS.length, at + samples.columns)),
        );
        expect(Object.values(inputs)).toEqual(Array.from(samples.values.subarray(at + 2, at + 5)));
        expect(late).toBe(samples.labels[sample] === 1);
        expect(samples.minutes[sample]).toBe(minute);
        sample += 1;
      }
    }
    expect(sample).toBe(samples.rows);
  });

  test('a row is ingested only if a departure of its minute reads it', () => {
    for (const { rows, departures } of minutes) {
      const read = new Set(
        departures.flatMap(({ entities: { origin, destination } }) => [
          `origin_delays ${origin}`,
          `destination_delays ${destination}`,
          `route_delays ${origin} ${destination}`,
          'system_delays',
        ]),
      );
      expect(new Set(rows.map((row) => [row.view, ...Object.values(row.keys)].join(' ')))).toEqual(read);
      expect(rows).toHaveLength(read.size);
    }
  });

  test('an outcome comes at least half an hour after its departure', () => {
    const departures = minutes.flatMap(({ minute, departures: some }) =>
      some.map((one) => one.outcomeMinute - minute),
    );
    expect(departures.length).toBeGreaterThan(1000);
    expect(Math.min(...departures)).toBeGreaterThanOrEqual(30);
  });
});
