/**
 * Time in this example is one integer: whole minutes since 2001-01-01 00:00 on the local clock of the departing
 * airport, which is the only clock the data has. 2001-01-01 was a Monday.
 */
const EPOCH_MS = Date.UTC(2001, 0, 1);
const MINUTE_MS = 60_000;

export const HOUR_MINUTES = 60;
export const DAY_MINUTES = 24 * HOUR_MINUTES;

/** The minute of a local date such as `2001-02-01` or `2001-02-01T12:00`. Throws on anything else. */
export function minuteOf(localTime: string): number {
  const ms = Date.parse(localTime.length === 10 ? `${localTime}T00:00Z` : `${localTime}Z`);
  if (Number.isNaN(ms))
    throw new Error(`"${localTime}" is not a date such as 2001-02-01 or 2001-02-01T12:00`);
  return Math.floor((ms - EPOCH_MS) / MINUTE_MS);
}

/** The local time of a minute, as `2001-02-01T12:00`. */
export function localTimeOf(minute: number): string {
  return new Date(unixMsOf(minute)).toISOString().slice(0, 16);
}

/** The first minute of a month of 2001; 1 is January and 13 is January of 2002. */
export function monthStart(month: number): number {
  return Math.floor((Date.UTC(2001, month - 1, 1) - EPOCH_MS) / MINUTE_MS);
}

/** The month, 1 to 12, that a minute falls in. */
export function monthOf(minute: number): number {
  return new Date(unixMsOf(minute)).getUTCMonth() + 1;
}

/** When a minute begins, Unix ms, as if the local clock were UTC. */
export function unixMsOf(minute: number): number {
  return EPOCH_MS + minute * MINUTE_MS;
}

/** 0 at midnight to 1439. */
export function minuteOfDay(minute: number): number {
  return minute % DAY_MINUTES;
}

/** 1 for Monday to 7 for Sunday. */
export function dayOfWeek(minute: number): number {
  return (Math.floor(minute / DAY_MINUTES) % 7) + 1;
}
