import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flight } from '../contract/flight.ts';
import { type Placed, place, placementNames } from '../contract/placements.ts';
import { until } from '../contract/ready.ts';
import { createOtlpSink, type OtlpSink, type SinkSpan } from '../kit/telemetry/otlp-sink.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpan = '00f067aa0ba902b7';
const methods = {
  score: 'scoremesh.scoring.v1.ScoringService/Score',
  features: 'scoremesh.feature.v1.FeatureService/GetFeatures',
  infer: 'inference.GRPCInferenceService/ModelInfer',
  record: 'scoremesh.audit.v1.AuditService/GetRecord',
  append: 'scoremesh.audit.v1.AuditService/Append',
};
const server = 2;
const client = 3;

/** What the spans of a score are in every placement: name, kind, and the name and kind of the parent. */
const expected = [
  `${methods.score} ${server} <- caller`,
  `${methods.features} ${client} <- ${methods.score} ${server}`,
  `${methods.features} ${server} <- ${methods.features} ${client}`,
  `${methods.infer} ${client} <- ${methods.score} ${server}`,
  `${methods.infer} ${server} <- ${methods.infer} ${client}`,
  `inference.batch 1 <- ${methods.infer} ${server}`,
  `${methods.append} ${client} <- ${methods.score} ${server}`,
  `${methods.append} ${server} <- ${methods.append} ${client}`,
].sort();

describe.each(placementNames)('a trace through a mesh placed %s', (name) => {
  let sink: OtlpSink;
  let mesh: Placed;

  beforeAll(async () => {
    sink = await createOtlpSink();
    mesh = await place(name, {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      },
    });
    // The first score also asks what the feature set is.
    await mesh.client.scoring.Score(flight());
  });
  afterAll(async () => {
    await mesh?.close();
    await sink?.close();
  });

  const ofTrace = (id: string): SinkSpan[] => {
    const unique = new Map(
      sink.spans.filter((span) => span.traceId === id).map((span) => [span.spanId, span]),
    );
    return [...unique.values()];
  };

  it('has the same spans, kinds and parents in every placement', async () => {
    await mesh.client.scoring.Score(flight(), { traceparent: `00-${traceId}-${callerSpan}-01` });
    await sink.waitFor(() => expected.every((shape) => shapesOf(ofTrace(traceId)).includes(shape)), {
      what: 'the spans of a score',
    });
    expect(shapesOf(ofTrace(traceId))).toEqual(expected);
    const spans = ofTrace(traceId);
    const score = spans.find((span) => span.name === methods.score);
    expect(score?.attributes).toMatchObject({
      'scoremesh.model.name': 'flight_delay',
      'rpc.system.name': 'grpc',
      'rpc.status_code': 'OK',
    });
    const batch = spans.find((span) => span.name === 'inference.batch');
    const member = spans.find((span) => span.spanId === batch?.parentSpanId);
    expect(batch?.links.map((link) => link.spanId)).toContain(member?.spanId);
    // Delivered twice, they run together.
    expect(Number(batch?.attributes['scoremesh.batch.size'])).toBe(name === 'link' ? 2 : 1);
  });

  it('marks what failed, where it failed', async () => {
    const id = traceId.replace('4bf9', 'aaaa');
    const refused = mesh.client.scoring.Score(flight({ entities: { origin: 'ORD' } }), {
      traceparent: `00-${id}-${callerSpan}-01`,
    });
    await expect(refused).rejects.toMatchObject({ reason: 'ENTITY_MISSING' });
    const ended = () => ofTrace(id).find((span) => span.name === methods.score);
    await sink.waitFor(() => ended() !== undefined, { what: 'the failed score' });
    expect(ended()?.attributes).toMatchObject({
      'error.type': 'INVALID_ARGUMENT',
      'scoremesh.error.reason': 'ENTITY_MISSING',
      'rpc.status_code': 'INVALID_ARGUMENT',
    });
  });

  it('marks what failed in another role on both sides of the hop, alike in every placement', async () => {
    const id = traceId.replace('4bf9', 'dddd');
    // The log is asked for an earlier answer to this request_id, and has none.
    await mesh.client.scoring.Score(flight({ requestId: `traced-${name}` }), {
      traceparent: `00-${id}-${callerSpan}-01`,
    });
    const asked = [
      `${methods.record} ${client} <- ${methods.score} ${server}`,
      `${methods.record} ${server} <- ${methods.record} ${client}`,
    ];
    const all = [...expected, ...asked].sort();
    await sink.waitFor(() => all.every((shape) => shapesOf(ofTrace(id)).includes(shape)), {
      what: 'the spans of a score with a request_id',
    });
    expect(shapesOf(ofTrace(id))).toEqual(all);
    const errors = ofTrace(id).filter((span) => span.attributes['error.type'] !== undefined);
    expect(new Set(errors.map((span) => `${span.name} ${span.kind}`))).toEqual(
      new Set([`${methods.record} ${client}`, `${methods.record} ${server}`]),
    );
    for (const { attributes } of errors)
      expect(attributes).toMatchObject({
        'error.type': 'NOT_FOUND',
        'scoremesh.error.reason': 'RECORD_NOT_FOUND',
      });
  });

  it('is not recorded when the caller decided against it, but the record keeps its id', async () => {
    const id = traceId.replace('4bf9', 'bbbb');
    const { predictionId } = await mesh.client.scoring.Score(flight(), {
      traceparent: `00-${id}-${callerSpan}-00`,
    });
    const { record } = await mesh.client.audit.GetRecord({ recordId: predictionId });
    expect(record?.traceId.toString('hex')).toBe(id);
    // A sampled one after it has arrived, so the unsampled one would have too.
    const after = traceId.replace('4bf9', 'cccc');
    await mesh.client.scoring.Score(flight(), { traceparent: `00-${after}-${callerSpan}-01` });
    await sink.waitFor(() => ofTrace(after).length > 0, { what: 'the sampled score' });
    expect(ofTrace(id)).toEqual([]);
  });

  if (name === 'processes')
    it('is named by the log lines of its requests, sampled or not', async () => {
      const id = traceId.replace('4bf9', 'eeee');
      await mesh.roles.get('audit')!.kill();
      const score = mesh.client.scoring.Score(flight(), { traceparent: `00-${id}-${callerSpan}-00` });
      await expect(score).rejects.toMatchObject({ code: 14 });
      await until(async () => {
        const lines = mesh.roles
          .get('gateway')!
          .log()
          .filter((line) => line.startsWith('{'));
        const logged = lines.map((line) => JSON.parse(line) as { trace_id?: string; msg: string });
        return logged.some((line) => line.trace_id === id && line.msg.includes('could not be recorded'))
          ? undefined
          : `the log says ${lines.join('; ')}`;
      });
    });
});

/** Over `link` idempotent calls arrive twice, so equal shapes count once. */
function shapesOf(spans: readonly SinkSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const shapes = spans.map((span) => {
    const parent = byId.get(span.parentSpanId);
    const from =
      parent === undefined
        ? span.parentSpanId === callerSpan
          ? 'caller'
          : 'unknown'
        : `${parent.name} ${parent.kind}`;
    return `${span.name} ${span.kind} <- ${from}`;
  });
  return [...new Set(shapes)].sort();
}
