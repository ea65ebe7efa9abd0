import type { CodeName } from '../../../kit/errors/catalogue.ts';
import { type MeshError, toMeshError } from '../../../kit/errors/mesh-error.ts';
import { codeName } from '../../../kit/errors/status.ts';
import {
  type Span,
  SpanKind,
  type SpanLink,
  type TraceContext,
  type Tracer,
} from '../../../kit/telemetry/span.ts';
import { parseTraceparent } from '../../../kit/telemetry/traceparent.ts';
import { resultSubject } from '../job-names.ts';
import type { JobMessage } from './job-message.ts';

/** The spans of attempts. */
export interface JobSpans {
  /** The context of the work on a job: the span of this attempt, a child of the producer's, or where nothing is sampled the producer's own. */
  begin(
    job: JobMessage,
    startedAt: number,
  ): { readonly trace: TraceContext; readonly span: Span | undefined };
  /** Runs the sending of a job's result in a span of its own, whose context the result carries. */
  sending<T>(job: JobMessage, trace: TraceContext, send: (trace: TraceContext) => Promise<T>): Promise<T>;
  /** `willRetry` keeps the span in mind, for the next attempt to link to. */
  end(
    job: JobMessage,
    span: Span | undefined,
    outcome: string,
    error: MeshError | undefined,
    willRetry: boolean,
  ): void;
}

/** Attempts whose span the next one links to; an attempt in another process links to none. */
const maxRemembered = 10_000;

export function createJobSpans(tracer: Tracer): JobSpans {
  const last = new Map<number, SpanLink>();
  return {
    begin: (job, startedAt) => {
      const { delivery, headers, jobId, lane, takenAtMs, tenant } = job;
      const parent = headers.traceparent;
      const state = headers.tracestate;
      const context = tracer.enter(parent, state);
      const span = tracer.start('process scoremesh.jobs', SpanKind.CONSUMER, context, startedAt);
      if (span === undefined) return { trace: context, span };
      const { attributes } = span;
      attributes['messaging.system'] = 'nats';
      attributes['messaging.operation.name'] = 'process';
      attributes['messaging.operation.type'] = 'process';
      attributes['messaging.destination.name'] = delivery.subject;
      attributes['messaging.message.id'] = jobId;
      attributes['scoremesh.job.attempt'] = delivery.attempt;
      attributes['scoremesh.job.lane'] = lane;
      attributes['scoremesh.job.tenant'] = tenant;
      attributes['scoremesh.job.queue_wait_ms'] = Math.max(0, Date.now() - takenAtMs);
      const sender = parseTraceparent(parent, state);
      const before = last.get(delivery.sequence);
      span.links = [
        ...(sender === undefined ? [] : [linkTo(sender)]),
        ...(before === undefined ? [] : [before]),
      ];
      last.delete(delivery.sequence);
      return { trace: span, span };
    },
    sending: async ({ jobId, tenant }, trace, send) => {
      const span = tracer.start('send scoremesh.results', SpanKind.PRODUCER, trace);
      if (span === undefined) return send(trace);
      span.attributes['messaging.system'] = 'nats';
      span.attributes['messaging.operation.name'] = 'publish';
      span.attributes['messaging.operation.type'] = 'send';
      span.attributes['messaging.destination.name'] = resultSubject(tenant, jobId);
      span.attributes['messaging.message.id'] = jobId;
      try {
        const sent = await send(span);
        tracer.end(span);
        return sent;
      } catch (error) {
        tracer.end(span, failureOf(toMeshError(error)));
        throw error;
      }
    },
    end: ({ delivery }, span, outcome, error, willRetry) => {
      if (span === undefined) return;
      span.attributes['scoremesh.job.outcome'] = outcome;
      tracer.end(span, error && failureOf(error));
      if (!willRetry) return;
      last.set(delivery.sequence, linkTo(span));
      const [oldest] = last.keys();
      if (last.size > maxRemembered && oldest !== undefined) last.delete(oldest);
    },
  };
}

function linkTo({ spanId, traceId }: TraceContext): SpanLink {
  return { traceId, spanId };
}

function failureOf({ code, message, reason }: MeshError): {
  message: string;
  codeName: CodeName;
  reason: string;
} {
  return { message, reason, codeName: codeName(code) };
}
