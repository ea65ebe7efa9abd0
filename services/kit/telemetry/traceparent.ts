import type { TraceContext } from './span.ts';

/** https://www.w3.org/TR/trace-context/#tracestate-header: at least this much must be passed on. */
const maxStateChars = 512;
/** Entries longer than this go first when the state is too long, as the specification says. */
const longEntryChars = 128;
const maxStateEntries = 32;

const noTrace = '0'.repeat(32);
const noSpan = '0'.repeat(16);
/** Only a version later than 00 may go on after the flags; ff is no version. */
const form =
  /^(?:00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?)$/;
const stateEntry =
  /^(?:[a-z0-9][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** The caller's context, or undefined where the header is absent or not exactly what the specification allows. */
export function parseTraceparent(
  header: string | undefined,
  state: string | undefined,
): TraceContext | undefined {
  if (header === undefined || !form.test(header)) return undefined;
  const traceId = header.slice(3, 35);
  const spanId = header.slice(36, 52);
  if (traceId === noTrace || spanId === noSpan) return undefined;
  return {
    traceId,
    spanId,
    sampled: (Number.parseInt(header.slice(53, 55), 16) & 1) === 1,
    state: state === undefined || state === '' ? '' : boundTracestate(state),
  };
}

/** The header for the next hop; empty for work that belongs to no trace. */
export function formatTraceparent(context: TraceContext): string {
  if (context.traceId === '' || context.spanId === '') return '';
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`;
}

/** A tracestate fit to be passed on: well formed, at most 512 characters, cut by whole entries. Empty if it is malformed. */
export function boundTracestate(state: string): string {
  if (state.length > maxStateChars * 16) return '';
  let entries = state
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length > maxStateEntries || !entries.every((entry) => stateEntry.test(entry))) return '';
  if (joinedLength(entries) > maxStateChars)
    entries = entries.filter((entry) => entry.length <= longEntryChars);
  while (joinedLength(entries) > maxStateChars) entries.pop();
  return entries.join(',');
}

function joinedLength(entries: readonly string[]): number {
  return entries.reduce((sum, entry) => sum + entry.length + 1, -1);
}
