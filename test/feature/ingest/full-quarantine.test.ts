import { connect } from 'nats';
import { describe, expect, test } from 'vitest';
import { eventsConsumer, eventsStream } from '../../../services/feature/ingest/nats-source.ts';
import { ensureConsumer } from '../../../services/kit/bus/stream.ts';
import { natsIsAbsent } from '../../kit/bus/broker.ts';
import { arrivals, arrivalViews, field, noon, streamOf, viewOf } from '../arrivals.ts';
import { testCall } from './started-ingest.ts';
import { startSource } from './started-source.ts';

const room = 10;
/** More than a consumer could once have on its way. */
const bad = 4500;
/** What a process keeps in flight toward NATS. */
const inFlight = 1000;

const departures = streamOf('departures', [field('gate', 'BYTES')]);
const views = [...arrivalViews, viewOf(departures, ['gate'])];
/** With the hour that the events of this test have. */
const mended = {
  ...arrivals,
  fields: arrivals.fields.map((declared) => (declared.name === 'hour' ? field('hour', 'INT64') : declared)),
};

describe.skipIf(natsIsAbsent)('with a nats-server', () => {
  test('what a full quarantine holds back keeps no other stream waiting, and comes when there is room', async () => {
    const { bus, ingest, store, redeclare, settled } = await startSource({
      ingest: { streams: [arrivals, departures], views, maxQuarantined: room },
      retryDelay: () => 1000,
      // A consumer that an older version made gets the bound of this one.
      before: async ({ url }, own) => {
        await own.ensureStream(eventsStream);
        const nats = await connect({ servers: url });
        await ensureConsumer(nats, { ...eventsConsumer, maxAckPending: 4096 });
        await nats.close();
      },
    });
    const body = (id: string, fields: object): Uint8Array =>
      Buffer.from(JSON.stringify({ event_id: id, event_time: noon, fields }));
    for (let from = 0; from < bad; from += inFlight)
      await Promise.all(
        Array.from({ length: Math.min(inFlight, bad - from) }, (_, index) =>
          bus.publish('features.events.arrivals', body(`e${from + index}`, { origin: 'ORD', hour: 24 })),
        ),
      );
    await bus.publish('features.events.departures', body('good', { gate: 'B7' }));
    await expect.poll(() => store.events.map(({ id }) => id), { timeout: 20_000 }).toEqual(['good']);
    expect(store.quarantined).toHaveLength(room);

    const discarded = new Set(store.quarantined.map(({ event }) => event?.eventId));
    const request = { stream: 'arrivals', quarantineIds: [], discard: true };
    expect(await ingest.handlers.ReplayQuarantine(request, testCall())).toMatchObject({
      discarded: String(room),
    });
    await expect.poll(() => store.quarantined.length, { timeout: 20_000 }).toBe(room);
    for (const { event } of store.quarantined) expect(discarded).not.toContain(event?.eventId);

    await redeclare([mended, departures], views);
    await ingest.handlers.ReplayQuarantine({ ...request, discard: false }, testCall());
    await settled(bad - room + 1);
  });
});
