import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventIdFault } from '../../../services/feature/events/event-id.ts';
import { readEventMessage, Unreadable } from '../../../services/feature/ingest/event-message.ts';
import { eventMoment } from '../../../services/feature/ingest/event-moment.ts';
import type { Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import { messageCodec } from '../../../services/kit/contract/protos.ts';
import { arrival, arrivals, flag, integer, noon, number, text } from '../arrivals.ts';

const codec = messageCodec<Event__Output, Event__Output>('scoremesh.feature.v1.Event');
const protobuf = { 'content-type': 'application/x-protobuf' };

function read(payload: Uint8Array | object | string, headers: Record<string, string> = {}) {
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const message = { stream: 'arrivals', payload: bytes, headers, ownId: 'nats-1-2', takenAtMs: noon - 7 };
  return readEventMessage(message, arrivals.fields);
}

test('a JSON body says what happened, when, and under which id', () => {
  const body = {
    event_id: 'a',
    event_time: '2001-01-01T13:00:00.250+01:00',
    fields: { origin: 'ORD', delay: 1.5, hour: '9007199254740993', late: true, gate: null },
  };
  expect(read(body)).toEqual({
    stream: 'arrivals',
    eventId: 'a',
    eventTime: noon + 250,
    fields: {
      origin: text('ORD'),
      delay: number(1.5),
      hour: integer('9007199254740993'),
      late: flag(true),
      gate: {},
    },
  });
});

test('a JSON body may be the fields alone, and headers say the rest', () => {
  const headers = { 'Nats-Msg-Id': 'b', 'scoremesh-event-time': String(noon + 0.5) };
  expect(read({ origin: 'ORD', event_id: 'x' }, headers)).toEqual({
    stream: 'arrivals',
    eventId: 'b',
    eventTime: noon + 0.5,
    fields: { origin: text('ORD'), event_id: text('x') },
  });
});

test('what neither says is the place in JetStream and the time at which it came there', () => {
  expect(read({ origin: 'ORD' })).toMatchObject({ eventId: 'nats-1-2', eventTime: noon - 7 });
});

test('what the body says goes before the headers', () => {
  const headers = { 'Nats-Msg-Id': 'b', 'Scoremesh-Event-Time': '2001-01-01T00:00Z' };
  expect(read({ event_id: 'a', event_time: noon, fields: {} }, headers)).toMatchObject({
    eventId: 'a',
    eventTime: noon,
  });
});

test('a Protobuf body is an event of the stream that the subject names', () => {
  const event = arrival('a', { hour: integer('9007199254740993') });
  expect(read(codec.encode(event), protobuf)).toEqual(event);
  expect(read(codec.encode({ ...event, stream: '' }), protobuf)).toEqual(event);
  expect(read(codec.encode({ ...event, stream: 'departures' }), protobuf)).toMatchObject({
    description: expect.stringContaining('another stream'),
  });
});

test.each<[string, Uint8Array | object | string, Record<string, string>, RegExp]>([
  ['no JSON', '{', {}, /no JSON/],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, /no JSON/],
  ['a list', [], {}, /no JSON object/],
  ['nothing', '', {}, /no JSON/],
  ['a nested object', { fields: { origin: {} } }, {}, /"origin" is an object or a list/],
  ['fields beside fields', { fields: {}, origin: 'ORD' }, {}, /put what is a field into "fields"/],
  ['a number for an id', { event_id: 1, fields: {} }, {}, /event_id is no text/],
  ['a control character in its id', { event_id: 'a\u0000', fields: {} }, {}, /event id has a control/],
  ['a local time', { event_time: '2001-01-01T12:00:00', fields: {} }, {}, /ISO 8601 with its zone/],
  ['a broken header of time', { origin: 'ORD' }, { 'Scoremesh-Event-Time': 'yesterday' }, /ISO 8601/],
  ['a time beyond all calendars', { event_time: 1e300, fields: {} }, {}, /ISO 8601/],
  ['no Protobuf', Buffer.from([0xff]), protobuf, /no scoremesh.feature.v1.Event/],
])('a body with %s is told why', (_what, payload, headers, description) => {
  expect(read(payload, headers)).toMatchObject({ description: expect.stringMatching(description) });
});

test.each<[unknown, number | undefined]>([
  [noon, noon],
  [String(noon), noon],
  ['-1.5', -1.5],
  ['2001-01-01T12:00:00Z', noon],
  ['2001-01-01 12:00Z', noon],
  ['2001-01-01T12:00:00.123456Z', noon + 123.456],
  ['2001-01-01T06:30:00-0530', noon],
  ['2001-02-31T12:00:00Z', undefined],
  ['2001-13-01T12:00:00Z', undefined],
  ['2001-01-01T25:00:00Z', undefined],
  ['2001-01-01', undefined],
  ['Jan 1 2001', undefined],
  ['', undefined],
  [null, undefined],
  [{}, undefined],
])('%j is the moment %s', (given, moment) => {
  const read = eventMoment(given);
  if (moment === undefined) expect(read).toBeUndefined();
  else expect(read).toBeCloseTo(moment, 6);
});

test('whatever a message holds, it is an event with a valid id and time or it is told why not', () => {
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.json().map((json) => Buffer.from(json)),
    fc
      .record({
        event_id: fc.anything(),
        event_time: fc.anything(),
        fields: fc.dictionary(fc.string(), fc.jsonValue()),
      })
      .map((body) =>
        Buffer.from(JSON.stringify(body, (_name, value: unknown) => (typeof value === 'bigint' ? 1 : value))),
      ),
    fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(([at, byte]) => {
      const bytes = codec.encode(arrival('a', { hour: integer('5') }));
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  );
  const headers = fc.dictionary(
    fc.constantFrom('Content-Type', 'Nats-Msg-Id', 'Scoremesh-Event-Time'),
    fc.oneof(fc.string(), fc.constant('application/protobuf')),
  );
  fc.assert(
    fc.property(bodies, headers, (payload, given) => {
      const result = read(payload, given);
      if (result instanceof Unreadable) {
        expect(result.description).not.toBe('');
        return;
      }
      expect(result.stream).toBe('arrivals');
      expect(result.eventId).not.toBe('');
      expect(eventIdFault(result.eventId)).toBeUndefined();
      expect(Math.abs(result.eventTime ?? Number.NaN)).toBeLessThanOrEqual(8.64e15);
      for (const value of Object.values(result.fields)) expect(typeof value).toBe('object');
    }),
    { numRuns: 3000 },
  );
});
