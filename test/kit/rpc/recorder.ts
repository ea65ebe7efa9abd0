import { untraced } from '../../../services/kit/contract/call.ts';
import type { Log, LogFields } from '../../../services/kit/log/log.ts';
import type { Instruments } from '../../../services/kit/rpc/instruments.ts';
import type { Span, Tracer } from '../../../services/kit/telemetry/span.ts';
import { parseTraceparent } from '../../../services/kit/telemetry/traceparent.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** Instruments whose log lines, spans and request counts can be looked at. */
export interface Recorder {
  readonly instruments: Instruments;
  readonly log: Log;
  readonly lines: readonly LogLine[];
  readonly spans: readonly Span[];
  /** Requests by "method code model placement". */
  readonly served: ReadonlyMap<string, number>;
}

export function createRecorder(): Recorder {
  const lines: LogLine[] = [];
  const spans: Span[] = [];
  const served = new Map<string, number>();
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields });
    };
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  let ids = 0;
  const tracer: Tracer = {
    enter: (traceparent, tracestate) => parseTraceparent(traceparent, tracestate) ?? untraced,
    start: (name, kind, parent) =>
      parent.sampled
        ? {
            traceId: parent.traceId,
            spanId: (++ids).toString(16).padStart(16, '0'),
            sampled: true,
            state: parent.state,
            name,
            kind,
            parentSpanId: parent.spanId,
            startedAt: performance.now(),
            attributes: {},
            links: undefined,
            endedAt: 0,
            error: undefined,
          }
        : undefined,
    end: (span, error) => {
      span.endedAt = performance.now();
      span.error = error?.message;
      spans.push(span);
    },
  };
  return {
    log,
    lines,
    spans,
    served,
    instruments: {
      tracer,
      log,
      served: (...labels) => {
        const key = labels.join(' ');
        return { observe: () => served.set(key, (served.get(key) ?? 0) + 1) };
      },
    },
  };
}
