import { isMeshError } from '../errors/mesh-error.ts';
import { codeName } from '../errors/status.ts';
import type { LogFields } from './log.ts';

const maxDepth = 5;
const maxItems = 100;
/** In one line, at all depths together. */
const maxValues = 1000;
const maxChars = 8 * 1024;
const masked = '[masked]';

interface Budget {
  values: number;
}

/** Names of fields whose values are secrets, at any depth: apiKey, access_token, Authorization, password... A vkey is a public key. */
const secretName = /^(?!vkey$).*(?:authorization|password|passwd|secret|token|cookie|credentials?|key)$/i;
/** User and password in an address. */
const secretInAddress = /(\/\/)[^/@\s:]*:[^/@\s]+@/g;
const secretInHeader = /\b(bearer|basic)\s+[a-z0-9._~+/-]{8,}=*/gi;

/** Names of the line itself, which a field must not repeat. */
const reserved = new Set(['level', 'time', 'msg']);

/** The fields as they are written: `trace` as trace_id and span_id, errors with their cause, secrets masked, sizes bounded. Never throws. */
export function cleanFields(fields: LogFields): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const budget: Budget = { values: maxValues };
  const { trace, ...rest } = fields;
  if (trace !== undefined && trace.traceId !== '') {
    line.trace_id = trace.traceId;
    if (trace.spanId !== '') line.span_id = trace.spanId;
  }
  for (const [name, value] of Object.entries(rest)) {
    const key = reserved.has(name) ? `${name}_` : name;
    try {
      line[key] = cleanField(name, value, 0, budget);
    } catch {
      line[key] = '[unreadable]';
    }
  }
  return line;
}

/** Text without addresses' passwords and authorization values, and not too long. */
export function cleanText(text: string): string {
  const short = text.length > maxChars ? `${text.slice(0, maxChars)}... (${text.length} characters)` : text;
  return short.replace(secretInAddress, `$1${masked}@`).replace(secretInHeader, `$1 ${masked}`);
}

function cleanField(name: string, value: unknown, depth: number, budget: Budget): unknown {
  if (secretName.test(name) && value !== undefined && value !== null) return masked;
  return clean(value, depth, budget);
}

function clean(value: unknown, depth: number, budget: Budget): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= maxDepth || --budget.values < 0) return '[more]';
  if (value instanceof Error) return cleanError(value, depth, budget);
  if (value instanceof Map) return clean(Object.fromEntries(value), depth, budget);
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...value];
    const shown = items.slice(0, maxItems).map((item) => clean(item, depth + 1, budget));
    return items.length > maxItems ? [...shown, `... (${items.length} items)`] : shown;
  }
  const entries = Object.entries(value).slice(0, maxItems);
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, cleanField(name, inner, depth + 1, budget)]),
  );
}

/** name, message, reason, code, stack, cause; for several at once also errors. */
function cleanError(error: Error, depth: number, budget: Budget): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  const line: Record<string, unknown> = { name: error.name, message: cleanText(error.message) };
  if (isMeshError(error)) {
    line.reason = error.reason;
    line.code = codeName(error.code);
  } else if (typeof code === 'string' || typeof code === 'number') {
    line.code = code;
  }
  if (error.stack !== undefined) line.stack = cleanText(error.stack);
  if (error.cause !== undefined) line.cause = clean(error.cause, depth + 1, budget);
  if (error instanceof AggregateError) line.errors = clean(error.errors, depth + 1, budget);
  return line;
}
