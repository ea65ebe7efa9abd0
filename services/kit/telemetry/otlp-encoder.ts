import { OtlpWriter, varintSize } from './otlp-writer.ts';
import type { AttributeValue, Span } from './span.ts';

/** Writes spans as opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest (opentelemetry-proto 1.x, protobuf). */
export interface SpanEncoder {
  /**
   * The request with these spans, all of one resource and scope. `clockOrigin` is the Unix time, in nanoseconds, of the zero of
   * performance.now(). Does in one pass what costs the SDK's serializer two.
   */
  encode(spans: readonly Span[], clockOrigin: bigint): Uint8Array;
}

export interface Scope {
  readonly name: string;
  /** Empty for none. */
  readonly version: string;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

export function createSpanEncoder(resource: Attributes, scope: Scope): SpanEncoder {
  const writer = new OtlpWriter();
  const resourceField = encodeResource(resource);
  const scopeField = encodeScope(scope);
  const head = new OtlpWriter();

  return {
    encode: (spans, clockOrigin) => {
      const originLow = Number(clockOrigin & 0xffffffffn);
      const originHigh = Number(clockOrigin >> 32n);
      writer.clear();
      for (const span of spans) writeSpan(writer, span, originLow, originHigh);

      // Request.resource_spans[0] { resource, scope_spans[0] { scope, spans } }
      const scopeSpans = scopeField.length + writer.length;
      head.clear();
      head.byte(0x0a);
      head.varint(resourceField.length + 1 + varintSize(scopeSpans) + scopeSpans);
      head.raw(resourceField);
      head.byte(0x12);
      head.varint(scopeSpans);
      head.raw(scopeField);
      return Buffer.concat([head.written(), writer.written()]);
    },
  };
}

function writeSpan(writer: OtlpWriter, span: Span, originLow: number, originHigh: number): void {
  writer.byte(0x12);
  const start = writer.open();
  writer.id(0x0a, span.traceId);
  writer.id(0x12, span.spanId);
  if (span.state !== '') writer.string(0x1a, span.state);
  if (span.parentSpanId !== '') writer.id(0x22, span.parentSpanId);
  writer.knownString(0x2a, span.name);
  writer.byte(0x30);
  writer.byte(span.kind);
  writeTime(writer, 0x39, span.startedAt, originLow, originHigh);
  writeTime(writer, 0x41, span.endedAt, originLow, originHigh);
  writer.attributes(0x4a, span.attributes);
  if (span.links !== undefined) {
    for (const link of span.links) {
      writer.byte(0x6a);
      const open = writer.open();
      writer.id(0x0a, link.traceId);
      writer.id(0x12, link.spanId);
      writer.close(open);
    }
  }
  if (span.error !== undefined) {
    writer.byte(0x7a);
    const open = writer.open();
    writer.string(0x12, span.error);
    writer.byte(0x18);
    writer.byte(statusError);
    writer.close(open);
  }
  writer.fixed32(0x85, 0x01, sampledFlag);
  writer.close(start);
}

const statusError = 2;
const sampledFlag = 1;

/** performance.now() in milliseconds as Unix nanoseconds, added in halves: together they exceed what a number holds exactly. */
function writeTime(writer: OtlpWriter, tag: number, at: number, originLow: number, originHigh: number): void {
  const nanos = Math.round(at * 1e6);
  const high = Math.floor(nanos / 2 ** 32);
  const low = originLow + (nanos - high * 2 ** 32);
  writer.fixed64(tag, low % 2 ** 32, originHigh + high + (low >= 2 ** 32 ? 1 : 0));
}

function encodeResource(resource: Attributes): Uint8Array {
  const writer = new OtlpWriter();
  writer.byte(0x0a);
  const start = writer.open();
  writer.attributes(0x0a, resource);
  writer.close(start);
  return writer.written().slice();
}

function encodeScope(scope: Scope): Uint8Array {
  const writer = new OtlpWriter();
  writer.byte(0x0a);
  const start = writer.open();
  writer.string(0x0a, scope.name);
  if (scope.version !== '') writer.string(0x12, scope.version);
  writer.close(start);
  return writer.written().slice();
}
