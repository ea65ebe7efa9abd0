import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FeatureContract } from '../../../services/contracts.ts';
import { cancelledByCaller } from '../../../services/kit/contract/call.ts';
import type { Handlers } from '../../../services/kit/contract/contract.ts';
import { airportRow, noon, number, startFeatures, testCall, text, travel, unpack } from '../fixture.ts';

async function ratesOf(handlers: Handlers<FeatureContract>, airports: string[]) {
  const rows = airports.map((airport) => ({ entities: { airport } }));
  const { values, eventTimes, ingestTimes } = unpack(
    await handlers.GetFeatures({ featureSet: 'rates', rows }, testCall()),
  );
  return airports.map((_, index) => ({
    rate: values[0]?.[index * 2],
    eventTime: eventTimes[index * 2],
    ingestTime: ingestTimes[index * 2],
  }));
}

test('the latest by event time wins, of equal event times the later ingested, whatever the order', async () => {
  let clock = noon;
  const { handlers } = await startFeatures(travel, { now: () => clock++ });
  let run = 0;
  const event = fc.record({ airport: fc.constantFrom('a', 'b', 'c'), age: fc.integer({ min: 0, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(event, { minLength: 1, maxLength: 6 }), { maxLength: 6 }),
      async (requests) => {
        run++;
        const latest = new Map<string, { time: number; rate: number; request: number }>();
        const expected: { stored: number; superseded: number }[] = [];
        let rate = 0;
        const sent = requests.map((events, request) => {
          const rows = events.map(({ airport, age }) => {
            const key = `${airport}${run}`;
            const time = noon - age * 1000;
            rate++;
            if (time >= (latest.get(key)?.time ?? Number.NEGATIVE_INFINITY))
              latest.set(key, { time, rate, request });
            return airportRow(key, { rate: number(rate) }, time);
          });
          const stored = [...latest.values()].filter((row) => row.request === request).length;
          expected.push({ stored, superseded: rows.length - stored });
          return handlers.Ingest({ rows }, testCall());
        });
        expect(await Promise.all(sent)).toEqual(expected);
        const keys = [...latest.keys()];
        if (keys.length === 0) return;
        const found = await ratesOf(handlers, keys);
        expect(found.map((row) => row.rate)).toEqual([...latest.values()].map((row) => row.rate));
        expect(found.map((row) => row.eventTime)).toEqual([...latest.values()].map((row) => row.time));
      },
    ),
    { numRuns: 60 },
  );
});

test('two requests at once are both stored, each whole', async () => {
  const { handlers } = await startFeatures(travel);
  const rows = (rate: number) =>
    Array.from({ length: 2000 }, (_, index) => airportRow(`A${index}`, { rate: number(rate) }));
  const both = [
    handlers.Ingest({ rows: rows(1) }, testCall()),
    handlers.Ingest({ rows: rows(2) }, testCall()),
  ];
  expect(await Promise.all(both)).toEqual([
    { stored: 2000, superseded: 0 },
    { stored: 2000, superseded: 0 },
  ]);
  const found = await ratesOf(handlers, ['A0', 'A999', 'A1999']);
  expect(found.map((row) => row.rate)).toEqual([2, 2, 2]);
});

test('rows without an event time happened when they came, and the ingest time says when the mesh learnt them', async () => {
  const { handlers } = await startFeatures(travel);
  const row = { ...airportRow('ORD', { rate: number(1) }), eventTime: null };
  await handlers.Ingest({ rows: [row, airportRow('SFO', { rate: number(2) }, noon - 1500.25)] }, testCall());
  expect(await ratesOf(handlers, ['ORD', 'SFO'])).toEqual([
    { rate: 1, eventTime: noon, ingestTime: noon },
    { rate: 2, eventTime: noon - 1500.25, ingestTime: noon },
  ]);
});

test('a request that nobody wants any more when its turn comes is not stored', async () => {
  const { handlers } = await startFeatures(travel);
  const call = testCall();
  const gone = handlers.Ingest({ rows: [airportRow('ORD', { rate: number(1) })] }, call);
  const wanted = handlers.Ingest({ rows: [airportRow('SFO', { rate: number(2) })] }, testCall());
  call.cancellation.cancel(cancelledByCaller());
  await expect(gone).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
  expect(await wanted).toEqual({ stored: 1, superseded: 0 });
  expect((await ratesOf(handlers, ['ORD', 'SFO'])).map((row) => row.rate)).toEqual([Number.NaN, 2]);
});

test('when too much waits for a commit more is refused by name, and what waits is stored', async () => {
  const { handlers, metrics } = await startFeatures(travel, { maxQueuedBytes: 100_000 });
  const send = (airport: string) =>
    handlers.Ingest({ rows: [airportRow(airport, { city: text('x'.repeat(40_000)) })] }, testCall());
  const settled = await Promise.allSettled([send('a'), send('b'), send('c')]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(settled[2]).toMatchObject({ reason: { reason: 'QUEUE_FULL', details: { retryAfterMs: 100 } } });
  expect(metrics.value('scoremesh_feature_ingested_rows_total{airport,failed}')).toBe(1);
  expect(metrics.value('scoremesh_feature_ingest_queue_bytes')).toBe(0);
});
