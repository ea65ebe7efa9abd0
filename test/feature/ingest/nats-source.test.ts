import { describe, expect, test } from 'vitest';
import type { Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { messageCodec } from '../../../services/kit/contract/protos.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { Span, Tracer } from '../../../services/kit/telemetry/span.ts';
import { parseTraceparent } from '../../../services/kit/telemetry/traceparent.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { arrival, arrivals, arrivalViews, field, integer, noon, text } from '../arrivals.ts';
import { testCall } from './started-ingest.ts';
import { startSource } from './started-source.ts';

const bytes = (body: object | string): Uint8Array =>
  Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
const codec = messageCodec<Event__Output, Event__Output>('scoremesh.feature.v1.Event');

describe.skipIf(natsIsAbsent)('with a nats-server', () => {
  test('events in JSON and Protobuf are stored and then gone from NATS', async () => {
    const { bus, store, settled } = await startSource();
    await bus.publish(
      'features.events.arrivals',
      bytes({ event_id: 'a', event_time: noon, fields: { origin: 'ORD', hour: '5' } }),
    );
    await bus.publish('features.events.arrivals', bytes({ origin: 'SFO' }), {
      msgId: 'b',
      headers: { 'Scoremesh-Event-Time': '2001-01-01T11:00Z' },
    });
    await bus.publish('features.events.arrivals', codec.encode(arrival('c', { hour: integer(7) })), {
      headers: { 'Content-Type': 'application/x-protobuf' },
    });
    await settled(3);
    expect(
      store.events.map(({ id, eventTimeMs, entries }) => [id, eventTimeMs, entries[0]?.key]).sort(),
    ).toEqual([
      ['a', noon, 'ORD'],
      ['b', noon - 3_600_000, 'SFO'],
      ['c', noon, 'ORD'],
    ]);
  });

  test('an event without an id and a time has those of its place in NATS', async () => {
    const { bus, store, clock, settled } = await startSource();
    clock.now = Date.now() + 10_000;
    const before = Date.now();
    await bus.publish('features.events.arrivals', bytes({ origin: 'ORD' }));
    await settled(1);
    expect(store.events[0]?.id).toMatch(/^nats-1-\d{19}$/);
    expect(store.events[0]?.eventTimeMs).toBeGreaterThanOrEqual(before - 1000);
    expect(store.events[0]?.eventTimeMs).toBeLessThan(clock.now);
  });

  test('an event that is published again under another message id counts once', async () => {
    const { bus, metrics, settled } = await startSource();
    for (const msgId of ['x', 'y', 'z'])
      await bus.publish('features.events.arrivals', bytes({ event_id: 'a', fields: { origin: 'ORD' } }), {
        msgId,
      });
    await settled(1);
    expect(metrics.value('scoremesh_feature_events_total{arrivals,duplicate}')).toBe(2);
  });

  test('what is no event, or of no stream, goes to the quarantine and does not come again', async () => {
    const { bus, ingest, store, redeclare, settled } = await startSource();
    await bus.publish('features.events.arrivals', bytes('{'));
    await bus.publish('features.events.arrivals', Buffer.from([0xff, 0xfe]));
    await bus.publish(
      'features.events.departures',
      bytes({ event_id: 'd', event_time: noon, fields: { gate: 'B7' } }),
    );
    await bus.publish(
      'features.events.arrivals',
      bytes({ event_id: 'h', event_time: noon, fields: { origin: 'ORD', hour: 99 } }),
    );
    await settled(0, 4);
    const told = store.quarantined.map(({ event, rejections }) => [
      event?.stream,
      event?.fields,
      rejections[0]?.field,
      rejections[0]?.reason,
    ]);
    expect(told).toHaveLength(4);
    for (const entry of [
      ['arrivals', { body: text('{') }, 'body', 'REJECTION_REASON_MALFORMED'],
      ['arrivals', { body_base64: text('//4=') }, 'body', 'REJECTION_REASON_MALFORMED'],
      ['departures', { gate: text('B7') }, 'stream', 'REJECTION_REASON_MALFORMED'],
      ['arrivals', expect.anything(), 'hour', 'REJECTION_REASON_RANGE'],
    ])
      expect(told).toContainEqual(entry);
    const departures = { ...arrivals, name: 'departures', fields: [field('gate', 'BYTES')] };
    const open = {
      ...arrivals,
      fields: [
        ...arrivals.fields.map((declared) => ({ ...declared, required: false, max: undefined })),
        field('body', 'BYTES'),
      ],
    };
    await redeclare([open, departures], arrivalViews);
    const replayed = await ingest.handlers.ReplayQuarantine(
      { stream: '', quarantineIds: [], discard: false },
      testCall(),
    );
    expect(replayed).toEqual({ stored: '2', duplicates: '0', remaining: '2', discarded: '0' });
  });

  test('while events can not be stored they are handed back, and stored later', async () => {
    const { bus, store, settled } = await startSource();
    store.failNext(new MeshError('FEATURE_STORE_FULL', 'full', { retryAfterMs: 5 }));
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        bus.publish('features.events.arrivals', bytes({ event_id: `e${index}`, fields: { origin: 'ORD' } })),
      ),
    );
    await settled(50);
  });

  test('many messages share commits', async () => {
    const { bus, store, settled } = await startSource();
    const release = store.hold();
    await Promise.all(
      Array.from({ length: 900 }, (_, index) =>
        bus.publish('features.events.arrivals', bytes({ event_id: `e${index}`, fields: { origin: 'ORD' } })),
      ),
    );
    release();
    await settled(900);
    expect(store.commits.length).toBeLessThan(300);
  });

  test('a nats-server that is killed loses no event and stores none twice', async () => {
    const { bus, broker, store, settled } = await startSource();
    const publishing = Array.from({ length: 400 }, async (_, index) => {
      const body = bytes({ event_id: `e${index}`, fields: { origin: 'ORD' } });
      for (;;) {
        try {
          return await bus.publish('features.events.arrivals', body, { msgId: `e${index}` });
        } catch (error) {
          if (!(error instanceof MeshError)) throw error;
          await bus.connected(startCall({ timeoutMs: 30_000, principal: 'test' }));
        }
      }
    });
    await expect.poll(() => store.events.length, { interval: 1 }).toBeGreaterThan(20);
    broker.kill();
    await Promise.all(publishing);
    await settled(400);
    expect(new Set(store.events.map(({ id }) => id)).size).toBe(400);
  });

  test('a source that begins while nats-server is away takes what comes once it is back', async () => {
    const { bus, settled } = await startSource({ before: (broker) => broker.kill() });
    await bus.publish('features.events.arrivals', bytes({ event_id: 'a', fields: { origin: 'ORD' } }));
    await settled(1);
  });

  test('the work on a message is a span that continues the trace of its sender', async () => {
    const ended: Span[] = [];
    const tracer: Tracer = {
      enter: (parent, state) =>
        parseTraceparent(parent, state) ?? { traceId: 'c'.repeat(32), spanId: '', sampled: false, state: '' },
      start: (name, kind, parent) =>
        parent.sampled
          ? {
              ...parent,
              spanId: 'd'.repeat(16),
              name,
              kind,
              parentSpanId: parent.spanId,
              startedAt: 0,
              attributes: {},
              links: undefined,
              endedAt: 0,
              error: undefined,
            }
          : undefined,
      end: (span) => void ended.push(span),
    };
    const { bus, settled } = await startSource({ tracer });
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: '' };
    await bus.publish('features.events.arrivals', bytes({ event_id: 'a', fields: { origin: 'ORD' } }), {
      trace,
    });
    await bus.publish('features.events.arrivals', bytes({ event_id: 'b', fields: { origin: 'ORD' } }));
    await settled(2);
    expect(ended).toHaveLength(1);
    expect(ended[0]).toMatchObject({
      traceId: trace.traceId,
      parentSpanId: trace.spanId,
      name: 'process features.events',
      links: [{ traceId: trace.traceId, spanId: trace.spanId }],
      attributes: { 'messaging.system': 'nats', 'messaging.destination.name': 'features.events.arrivals' },
    });
  });
});
