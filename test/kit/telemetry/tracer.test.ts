import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { type Log, silentLog } from '../../../services/kit/log/log.ts';
import type { Metrics } from '../../../services/kit/telemetry/metrics.ts';
import { createMetrics } from '../../../services/kit/telemetry/prometheus.ts';
import { type Span, SpanKind, type Tracer } from '../../../services/kit/telemetry/span.ts';
import { formatTraceparent } from '../../../services/kit/telemetry/traceparent.ts';
import { createTracer } from '../../../services/kit/telemetry/tracer.ts';
import { readTracingConfig } from '../../../services/kit/telemetry/tracing-config.ts';
import { parseExposition } from './exposition.ts';
import { createOtlpSink, type OtlpSink } from './otlp-sink.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const sampledParent = `00-${traceId}-${spanId}-01`;
const unsampledParent = `00-${traceId}-${spanId}-00`;
const failure = { message: 'no model x', codeName: 'NOT_FOUND', reason: 'MODEL_NOT_FOUND' };

let sink: OtlpSink;
let closers: Closers;
let metrics: Metrics;

beforeEach(async () => {
  sink = await createOtlpSink();
  closers = createClosers(silentLog);
  metrics = createMetrics({ processMetrics: false }, { log: silentLog }, closers);
});
afterEach(async () => {
  await closers.close();
  await sink.close();
});

function tracerWith(env: Record<string, string>, log: Log = silentLog): Tracer {
  return createTracer(readTracingConfig(env), { log, metrics }, closers);
}

/** To the sink, sent without delay. */
function exportingTracer(env: Record<string, string> = {}, log?: Log): Tracer {
  return tracerWith(
    { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, OTEL_BSP_SCHEDULE_DELAY: '1', ...env },
    log,
  );
}

function spanOf(tracer: Tracer, name = 'work'): Span {
  return tracer.start(name, SpanKind.INTERNAL, tracer.enter(undefined, undefined))!;
}

async function count(name: string, labels: Record<string, string> = {}): Promise<number> {
  const samples = parseExposition(await metrics.expose()).flatMap((family) => family.samples);
  const wanted = JSON.stringify(labels);
  return (
    samples.find((sample) => sample.name === name && JSON.stringify(sample.labels) === wanted)?.value ?? 0
  );
}
const dropped = (reason: string) => count('scoremesh_trace_spans_dropped_total', { reason });

describe('entering', () => {
  test('a caller that sampled is followed, its state passed on', () => {
    const context = exportingTracer().enter(sampledParent, 'a=1');
    expect(context).toEqual({ traceId, spanId, sampled: true, state: 'a=1' });
  });

  test('a caller that did not sample gets no spans', () => {
    const tracer = exportingTracer();
    const context = tracer.enter(unsampledParent, undefined);
    expect(tracer.start('work', SpanKind.SERVER, context)).toBeUndefined();
    expect(formatTraceparent(context)).toBe(unsampledParent);
  });

  test('the sampler decides against the caller where it is not based on the parent', () => {
    expect(
      exportingTracer({ OTEL_TRACES_SAMPLER: 'always_off' }).enter(sampledParent, undefined).sampled,
    ).toBe(false);
    expect(
      exportingTracer({ OTEL_TRACES_SAMPLER: 'always_on' }).enter(unsampledParent, undefined).sampled,
    ).toBe(true);
  });

  test('anything that is not a trace context starts a new trace', () => {
    const tracer = exportingTracer();
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.string(), (traceparent, tracestate) => {
        const context = tracer.enter(traceparent, tracestate);
        expect(context.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
        expect(context).toMatchObject({ spanId: '', sampled: true, state: '' });
      }),
    );
  });

  test('without an exporter a caller is passed on as it came and nothing is recorded', () => {
    const tracer = tracerWith({});
    const context = tracer.enter(sampledParent, 'a=1');
    expect(formatTraceparent(context)).toBe(sampledParent);
    expect(tracer.start('work', SpanKind.SERVER, context)).toBeUndefined();
  });

  test('new work that is not sampled still has ids, for the log and the next hop', () => {
    for (const tracer of [tracerWith({}), exportingTracer({ OTEL_TRACES_SAMPLER: 'always_off' })]) {
      const context = tracer.enter(undefined, undefined);
      expect(context.sampled).toBe(false);
      expect(formatTraceparent(context)).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
    }
  });
});

