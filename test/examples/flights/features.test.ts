import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  DAY_MINUTES,
  HOUR_MINUTES,
  minuteOf,
  minuteOfDay,
  unixMsOf,
} from '../../../examples/flights/calendar.ts';
import { createEvaluation } from '../../../examples/flights/evaluation.ts';
import { HISTORY_MINUTES, momentOf } from '../../../examples/flights/events.ts';
import { type Flight, readFlights } from '../../../examples/flights/flights.ts';
import { arrivalMinute, isLate, LONGEST_FLIGHT_MINUTES } from '../../../examples/flights/outcome.ts';
import { DERIVED_COLUMNS } from '../../../examples/flights/request.ts';
import type { Samples } from '../../../examples/flights/training/samples.ts';
import { joinedFlights } from './joined.ts';
import { createOnnxScorer } from './onnx-scorer.ts';

/** Two days of February, which the models were not trained on. */
const FROM = minuteOf('2001-02-13');
const TO = minuteOf('2001-02-15');
const EVERY = 499;

let flights: Flight[];
let samples: Samples;

beforeAll(async () => {
  const fromMinute = FROM - HISTORY_MINUTES - LONGEST_FLIGHT_MINUTES;
  flights = [];
  for await (const batch of readFlights({ fromMinute, beforeMinute: TO })) flights = flights.concat(batch);
  samples = await joinedFlights(FROM, TO);
}, 120_000);

describe('the features of a flight', () => {
  test('are what their definition says, computed from all flights', () => {
    const asked = flights.filter(({ minute }) => minute >= FROM);
    expect(asked).toHaveLength(samples.rows);
    for (let row = 0; row < asked.length; row += EVERY) {
      const at = row * samples.columns + DERIVED_COLUMNS.length;
      const read = samples.values.subarray(at, (row + 1) * samples.columns);
      expect([...read]).toEqual([...Float32Array.from(definition(asked[row]!))]);
    }
  });

  test('reach further back than the data that a replay sends before them', () => {
    const tiles = FORTNIGHT[0] / FORTNIGHT[1];
    const first = (Math.floor(momentOf(TO) / ms(FORTNIGHT[1])) - tiles) * ms(FORTNIGHT[1]);
    expect(first).toBeGreaterThanOrEqual(unixMsOf(TO - HISTORY_MINUTES));
  });

  test('let the champion reach an AUC of 0.82, and the challenger 0.79', async () => {
    for (const [version, least] of [
      [1, 0.82],
      [2, 0.79],
    ] as const) {
      const model = new URL(
        `../../../examples/flights/models/flight_delay/${version}/model.onnx`,
        import.meta.url,
      );
      const scores = await (await createOnnxScorer(await readFile(model)))(samples, 0, samples.rows);
      const evaluation = createEvaluation();
      for (const [row, score] of scores.entries()) evaluation.add(score, samples.labels[row] === 1);
      expect(evaluation.summary().auc).toBeGreaterThan(least);
    }
  });
});

/** A window and its tile, minutes. */
type Window = readonly [number, number];
const HOUR: Window = [HOUR_MINUTES, 5];
const SIX_HOURS: Window = [6 * HOUR_MINUTES, 30];
const FORTNIGHT: Window = [14 * DAY_MINUTES, 6 * HOUR_MINUTES];

function definition({ minute, origin, destination }: Flight): number[] {
  const moment = momentOf(minute);
  const isWithin = (time: number, [window, tile]: Window): boolean =>
    time <= moment && time >= (Math.floor(moment / ms(tile)) - window / tile) * ms(tile);
  const arrived = (window: Window, picks: (flight: Flight) => boolean): Flight[] =>
    flights.filter((flight) => isWithin(unixMsOf(arrivalMinute(flight)), window) && picks(flight));
  const departed = flights.filter(
    (flight) => flight.origin === origin && isWithin(unixMsOf(flight.minute), HOUR),
  );
  const of = (picks: (flight: Flight) => boolean): number[] => [
    lateRate(arrived(HOUR, picks)),
    lateRate(arrived(SIX_HOURS, picks)),
    lateRate(arrived(FORTNIGHT, picks)),
    meanDelay(arrived(HOUR, picks)),
  ];
  const hourOf = (one: number): number => Math.floor(minuteOfDay(one) / HOUR_MINUTES);
  const route = arrived(
    FORTNIGHT,
    (flight) =>
      flight.origin === origin &&
      flight.destination === destination &&
      hourOf(flight.minute) === hourOf(minute),
  );
  return [
    ...of((flight) => flight.origin === origin),
    departed.length,
    ...of((flight) => flight.destination === destination),
    arrived(HOUR, (flight) => flight.destination === destination).length,
    lateRate(route),
    route.length,
    lateRate(arrived(HOUR, () => true)),
  ];
}

function lateRate(some: readonly Flight[]): number {
  return some.filter(isLate).length / some.length;
}

function meanDelay(some: readonly Flight[]): number {
  return some.reduce((sum, { delayMinutes }) => sum + delayMinutes, 0) / some.length;
}

function ms(minutes: number): number {
  return minutes * 60_000;
}
