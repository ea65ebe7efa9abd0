/** W3C trace context (https://www.w3.org/TR/trace-context/) of the place in a trace where work happens. */
export interface TraceContext {
  /** 32 hex digits; empty for work that belongs to no trace. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly sampled: boolean;
  /** tracestate, passed on as it came. */
  readonly state: string;
}

export type AttributeValue = string | number | boolean;

/** OpenTelemetry span kinds by their OTLP number. */
export const SpanKind = { INTERNAL: 1, SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 } as const;
export type SpanKind = (typeof SpanKind)[keyof typeof SpanKind];

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * A span of a sampled trace while it is open: one plain object, filled on the hot path and serialised after the answer.
 * It is itself the context of its children.
 */
export interface Span extends TraceContext {
  readonly name: string;
  readonly kind: SpanKind;
  /** Span id of the parent; empty for a root. */
  readonly parentSpanId: string;
  /** On the clock of performance.now(). */
  readonly startedAt: number;
  readonly attributes: Record<string, AttributeValue>;
  links: SpanLink[] | undefined;
  endedAt: number;
  /** Set when the work failed: the message. */
  error: string | undefined;
}

/** Makes and collects spans. Costs nothing for a trace that is not sampled: `start` answers undefined. */
export interface Tracer {
  /** The context of a request that enters here: the caller's, or a new root with its own sampling decision. */
  enter(traceparent: string | undefined, tracestate: string | undefined): TraceContext;
  /** `startedAt`, on the clock of performance.now(), is for work that began before its span could be made. */
  start(name: string, kind: SpanKind, parent: TraceContext, startedAt?: number): Span | undefined;
  /** Ends it and queues it for export; it must not be changed afterwards. A full queue drops it, which is counted. */
  end(
    span: Span,
    error?: { readonly message: string; readonly codeName: string; readonly reason: string },
  ): void;
}
