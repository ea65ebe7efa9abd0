const isoForm = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?(Z|z|[+-]\d{2}:?\d{2})$/;
const numberForm = /^-?\d{1,16}(?:\.\d{1,9})?$/;

/**
 * Unix ms of a moment that is Unix ms (a number or its text) or ISO 8601 with its zone, down to what a double holds of nanoseconds.
 * Undefined for anything else, so also for a local time.
 */
export function eventMoment(given: unknown): number | undefined {
  if (typeof given === 'number') return given;
  if (typeof given !== 'string') return undefined;
  if (numberForm.test(given)) return Number(given);
  const [, date, time = '', fraction = '', zone = ''] = isoForm.exec(given) ?? [];
  if (date === undefined || (fraction !== '' && time.length === 5)) return undefined;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const wholeMs = Date.parse(`${date}T${time}${offset}`);
  if (Number.isNaN(wholeMs) || !isDay(date)) return undefined;
  return fraction === '' ? wholeMs : wholeMs + Number(`0.${fraction}`) * 1000;
}

/** Date.parse takes the 31st of every month for a day of the next. */
function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
