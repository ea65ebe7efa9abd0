import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSpanEncoder } from '../../../services/kit/telemetry/otlp-encoder.ts';
import type { Span, SpanKind } from '../../../services/kit/telemetry/span.ts';
import { decodeAttributes, decodeExport } from './otlp-proto.ts';
import { createOtlpSink, type OtlpSink } from './otlp-sink.ts';

const resource = { 'service.name': 'scoremesh', 'a.number': 7, 'a.flag': true };
const scope = { name: 'scoremesh', version: '1.2.3' };
const clockOrigin = 1_789_012_345_678_901_234n;

const id = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter((text) => /[^0]/.test(text));
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('x'.repeat(127), 'x'.repeat(128), 'é'.repeat(64), 'y'.repeat(20_000), '\ud800 alone'),
);
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.constantFrom(
    0,
    -0,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    2 ** 63,
    2 ** 62,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
);
const span: fc.Arbitrary<Span> = fc.record({
  traceId: id(32),
  spanId: id(16),
  parentSpanId: fc.oneof(fc.constant(''), id(16)),
  sampled: fc.constant(true),
  state: fc.constantFrom('', 'a=1', 'b=2,c=3'),
  name: text.filter((name) => name !== ''),
  kind: fc.constantFrom<SpanKind>(1, 2, 3, 4, 5),
  startedAt: fc.double({ min: 0, max: 1e9, noNaN: true }),
  endedAt: fc.double({ min: 0, max: 1e9, noNaN: true }),
  attributes: fc.dictionary(fc.stringMatching(/^[a-z][a-z._]{0,40}$/), value, { noNullPrototype: true }),
  links: fc.option(fc.array(fc.record({ traceId: id(32), spanId: id(16) }), { maxLength: 5 }), {
    nil: undefined,
  }),
  error: fc.option(text, { nil: undefined }),
});

/** The same span as the SDK's exporter takes it. */
function sdkSpan(of: Span, about: ReturnType<typeof resourceFromAttributes>): unknown {
  const time = (at: number): [number, number] => {
    const nanos = clockOrigin + BigInt(Math.round(at * 1e6));
    return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
  };
  const context = (traceId: string, spanId: string) => ({ traceId, spanId, traceFlags: 1 });
  return {
    name: of.name,
    kind: of.kind - 1,
    spanContext: () => ({
      ...context(of.traceId, of.spanId),
      traceState: of.state === '' ? undefined : { serialize: () => of.state },
    }),
    parentSpanContext: of.parentSpanId === '' ? undefined : context(of.traceId, of.parentSpanId),
    startTime: time(of.startedAt),
    endTime: time(of.endedAt),
    status: of.error === undefined ? { code: 0 } : { code: 2, message: of.error },
    attributes: of.attributes,
    links: (of.links ?? []).map((link) => ({ context: context(link.traceId, link.spanId) })),
    events: [],
    resource: about,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

describe('the span encoder', () => {
  let sink: OtlpSink;
  beforeAll(async () => {
    sink = await createOtlpSink();
  });
  afterAll(() => sink.close());

  test('says exactly what the OpenTelemetry SDK says of the same spans', async () => {
    const encoder = createSpanEncoder(resource, scope);
    const about = resourceFromAttributes(resource);
    const exporter = new OTLPTraceExporter({ url: `${sink.endpoint}/v1/traces` });
    await fc.assert(
      fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 20 }), async (spans) => {
        const ours = decodeExport(encoder.encode(spans, clockOrigin));
        // A second time from what the encoder has kept of the first.
        expect(decodeExport(encoder.encode(spans, clockOrigin))).toEqual(ours);
        sink.clear();
        const sdkSpans = spans.map((one) => sdkSpan(one, about)) as Parameters<typeof exporter.export>[0];
        await new Promise((resolve) => exporter.export(sdkSpans, resolve));
        expect(ours).toEqual([...sink.spans]);
      }),
      { numRuns: 100 },
    );
    await exporter.shutdown();
  });

  test('writes whole numbers within 64 bits as integers, digit for digit, and others as doubles', () => {
    const encoder = createSpanEncoder({}, scope);
    const number = fc.oneof(
      fc.double(),
      fc.maxSafeInteger(),
      fc.constantFrom(-(2 ** 63), 2 ** 63, 2 ** 62, -0, 2 ** 32),
    );
    fc.assert(
      fc.property(number, span, (n, of) => {
        const [attribute] = decodeAttributes(encoder.encode([{ ...of, attributes: { n } }], clockOrigin));
        const whole = Number.isInteger(n) && n >= -(2 ** 63) && n < 2 ** 63;
        expect(attribute?.value).toEqual(whole ? { int_value: String(BigInt(n)) } : { double_value: n });
      }),
    );
  });

  test('stays exact when names, keys and values no longer fit what it keeps', () => {
    const encoder = createSpanEncoder({}, { name: 'scoremesh', version: '' });
    const spans = Array.from(
      { length: 3000 },
      (_, i): Span => ({
        traceId: '1'.repeat(32),
        spanId: (i + 1).toString(16).padStart(16, '0'),
        parentSpanId: '',
        sampled: true,
        state: '',
        name: `name ${i}`,
        kind: 1,
        startedAt: i,
        endedAt: i + 1,
        attributes: { [`key.${i}`]: `value ${i}`, same: `value ${i}` },
        links: undefined,
        error: undefined,
      }),
    );
    const decoded = decodeExport(encoder.encode(spans, clockOrigin));
    expect(decoded.map(({ name, attributes }) => ({ name, attributes }))).toEqual(
      spans.map(({ name, attributes }) => ({ name, attributes })),
    );
    expect(decoded[7]?.endUnixNano).toBe(clockOrigin + 8_000_000n);
  });
});
