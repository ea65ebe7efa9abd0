import { headers, type MsgHdrs } from 'nats';
import type { TraceContext } from '../telemetry/span.ts';
import { formatTraceparent } from '../telemetry/traceparent.ts';

/** Headers of a message by name; one value each. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** NATS headers with the trace context in them, in lower case as W3C writes it. */
export function toNatsHeaders(given: MessageHeaders, trace?: TraceContext): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(given)) made.set(name, value);
  const traceparent = trace === undefined ? '' : formatTraceparent(trace);
  if (traceparent !== '') {
    made.set('traceparent', traceparent);
    if (trace?.state) made.set('tracestate', trace.state);
  }
  return made;
}

/** The first value of each header, which is the one that JetStream takes, by its name as it came. */
export function fromNatsHeaders(given: MsgHdrs | undefined): MessageHeaders {
  const plain: Record<string, string> = Object.create(null);
  for (const [name, values] of given ?? []) plain[name] = values[0] ?? '';
  return plain;
}

/** A header by its name in any case: NATS keeps case, and producers of other languages write it as they like. */
export function headerOf(given: MessageHeaders, name: string): string | undefined {
  const exact = given[name];
  if (exact !== undefined) return exact;
  const wanted = name.toLowerCase();
  const found = Object.keys(given).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : given[found];
}

/** The same headers by their names in lower case, for who looks for several. */
export function byLowerName(given: MessageHeaders): MessageHeaders {
  const found: Record<string, string> = Object.create(null);
  for (const name in given) found[name.toLowerCase()] = given[name] ?? '';
  return found;
}
