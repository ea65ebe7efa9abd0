import type { Closers } from '../lifecycle/closers.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from './metrics.ts';
import { createSampler } from './sampler.ts';
import type { Span, Tracer } from './span.ts';
import { createSpanExporter } from './span-exporter.ts';
import { createSpanSender } from './span-sender.ts';
import { createTraceIds } from './trace-ids.ts';
import { parseTraceparent } from './traceparent.ts';
import type { TracingConfig } from './tracing-config.ts';

/**
 * The tracer of a process. The sampling decision is made once, in `enter`. Without an exporter nothing is sampled: a caller's
 * context is passed on as it came, and new work still gets a trace id, for the log and the records. Closing exports what is queued.
 */
export function createTracer(
  config: TracingConfig,
  deps: { readonly log: Log; readonly metrics: Metrics },
  closers: Closers,
): Tracer {
  for (const warning of config.warnings) deps.log.warn(warning);
  const ids = createTraceIds();
  const sample = createSampler(config.sampler);
  const exporter = createSpanExporter(config, deps);
  const sender =
    exporter === undefined ? undefined : createSpanSender(config.batch, { ...deps, exporter }, closers);

  return {
    enter: (traceparent, tracestate) => {
      const caller = parseTraceparent(traceparent, tracestate);
      if (caller !== undefined) {
        if (sender === undefined) return caller;
        const sampled = sample(caller.traceId, caller.sampled);
        return sampled === caller.sampled ? caller : { ...caller, sampled };
      }
      const traceId = ids.traceId();
      const sampled = sender !== undefined && sample(traceId, undefined);
      // The first span of a sampled trace is its root; an unsampled one has no spans, but what it calls wants a parent's id.
      return { traceId, spanId: sampled ? '' : ids.spanId(), sampled, state: '' };
    },

    start: (name, kind, parent, startedAt = performance.now()) => {
      if (sender === undefined || !parent.sampled) return undefined;
      const span: Span = {
        traceId: parent.traceId,
        spanId: ids.spanId(),
        sampled: true,
        state: parent.state,
        name,
        kind,
        parentSpanId: parent.spanId,
        startedAt,
        attributes: {},
        links: undefined,
        endedAt: 0,
        error: undefined,
      };
      return span;
    },

    end: (span, error) => {
      if (span.endedAt !== 0) return;
      span.endedAt = performance.now();
      if (error !== undefined) {
        span.error = error.message;
        span.attributes['error.type'] = error.codeName;
        span.attributes['scoremesh.error.reason'] = error.reason;
      }
      sender?.add(span);
    },
  };
}
