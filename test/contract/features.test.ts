import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../services/gen/scoremesh/feature/v1/Event.ts';
import type { GetFeaturesRequest } from '../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import { flight, flightEvents, flightMoment } from './flight.ts';
import { type Placed, place, placementNames } from './placements.ts';

const minuteMs = 60_000;
/** What the first placement answered: the others must answer the same bits. */
let firstBlocks: Buffer[] | undefined;

function arrival(eventId: string, minutesBefore: number, delay: number): Event {
  return {
    stream: 'arrivals',
    eventId,
    eventTime: flightMoment - minutesBefore * minuteMs,
    fields: {
      origin: { text: 'ORD' },
      destination: { text: 'SFO' },
      hour: { integer: 9 },
      delay: { number: delay },
    },
  };
}

const read: GetFeaturesRequest = {
  featureSet: 'flight_delay',
  asOfEventTime: flightMoment,
  rows: ['ORD', 'LAX', 'XXX'].map((origin) => ({
    entities: { origin, destination: 'DEN' },
    inputs: { minute_of_day: { number: 750 } },
  })),
};

describe.each(placementNames)('features of a mesh placed %s', (name) => {
  let mesh: Placed;
  beforeAll(async () => {
    mesh = await place(name);
  });
  afterAll(() => mesh?.close());

  it('are taken in over a stream, batch by batch, and counted once', async () => {
    const batches = [flightEvents.slice(0, 2), [{ stream: 'nobody', eventId: '1' }], flightEvents.slice(1)];
    const answers = [];
    async function* requests() {
      for (const [sequence, events] of batches.entries()) yield { sequence, events };
    }
    for await (const answer of mesh.client.features.IngestStream(requests())) answers.push(answer);
    expect(answers).toMatchObject([
      { sequence: '0', response: { stored: 2, duplicates: 0 }, code: 0 },
      { sequence: '1', response: null, reason: 'FEATURE_STREAM_NOT_FOUND', code: 5 },
      { sequence: '2', response: { stored: flightEvents.length - 2, duplicates: 1 }, code: 0 },
    ]);
  });

  it('have the same bits in every placement, in training as in serving', async () => {
    const served = await mesh.client.features.GetFeatures(read);
    firstBlocks ??= served.blocks.map(({ data }) => data);
    expect(served.blocks.map(({ data }) => data)).toEqual(firstBlocks);
    async function* batches() {
      const { rows = [], featureSet = '' } = read;
      yield { batch: { featureSet, rows: rows.map((row) => ({ ...row, asOfEventTime: flightMoment })) } };
    }
    for await (const { batch } of mesh.client.features.BuildTrainingSet(batches())) {
      expect(batch?.blocks).toEqual(served.blocks);
      expect(batch?.statuses).toEqual(served.statuses);
      expect(batch?.eventTimes).toEqual(served.eventTimes);
    }
  });

  it('change with a late event, but not what was known before it', async () => {
    const {
      asOf: asOfEventTime,
      asOfIngest: asOfIngestTime,
      ...before
    } = await mesh.client.features.GetFeatures(read);
    await mesh.client.features.Ingest({ events: [arrival('late', 15, 200)] });
    expect((await mesh.client.features.GetFeatures(read)).blocks).not.toEqual(before.blocks);
    const again = await mesh.client.features.GetFeatures({ ...read, asOfEventTime, asOfIngestTime });
    expect(again).toEqual({ ...before, asOf: asOfEventTime, asOfIngest: asOfIngestTime });
  });

  it('go to the quarantine when they break their declaration, and come back after a fix', async () => {
    const { features } = mesh.client;
    await features.Declare({ yaml: 'streams: { odd: { fields: { n: { type: int64, max: 10 } } } }' });
    const event: Event = {
      stream: 'odd',
      eventId: '1',
      eventTime: flightMoment,
      fields: { n: { integer: 11 } },
    };
    expect(await features.Ingest({ events: [event] })).toMatchObject({ stored: 0, quarantined: 1 });
    const { events, total } = await features.ListQuarantine({ stream: 'odd' });
    // Where idempotent calls are delivered twice, the second finds it there already or adds the same again.
    expect(Number(total)).toBeGreaterThan(0);
    expect(events[0]?.rejections).toMatchObject([{ field: 'n', reason: 'REJECTION_REASON_RANGE' }]);
    await features.Declare({ yaml: 'streams: { odd: { fields: { n: { type: int64, max: 20 } } } }' });
    await features.ReplayQuarantine({ stream: 'odd' });
    expect(await features.ListQuarantine({ stream: 'odd' })).toMatchObject({ events: [], total: '0' });
    expect(await features.Ingest({ events: [event] })).toMatchObject({ stored: 0, duplicates: 1 });
  });

  it('are read as of the moment that a score names, which its record keeps', async () => {
    const { scoring, audit } = mesh.client;
    const now = await scoring.Score(flight({ includeFeatures: true }));
    const then = await scoring.Score(flight({ includeFeatures: true, asOfEventTime: flightMoment }));
    expect(now.features.map(({ status }) => status)).not.toContain('FEATURE_STATUS_PRESENT');
    expect(then.features.map(({ status }) => status)).toContain('FEATURE_STATUS_PRESENT');
    const { record } = await audit.GetRecord({ recordId: then.predictionId });
    expect(record?.prediction?.request).toMatchObject({ asOfEventTime: flightMoment });
  });
});
