import type { TraceContext } from '../telemetry/span.ts';

/** Fields of a log line; `trace` becomes trace_id and span_id, `error` is serialised with its cause. No secrets, no personal values. */
export interface LogFields {
  readonly trace?: TraceContext;
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

/** JSON lines on standard error. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Says nothing; for tests and libraries' use. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
