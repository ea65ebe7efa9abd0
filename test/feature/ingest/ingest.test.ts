import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Value__Output } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import {
  arrival,
  arrivals,
  arrivalViews,
  field,
  flag,
  integer,
  noon,
  number,
  streamOf,
  text,
} from '../arrivals.ts';
import { startIngest, testCall } from './started-ingest.ts';

async function refusalOf(work: Promise<unknown>): Promise<MeshError> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  if (!(error instanceof MeshError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

test('clean events are stored, repeated ones counted, and those that break the declaration quarantined with reasons', async () => {
  const { ingest, store, metrics } = await startIngest();
  const answer = await ingest.handlers.Ingest(
    {
      events: [
        arrival('a', { delay: number(3) }),
        arrival('b', { delay: number(9000) }),
        arrival('a', { delay: number(3) }),
        arrival('c', { gate: text('secret'), hour: flag(true) }),
      ],
    },
    testCall(),
  );
  expect(answer).toEqual({
    stored: 1,
    duplicates: 1,
    quarantined: 2,
    rejections: [
      { index: 1, field: 'delay', reason: 'REJECTION_REASON_RANGE', message: expect.any(String) },
      { index: 3, field: 'hour', reason: 'REJECTION_REASON_TYPE', message: expect.any(String) },
      { index: 3, field: 'gate', reason: 'REJECTION_REASON_UNKNOWN_FIELD', message: expect.any(String) },
    ],
    ingestTime: store.lastIngestMs,
  });
  expect(JSON.stringify(answer)).not.toContain('secret');
  expect(store.quarantined.map(({ event, receivedAt }) => [event?.eventId, receivedAt])).toEqual([
    ['b', noon],
    ['c', noon],
  ]);
  for (const [outcome, amount] of Object.entries({ stored: 1, duplicate: 1, quarantined: 2, refused: 0 }))
    expect(metrics.value(`scoremesh_feature_events_total{arrivals,${outcome}}`)).toBe(amount);
  expect(metrics.value('scoremesh_feature_quarantined_events')).toBe(2);
});

test('an answer without stored events has no ingest time', async () => {
  const { ingest } = await startIngest();
  expect(await ingest.store([arrival('b', { delay: number(9000) })], testCall())).toMatchObject({
    ingestTime: 0,
  });
});

test('a thousand broken events are all quarantined, and twenty are told', async () => {
  const { ingest } = await startIngest();
  const events = Array.from({ length: 1000 }, (_, index) => arrival(`e${index}`, { hour: number(24) }));
  const answer = await ingest.store(events, testCall());
  expect(answer.quarantined).toBe(1000);
  expect(answer.rejections).toHaveLength(20);
});

test('an unknown stream refuses the request with those there are', async () => {
  const { ingest, store, metrics } = await startIngest();
  const error = await refusalOf(
    ingest.store([arrival('a'), { ...arrival('b'), stream: 'arrival' }], testCall()),
  );
  expect(error.reason).toBe('FEATURE_STREAM_NOT_FOUND');
  expect(error.message).toContain(
    'events[1].stream: no event stream is called "arrival"; there are arrivals',
  );
  expect(store.events).toEqual([]);
  expect(metrics.value('scoremesh_feature_events_total{arrivals,refused}')).toBe(1);
  expect(metrics.value('scoremesh_feature_events_total{,refused}')).toBe(1);
});

test.each([
  ['neither id nor time', arrival('', {}, 'absent'), /^events\[1\]: has neither event_id nor event_time/],
  ['too long an id', arrival('é'.repeat(129)), /^events\[1\].event_id: has 258 bytes/],
  ['a control character in its id', arrival('a\u0007'), /^events\[1\].event_id: has a control/],
  ['a time that is none', arrival('a', {}, Number.NaN), /^events\[1\].event_time: is no time/],
  ['a time beyond all calendars', arrival('a', {}, -1e17), /^events\[1\].event_time: is no time/],
  [
    'a fault and too much for the quarantine',
    arrival('a', { note: text('x'.repeat(300_000)) }),
    /^events\[1\].fields.note: no such field.*too large for the quarantine/,
  ],
])('an event with %s refuses the request whole', async (_what, event, message) => {
  const { ingest, store } = await startIngest();
  const error = await refusalOf(ingest.store([arrival('good'), event], testCall()));
  expect(error.reason).toBe('FEATURE_EVENT_INVALID');
  expect(error.message).toMatch(message);
  expect(error.message).toContain('none of the events was stored');
  expect(store.commits).toEqual([]);
});

test.each([0, 10_001])('a request of %d events is refused', async (count) => {
  const { ingest } = await startIngest();
  const error = await refusalOf(ingest.store(new Array(count).fill(arrival('a')), testCall()));
  expect(error.reason).toBe('INVALID_REQUEST');
});

test('many faults are told at once, but not all of ten thousand', async () => {
  const { ingest } = await startIngest();
  const error = await refusalOf(ingest.store(new Array(10_000).fill(arrival('', {}, 'absent')), testCall()));
  expect(error.details.violations).toHaveLength(20);
  expect(error.message).toContain('(and 9999 more)');
});

test('an event that the retention no longer keeps is quarantined, by the declaration and by what the store let go', async () => {
  const kept = streamOf('arrivals', arrivals.fields, { retentionMs: 1000 });
  const { ingest, store } = await startIngest({ streams: [kept], views: arrivalViews });
  const reasons = async (eventTime: number) =>
    (await ingest.store([arrival(`at ${eventTime}`, {}, eventTime)], testCall())).rejections.map(
      ({ reason }) => reason,
    );
  expect(await reasons(noon - 1000)).toEqual([]);
  expect(await reasons(noon - 1001)).toEqual(['REJECTION_REASON_EXPIRED']);
  store.edges.set('arrivals', noon - 500);
  expect(await reasons(noon - 501)).toEqual(['REJECTION_REASON_EXPIRED']);
});

test('batches of a stream are answered in order, and a refused one does not end it', async () => {
  const { ingest, store } = await startIngest();
  async function* requests() {
    yield { sequence: '7', events: [arrival('a')] };
    yield { sequence: '8', events: [] };
    yield { sequence: '9', events: [arrival('a'), arrival('b')] };
  }
  const answers = [];
  for await (const answer of ingest.handlers.IngestStream(requests(), testCall())) answers.push(answer);
  expect(answers.map(({ sequence, code, reason }) => [sequence, code, reason])).toEqual([
    ['7', 0, ''],
    ['8', 3, 'INVALID_REQUEST'],
    ['9', 0, ''],
  ]);
  expect(answers[1]).toMatchObject({ response: null, message: expect.stringContaining('send 1 to 10000') });
  expect(answers[2]?.response).toMatchObject({ stored: 1, duplicates: 1 });
  expect(store.events.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('batches of a stream share commits, and more of them than fit are held back instead of refused', async () => {
  const { ingest, store } = await startIngest({ maxQueuedBytes: 10_000 });
  async function* requests() {
    for (let index = 0; index < 200; index++)
      yield { sequence: String(index), events: [0, 1, 2].map((place) => arrival(`${index}.${place}`)) };
  }
  let expected = 0;
  for await (const answer of ingest.handlers.IngestStream(requests(), testCall())) {
    expect(answer).toMatchObject({ sequence: String(expected), code: 0, response: { stored: 3 } });
    expected++;
  }
  expect(expected).toBe(200);
  expect(store.commits.length).toBeLessThan(150);
});

test('a failing disk answers the batches of a stream with when to try again', async () => {
  const { ingest, store } = await startIngest();
  store.failNext(new MeshError('FEATURE_STORE_FULL', 'no space', { retryAfterMs: 5000 }));
  async function* requests() {
    yield { sequence: '1', events: [arrival('a')] };
  }
  for await (const answer of ingest.handlers.IngestStream(requests(), testCall()))
    expect(answer).toEqual({
      sequence: '1',
      response: null,
      code: 8,
      reason: 'FEATURE_STORE_FULL',
      message: 'no space',
      retryAfterMs: 5000,
    });
});

test('the quarantine of a stream is bounded, and what is beyond it is refused by name until there is room', async () => {
  const { ingest, store } = await startIngest({ maxQuarantined: 3 });
  const broken = (id: string) => arrival(id, { hour: number(24) });
  await ingest.store([broken('a'), broken('b')], testCall());
  const error = await refusalOf(ingest.store([arrival('good'), broken('c'), broken('d')], testCall()));
  expect(error.reason).toBe('QUEUE_FULL');
  expect(error.message).toMatch(/the quarantine has 3 events of stream arrivals.*ReplayQuarantine/);
  expect(store.events).toEqual([]);
  expect(await ingest.store([broken('c')], testCall())).toMatchObject({ quarantined: 1 });
  await ingest.handlers.ReplayQuarantine({ stream: '', quarantineIds: [], discard: true }, testCall());
  expect(await ingest.store([broken('d')], testCall())).toMatchObject({ quarantined: 1 });
});

test('places in the quarantine are given back when the commit fails', async () => {
  const { ingest, store } = await startIngest({ maxQuarantined: 1 });
  store.failNext(new MeshError('FEATURE_STORE_FULL', 'full'));
  const broken = [arrival('a', { hour: number(24) })];
  await refusalOf(ingest.store(broken, testCall()));
  expect(await ingest.store(broken, testCall())).toMatchObject({ quarantined: 1 });
});

test('a field that is added later is null in the layout of before', async () => {
  const { ingest, store, redeclare } = await startIngest();
  await ingest.store([arrival('a')], testCall());
  await redeclare([{ ...arrivals, fields: [...arrivals.fields, field('gate', 'BYTES')] }], arrivalViews);
  await ingest.store([arrival('b', { gate: text('B7') })], testCall());
  const layouts = store.events.map(({ row }) => store.layout(row.readUInt32LE(4)));
  expect(layouts.map(({ slots }) => slots.has('gate'))).toEqual([false, true]);
});

const anyValue: fc.Arbitrary<Value__Output> = fc.oneof(
  fc.double().map(number),
  fc.string({ unit: 'binary' }).map(text),
  fc.boolean().map(flag),
  fc.string().map(integer),
  fc.constant({}),
  fc.constant({ kind: 'tensor' as const, tensor: null }),
);
const anyEvent = fc.record(
  {
    stream: fc.constantFrom('arrivals', 'arrivals', 'arrivals', 'departures', ''),
    eventId: fc.oneof(fc.constantFrom('', 'a', 'b'), fc.string({ unit: 'binary' })),
    eventTime: fc.oneof(fc.constantFrom(noon, noon - 1, noon + 400_000), fc.double()),
    fields: fc.dictionary(
      fc.oneof(fc.constantFrom('origin', 'destination', 'hour', 'delay', 'carrier'), fc.string()),
      anyValue,
      { maxKeys: 4 },
    ),
  },
  { requiredKeys: ['stream', 'eventId', 'fields'] },
);

test('whatever comes is stored, a duplicate, in the quarantine, or refused by name', async () => {
  const refusals = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 5 }), async (events) => {
      const { ingest, store, close } = await startIngest();
      try {
        const answer = await ingest.store(events, testCall());
        expect(answer.stored + answer.duplicates + answer.quarantined).toBe(events.length);
        expect(store.events).toHaveLength(answer.stored);
        expect(store.quarantined).toHaveLength(answer.quarantined);
      } catch (error) {
        if (!(error instanceof MeshError)) throw error;
        refusals.add(error.reason);
        expect(store.commits).toEqual([]);
      }
      await close();
    }),
    { numRuns: 500 },
  );
  expect([...refusals].sort()).toEqual([
    'FEATURE_EVENT_INVALID',
    'FEATURE_STREAM_NOT_FOUND',
    'INVALID_REQUEST',
  ]);
});