describe('exporting', () => {
  test('spans arrive as a tree of one trace, with kind, times, attributes, links and resource', async () => {
    const tracer = exportingTracer({ OTEL_SERVICE_NAME: 'mesh-1', OTEL_RESOURCE_ATTRIBUTES: 'zone=a' });
    const before = BigInt(Date.now() - 1000) * 1_000_000n;
    const root = tracer.start('root', SpanKind.SERVER, tracer.enter(undefined, undefined))!;
    const child = tracer.start('child', SpanKind.CLIENT, root, root.startedAt - 5)!;
    child.attributes['scoremesh.batch.size'] = 3;
    child.attributes.share = 0.5;
    child.links = [{ traceId, spanId }];
    tracer.end(child);
    tracer.end(root);
    await sink.waitFor((spans) => spans.length === 2);

    const [first, second] = sink.spans;
    expect(second).toMatchObject({
      name: 'root',
      kind: 2,
      parentSpanId: '',
      traceId: root.traceId,
      flags: 1,
      statusCode: 0,
    });
    expect(second?.resource).toMatchObject({ 'service.name': 'mesh-1', zone: 'a' });
    expect(first).toMatchObject({ name: 'child', kind: 3, parentSpanId: root.spanId, traceId: root.traceId });
    expect(first?.attributes).toEqual({ 'scoremesh.batch.size': 3, share: 0.5 });
    expect(first?.links).toEqual([{ traceId, spanId }]);
    expect(second!.startUnixNano - first!.startUnixNano).toBe(5_000_000n);
    expect(first!.startUnixNano).toBeGreaterThan(before);
    expect(second!.endUnixNano).toBeGreaterThanOrEqual(second!.startUnixNano);
    await closers.close();
    expect(await count('scoremesh_trace_spans_exported_total')).toBe(2);
  });

  test('a failed span has status, code and reason of its error', async () => {
    const tracer = exportingTracer();
    tracer.end(spanOf(tracer), failure);
    const [span] = await sink.waitFor((spans) => spans.length === 1);
    expect(span).toMatchObject({ statusCode: 2, statusMessage: 'no model x' });
    expect(span?.attributes).toEqual({
      'error.type': 'NOT_FOUND',
      'scoremesh.error.reason': 'MODEL_NOT_FOUND',
    });
  });

  test('a child of a caller names the caller as parent and carries its state', async () => {
    const tracer = exportingTracer();
    tracer.end(tracer.start('work', SpanKind.SERVER, tracer.enter(sampledParent, 'a=1'))!);
    const [span] = await sink.waitFor((spans) => spans.length === 1);
    expect(span).toMatchObject({ traceId, parentSpanId: spanId, traceState: 'a=1' });
  });

  test('a span that is ended twice is exported once', async () => {
    const tracer = exportingTracer();
    const span = spanOf(tracer);
    tracer.end(span);
    tracer.end(span, failure);
    await closers.close();
    expect(sink.spans).toHaveLength(1);
    expect(sink.spans[0]?.statusCode).toBe(0);
  });

  test('compression and headers are those of the OTEL variables', async () => {
    const tracer = exportingTracer({
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=one,x-text=a%20b',
    });
    tracer.end(spanOf(tracer));
    await sink.waitFor((spans) => spans.length === 1);
    expect(sink.requests[0]).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/x-protobuf',
      'x-tenant': 'one',
      'x-text': 'a b',
    });
  });

  test('closing sends what is queued, however long its delay', async () => {
    const tracer = exportingTracer({ OTEL_BSP_SCHEDULE_DELAY: '1000000' });
    for (let i = 0; i < 2000; i++) tracer.end(spanOf(tracer));
    await closers.close();
    expect(sink.spans).toHaveLength(2000);
  });

  test('a full batch leaves before its delay, and a burst larger than the queue loses nothing', async () => {
    const tracer = exportingTracer({ OTEL_BSP_SCHEDULE_DELAY: '1000000', OTEL_BSP_MAX_QUEUE_SIZE: '512' });
    for (let i = 0; i < 2048; i++) tracer.end(spanOf(tracer));
    await sink.waitFor((spans) => spans.length === 2048);
    expect(await dropped('queue_full')).toBe(0);
  });

  test('spans that the collector refuses are counted as lost', async () => {
    const tracer = exportingTracer();
    sink.answer({ refuse: 2 });
    for (let i = 0; i < 5; i++) tracer.end(spanOf(tracer));
    await closers.close();
    expect(await dropped('refused')).toBe(2);
    expect(await count('scoremesh_trace_spans_exported_total')).toBe(3);
  });
});

describe('a collector that does not work', () => {
  test('that fails every batch is told of once in the log, and its spans are counted as lost', async () => {
    const lines: string[] = [];
    const tracer = exportingTracer(
      { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10' },
      { ...silentLog, warn: (message) => lines.push(message) },
    );
    sink.answer('fail');
    for (let i = 0; i < 100; i++) tracer.end(spanOf(tracer));
    await closers.close();
    expect(await dropped('export_failed')).toBe(100);
    expect(lines).toHaveLength(1);
  });

  test('that hangs leaves the queue bounded: more is dropped and counted, and closing ends', async () => {
    const tracer = exportingTracer({
      OTEL_BSP_MAX_QUEUE_SIZE: '20',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
      OTEL_BSP_EXPORT_TIMEOUT: '300',
    });
    sink.answer('hang');
    const received = sink.nextRequest();
    for (let i = 0; i < 1000; i++) tracer.end(spanOf(tracer));
    await received;
    // Eight batches under way, and the queue.
    expect(await dropped('queue_full')).toBe(1000 - 8 * 10 - 20);
    expect(await count('scoremesh_trace_queue_spans')).toBe(20);
    await closers.close();
    const lost =
      (await dropped('export_failed')) + (await dropped('shutdown')) + (await dropped('queue_full'));
    expect(lost).toBe(1000);
  });

  test('that is not there makes closing wait no longer than an export may take', async () => {
    await sink.close();
    const tracer = exportingTracer({ OTEL_BSP_EXPORT_TIMEOUT: '300' });
    tracer.end(spanOf(tracer));
    await closers.close();
    expect((await dropped('export_failed')) + (await dropped('shutdown'))).toBe(1);
  });
});

test('bad settings are warned about in the log when the tracer is made', () => {
  const lines: string[] = [];
  tracerWith({ OTEL_TRACES_SAMPLER: 'sometimes' }, { ...silentLog, warn: (message) => lines.push(message) });
  expect(lines).toEqual([expect.stringContaining('OTEL_TRACES_SAMPLER=sometimes')]);
});
