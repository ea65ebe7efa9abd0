import protobuf from 'protobufjs';

/** The part of opentelemetry-proto that a trace export uses; field numbers as in opentelemetry/proto/trace/v1/trace.proto. */
const source = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ExportTraceServiceResponse { PartialSuccess partial_success = 1; }
message PartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message Scope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  uint32 dropped_attributes_count = 10; uint32 dropped_events_count = 12; repeated Link links = 13;
  uint32 dropped_links_count = 14; Status status = 15; fixed32 flags = 16;
}
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; fixed32 flags = 6; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`;

const root = protobuf.parse(source, { keepCase: true }).root;
const request = root.lookupType('ExportTraceServiceRequest');
const response = root.lookupType('ExportTraceServiceResponse');

export interface RawKeyValue {
  key: string;
  value: { string_value?: string; bool_value?: boolean; int_value?: string; double_value?: number };
}

interface RawSpan {
  trace_id: Buffer;
  span_id: Buffer;
  trace_state: string;
  parent_span_id: Buffer;
  name: string;
  kind: number;
  start_time_unix_nano: string;
  end_time_unix_nano: string;
  attributes: RawKeyValue[];
  links: { trace_id: Buffer; span_id: Buffer }[];
  status: { message: string; code: number } | null;
  flags: number;
}

interface RawRequest {
  resource_spans: {
    resource: { attributes: RawKeyValue[] };
    scope_spans: { scope: { name: string; version: string }; spans: RawSpan[] }[];
  }[];
}

/** A span as a collector sees it. Ids in hex. */
export interface SinkSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  /** By its OTLP number, as SpanKind. */
  readonly kind: number;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
  /** The low eight bits: W3C trace flags. */
  readonly flags: number;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  readonly scope: string;
}

export function decodeExport(bytes: Uint8Array): SinkSpan[] {
  const raw = request.toObject(request.decode(bytes), {
    longs: String,
    bytes: Buffer,
    defaults: true,
  }) as RawRequest;
  return raw.resource_spans.flatMap(({ resource, scope_spans: scopes }) => {
    const about = plain(resource.attributes);
    return scopes.flatMap(({ scope, spans }) => spans.map((span) => toSinkSpan(span, about, scope.name)));
  });
}

/** The attributes of all spans with the type that each value has on the wire; int64 as text. */
export function decodeAttributes(bytes: Uint8Array): RawKeyValue[] {
  const raw = request.toObject(request.decode(bytes), {
    longs: String,
    bytes: Buffer,
    arrays: true,
  }) as RawRequest;
  return raw.resource_spans.flatMap((one) =>
    one.scope_spans.flatMap(({ spans }) => spans.flatMap((span) => span.attributes)),
  );
}

export function encodeRefusal(rejectedSpans: number): Buffer {
  return Buffer.from(response.encode({ partial_success: { rejected_spans: rejectedSpans } }).finish());
}

function toSinkSpan(span: RawSpan, resource: SinkSpan['resource'], scope: string): SinkSpan {
  return {
    traceId: hex(span.trace_id),
    spanId: hex(span.span_id),
    parentSpanId: hex(span.parent_span_id),
    traceState: span.trace_state,
    name: span.name,
    kind: span.kind,
    startUnixNano: BigInt(span.start_time_unix_nano),
    endUnixNano: BigInt(span.end_time_unix_nano),
    attributes: plain(span.attributes),
    links: span.links.map((link) => ({ traceId: hex(link.trace_id), spanId: hex(link.span_id) })),
    statusCode: span.status?.code ?? 0,
    statusMessage: span.status?.message ?? '',
    flags: span.flags & 0xff,
    resource,
    scope,
  };
}

function plain(attributes: readonly RawKeyValue[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const { string_value: text, bool_value: flag, int_value: integer, double_value: number } = value;
      return [key, text ?? flag ?? (integer === undefined ? number! : Number(integer))];
    }),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
