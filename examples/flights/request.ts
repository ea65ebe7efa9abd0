import { DAY_MINUTES, dayOfWeek, minuteOfDay } from './calendar.ts';

/** What a caller knows about a flight: the `request` tensor of both models, in this order. */
export const REQUEST_COLUMNS = ['minute_of_day', 'day_of_week', 'distance'] as const;
export type RequestInputs = Record<(typeof REQUEST_COLUMNS)[number], number>;

/** What the graphs of both models derive from it, in this order. */
export const DERIVED_COLUMNS = [
  'hour_sin',
  'hour_cos',
  'minute_of_day',
  'day_of_week',
  'distance',
  'minute_mod_5',
] as const;

export function requestOf(minute: number, distanceMiles: number): RequestInputs {
  return { minute_of_day: minuteOfDay(minute), day_of_week: dayOfWeek(minute), distance: distanceMiles };
}

/** The clock as a circle, so that 23:59 is next to 00:00: sine and cosine of every minute of the day. */
export function clockTable(): Float32Array {
  const table = new Float32Array(2 * DAY_MINUTES);
  for (let minute = 0; minute < DAY_MINUTES; minute++) {
    const angle = (2 * Math.PI * minute) / DAY_MINUTES;
    table.set([Math.sin(angle), Math.cos(angle)], 2 * minute);
  }
  return table;
}

const CLOCK = clockTable();

/** Writes the derived columns of a request at `at`, equal to the graph's to the bit. */
export function deriveColumns(request: RequestInputs, out: Float32Array, at: number): void {
  const minute = request.minute_of_day;
  const clock = 2 * Math.min(Math.max(Math.trunc(minute), 0), DAY_MINUTES - 1);
  out[at] = CLOCK[clock] ?? 0;
  out[at + 1] = CLOCK[clock + 1] ?? 0;
  out[at + 2] = minute;
  out[at + 3] = request.day_of_week;
  out[at + 4] = request.distance;
  out[at + 5] = minute % 5;
}
