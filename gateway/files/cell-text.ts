import type { Cell, ColumnType, TimeUnit } from './table.ts';

/** What a date can be, before and after 1970. */
export const maxTimeMs = 8.64e15;
const msPerDay = 86_400_000;
const perMs: Readonly<Record<TimeUnit, bigint>> = { ms: 1n, us: 1_000n, ns: 1_000_000n };
const digitsBelowMs: Readonly<Record<TimeUnit, number>> = { ms: 0, us: 3, ns: 6 };

/** A cell as text that names it exactly: times as ISO 8601 in UTC if dates go so far, integers with all digits. Null stays null. */
export function cellText(cell: Cell, type: ColumnType | undefined): string | null {
  if (cell === null) return null;
  const ms = cellMs(cell, type);
  if (ms === undefined || Math.abs(ms) > maxTimeMs) return String(cell);
  const unit = unitOf(type);
  return typeof cell === 'bigint' && unit !== undefined
    ? timestampText(cell, unit)
    : new Date(ms).toISOString().slice(0, 10);
}

/** Unix ms of a cell of a column of times; undefined for cells of other columns. */
export function cellMs(cell: Cell, type: ColumnType | undefined): number | undefined {
  if (type === 'date' && typeof cell === 'number') return cell * msPerDay;
  const unit = unitOf(type);
  if (unit === undefined || typeof cell !== 'bigint') return undefined;
  const whole = cell / perMs[unit];
  return Number(whole) + Number(cell - whole * perMs[unit]) / Number(perMs[unit]);
}

function unitOf(type: ColumnType | undefined): TimeUnit | undefined {
  return type?.startsWith('timestamp ') ? (type.slice(-2) as TimeUnit) : undefined;
}

function timestampText(value: bigint, unit: TimeUnit): string {
  const parts = perMs[unit];
  const below = ((value % parts) + parts) % parts;
  const iso = new Date(Number((value - below) / parts)).toISOString();
  if (below === 0n) return iso;
  return `${iso.slice(0, -1)}${String(below).padStart(digitsBelowMs[unit], '0')}Z`;
}

const isoTime =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/i;
const unixMs = /^-?\d{1,16}(?:\.\d{1,9})?$/;

/** Unix ms of a time as files have it: ISO 8601, of which one without a zone is taken for UTC, or Unix ms. Undefined for anything else. */
export function timeOfText(text: string): number | undefined {
  if (unixMs.test(text)) return Number(text);
  const [, day, time = '00:00', fraction = '', zone = 'Z'] = isoTime.exec(text) ?? [];
  if (day === undefined || (fraction !== '' && time.length === 5)) return undefined;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const wholeMs = Date.parse(`${day}T${time}${offset.toUpperCase()}`);
  // Date.parse takes the 31st of every month for a day of the next.
  const dayMs = Date.parse(`${day}T00:00Z`);
  if (Number.isNaN(wholeMs) || Number.isNaN(dayMs)) return undefined;
  if (!new Date(dayMs).toISOString().startsWith(day)) return undefined;
  return fraction === '' ? wholeMs : wholeMs + Number(`0.${fraction}`) * 1000;
}
