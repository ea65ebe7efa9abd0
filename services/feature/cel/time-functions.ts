import { Failure, type Outcome } from './compiled-part.ts';
import type { Overload } from './functions.ts';

const noTimestamp = new Failure(
  'a text that is no RFC 3339 timestamp of the years 1 to 9999, e.g. 2024-01-15T14:30:45Z',
);
const farTimestamp = new Failure('a timestamp outside of the years 1 to 9999');
const noDuration = new Failure('a text that is no duration, e.g. 1h30m or 90s');

const firstMs = Date.parse('0001-01-01T00:00:00Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

const timestampPattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;
const durationPattern = /^-?(?:[0-9]{1,12}(?:\.[0-9]{1,9})?(?:h|ms|m|s))+$/;
const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** What a field of a timestamp is in UTC; of another zone it is asked of the time that the zone's clocks show. */
export const timestampFields: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - new Date(date).setUTCMonth(0, 1)) / 86_400_000 + 0.5),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

const durationFields: Readonly<Record<string, number>> = {
  getHours: 3_600_000,
  getMinutes: 60_000,
  getSeconds: 1_000,
  getMilliseconds: 1,
};

/** Times are exact to the millisecond; what is finer is cut off. */
export const timeFunctions: Readonly<Record<string, readonly Overload[]>> = {
  timestamp: [
    { args: ['string'], result: 'timestamp', cost: 20, apply: timestampOf },
    {
      args: ['int'],
      result: 'timestamp',
      cost: 2,
      apply: (seconds: bigint) => inYears(Number(seconds) * 1000),
    },
    { args: ['timestamp'], result: 'timestamp', cost: 1, apply: (ms: number) => ms },
  ],
  duration: [
    { args: ['string'], result: 'duration', cost: 20, apply: durationOf },
    { args: ['duration'], result: 'duration', cost: 1, apply: (ms: number) => ms },
  ],
  ...Object.fromEntries(
    Object.entries(timestampFields).map(([name, field]): [string, Overload[]] => {
      const overloads: Overload[] = [
        { args: ['timestamp'], result: 'int', cost: 5, apply: (ms: number) => fieldOf(field, ms) },
      ];
      const unit = durationFields[name];
      if (unit !== undefined)
        overloads.push({
          args: ['duration'],
          result: 'int',
          cost: 2,
          apply: (ms: number) => BigInt(Math.trunc(ms / unit)),
        });
      return [`.${name}`, overloads];
    }),
  ),
};

/** The same field in a zone, as an overload that takes the timestamp only. Undefined if there is no such zone. */
export function zonedField(name: string, timeZone: string): Overload | undefined {
  const field = timestampFields[name];
  if (field === undefined) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return {
    args: ['timestamp'],
    result: 'int',
    cost: 200,
    apply: (ms: number) => {
      const inside = inYears(ms);
      return typeof inside === 'number' ? BigInt(field(new Date(shownBy(format, inside)))) : inside;
    },
  };
}

/** The moment at which clocks in UTC show what those of the zone show at this one. */
function shownBy(format: Intl.DateTimeFormat, ms: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const shown = new Date(0);
  shown.setUTCFullYear(year, month - 1, day);
  return shown.setUTCHours(hour, minute, second, ((ms % 1000) + 1000) % 1000);
}

function fieldOf(field: (date: Date) => number, ms: number): Outcome {
  const inside = inYears(ms);
  return typeof inside === 'number' ? BigInt(field(new Date(inside))) : inside;
}

function timestampOf(text: string): Outcome {
  const parts = timestampPattern.exec(text);
  if (parts === null) return noTimestamp;
  const [, year = 0, month = 0, day = 0] = parts.map(Number);
  // Date.parse takes the 30th of February for the first or second of March.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const ms = Date.parse(text);
  return date.getUTCDate() !== day || Number.isNaN(ms) ? noTimestamp : inYears(ms);
}

function inYears(ms: number): number | Failure {
  return ms >= firstMs && ms <= lastMs ? Math.floor(ms) : farTimestamp;
}

function durationOf(text: string): number | Failure {
  if (text.length > 100 || !durationPattern.test(text)) return noDuration;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(h|ms|m|s)/g))
    ms += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  return Math.trunc(text.startsWith('-') ? -ms : ms);
}
