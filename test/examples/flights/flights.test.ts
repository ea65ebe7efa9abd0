import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  dayOfWeek,
  localTimeOf,
  minuteOf,
  minuteOfDay,
  monthOf,
  monthStart,
  unixMsOf,
} from '../../../examples/flights/calendar.ts';
import { FLIGHTS_SHA256, readFlights } from '../../../examples/flights/flights.ts';

describe('the flights reader', () => {
  test('flights come in the order of departure, cleaned, each with its own row number', async () => {
    const rows = new Set<number>();
    let [count, last] = [0, 0];
    for await (const flights of readFlights({ beforeMinute: minuteOf('2001-01-08') })) {
      for (const { row, minute, delayMinutes, origin } of flights) {
        if (minute < last) throw new Error(`row ${row} goes back in time`);
        if (minuteOfDay(minute) < 240 || delayMinutes < -90) throw new Error(`row ${row} is dirty`);
        if (!/^[A-Z]{3}$/.test(origin)) throw new Error(`row ${row} has no origin`);
        last = minute;
        rows.add(row);
        count += 1;
      }
    }
    expect(count).toBe(112_736);
    expect(rows.size).toBe(count);
    expect(localTimeOf(last)).toBe('2001-01-07T23:59');
  });

  test('a range gives the flights that left in it', async () => {
    const [fromMinute, beforeMinute] = [minuteOf('2001-02-01T12:00'), minuteOf('2001-02-01T12:10')];
    const minutes: number[] = [];
    for await (const flights of readFlights({ fromMinute, beforeMinute }))
      minutes.push(...flights.map(({ minute }) => minute));
    expect(minutes).toHaveLength(193);
    expect([minutes.at(0), minutes.at(-1)]).toEqual([fromMinute, beforeMinute - 1]);
  });

  test('another file is refused before its first flight, naming both digests', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flights-'));
    const path = join(folder, 'flights-3m.parquet');
    await writeFile(path, 'not the flights');
    try {
      await expect(readFlights({ path }).next()).rejects.toThrow(
        `expected ${FLIGHTS_SHA256}: install vega-datasets 3.2.1`,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the calendar', () => {
  test('minute 0 is Monday, 1 January 2001, and local times survive the round trip', () => {
    expect(minuteOf('2001-01-01')).toBe(0);
    expect(dayOfWeek(0)).toBe(1);
    expect(dayOfWeek(minuteOf('2001-07-01') - 1)).toBe(6);
    expect(localTimeOf(minuteOf('2001-02-01T12:34'))).toBe('2001-02-01T12:34');
    expect(unixMsOf(minuteOf('2001-02-01T12:34'))).toBe(Date.parse('2001-02-01T12:34Z'));
    expect(monthOf(monthStart(2))).toBe(2);
    expect(monthOf(monthStart(2) - 1)).toBe(1);
  });

  test('what is no date is named', () => {
    expect(() => minuteOf('soon')).toThrow('"soon" is not a date');
  });
});
