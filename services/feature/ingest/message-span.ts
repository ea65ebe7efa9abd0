import type { Delivery } from '../../kit/bus/delivery.ts';
import { headerOf } from '../../kit/bus/headers.ts';
import { untraced } from '../../kit/contract/call.ts';
import { toMeshError } from '../../kit/errors/mesh-error.ts';
import { codeName } from '../../kit/errors/status.ts';
import { SpanKind, type TraceContext, type Tracer } from '../../kit/telemetry/span.ts';
import { parseTraceparent } from '../../kit/telemetry/traceparent.ts';

/**
 * Runs the work on a message in a span that is the child of the message's context and linked to it
 * (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). Without a tracer the context is passed on as it came.
 */
export async function inSpan<T>(
  { headers, subject }: Delivery,
  tracer: Tracer | undefined,
  work: (trace: TraceContext) => Promise<T>,
): Promise<T> {
  const parent = headerOf(headers, 'traceparent');
  const state = headerOf(headers, 'tracestate');
  const sender = parseTraceparent(parent, state);
  if (tracer === undefined) return work(sender ?? untraced);
  const context = tracer.enter(parent, state);
  const span = tracer.start('process features.events', SpanKind.CONSUMER, context);
  if (span === undefined) return work(context);
  span.attributes['messaging.system'] = 'nats';
  span.attributes['messaging.operation.name'] = 'process';
  span.attributes['messaging.operation.type'] = 'process';
  span.attributes['messaging.destination.name'] = subject;
  if (sender !== undefined) span.links = [{ traceId: sender.traceId, spanId: sender.spanId }];
  try {
    const result = await work(span);
    tracer.end(span);
    return result;
  } catch (error) {
    const { message, code, reason } = toMeshError(error);
    tracer.end(span, { message, codeName: codeName(code), reason });
    throw error;
  }
}
