import { catalogue } from '../../kit/errors/catalogue.ts';
import type { MeshError } from '../../kit/errors/mesh-error.ts';
import { type Span, SpanKind, type Tracer } from '../../kit/telemetry/span.ts';

/** A request of the batch, as far as tracing goes. */
export interface TracedMember {
  /** The request's own span; undefined unless its trace is sampled. */
  readonly span: Span | undefined;
  /** On the clock of performance.now(). */
  readonly queuedAt: number;
}

/**
 * One span for a run that serves several requests: a child of the first sampled one, linked to all that are sampled, each of
 * which names it in turn. Undefined, and free, if none is sampled.
 */
export function startBatchSpan(
  tracer: Tracer,
  members: readonly TracedMember[],
  facts: { readonly model: string; readonly version: string; readonly rows: number },
): Span | undefined {
  const parent = members.find((member) => member.span !== undefined)?.span;
  if (parent === undefined) return undefined;
  const span = tracer.start('inference.batch', SpanKind.INTERNAL, parent);
  if (span === undefined) return undefined;
  span.attributes['scoremesh.model.name'] = facts.model;
  span.attributes['scoremesh.model.version'] = facts.version;
  span.attributes['scoremesh.batch.size'] = facts.rows;
  span.attributes['scoremesh.batch.requests'] = members.length;
  span.links ??= [];
  for (const { span: member, queuedAt } of members) {
    if (member === undefined) continue;
    span.links.push({ traceId: member.traceId, spanId: member.spanId });
    member.attributes['scoremesh.batch.span_id'] = span.spanId;
    member.attributes['scoremesh.batch.size'] = facts.rows;
    member.attributes['scoremesh.batch.queue_ms'] = span.startedAt - queuedAt;
  }
  return span;
}

export function endBatchSpan(tracer: Tracer, span: Span, error: MeshError | undefined): void {
  if (error === undefined) tracer.end(span);
  else tracer.end(span, { message: error.message, codeName: catalogue[error.reason], reason: error.reason });
}
