import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Field, Stream } from '../../../services/feature/declarations/declarations.ts';
import { joinKeys } from '../../../services/feature/events/entity-key.ts';
import { layoutOf } from '../../../services/feature/events/event-layout.ts';
import { rowKeys } from '../../../services/feature/events/row-key.ts';
import { createStreamPlan } from '../../../services/feature/events/stream-plan.ts';
import type { NewEvent } from '../../../services/feature/store/feature-store.ts';
import type { Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { Rejection__Output } from '../../../services/gen/scoremesh/feature/v1/Rejection.ts';
import { RejectionReason } from '../../../services/gen/scoremesh/feature/v1/RejectionReason.ts';
import type { Value__Output } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { field, flag, integer, noon, number, streamOf, text } from '../arrivals.ts';
import { decodeEvent } from './decoding.ts';

const every = streamOf('every', [
  field('rate', 'FP32'),
  field('mean', 'FP64'),
  field('count', 'INT64'),
  field('open', 'BOOL'),
  field('city', 'BYTES'),
]);

interface Encoded {
  readonly event: NewEvent | undefined;
  readonly rejections: Rejection__Output[];
  readonly fields: Event__Output['fields'];
}

function encode(
  fields: Record<string, Value__Output>,
  {
    stream = every,
    keys = [],
    ...event
  }: Partial<Pick<Event__Output, 'eventId'>> & {
    eventTime?: number | undefined;
    stream?: Stream;
    keys?: string[][];
  } = {},
): Encoded {
  const indexes = keys.map((keyFields, id) => ({ id, stream: stream.name, keyFields }));
  const plan = createStreamPlan(stream, 7, indexes);
  const rejections: Rejection__Output[] = [];
  const arrival = { index: 3, nowMs: noon, absentTimeMs: noon - 5, expiredBeforeMs: noon - 1000 };
  const given = { eventId: 'a', eventTime: noon, ...event, stream: stream.name, fields } as Event__Output;
  const encoded = plan.encode(given, arrival, rejections);
  const decoded = encoded && decodeEvent(encoded.row, () => plan.layout);
  return { event: encoded, rejections, fields: decoded?.fields ?? {} };
}

const ruled = (datatype: Field['datatype'], rules: Partial<Field>): Stream =>
  streamOf('ruled', [field('value', datatype, rules)]);

test.each<[string, string, Value__Output, RegExp]>([
  ['NaN', 'rate', number(Number.NaN), /is not finite/],
  ['infinity', 'mean', number(Number.POSITIVE_INFINITY), /is not finite/],
  ['a number beyond float32', 'rate', number(1e39), /float32/],
  ['text for a number', 'rate', text('1'), /is of kind text; the field takes a number/],
  ['a fraction for an integer', 'count', number(1.5), /not a whole number/],
  ['an inexact number for an integer', 'count', number(2 ** 53), /send it as an integer/],
  ['an integer beyond 64 bits', 'count', integer('9223372036854775808'), /not a decimal integer of 64 bits/],
  ['an integer that is none', 'count', integer('12x'), /not a decimal integer/],
  ['an empty integer', 'mean', integer(''), /not a decimal integer/],
  ['a flag for an integer', 'count', flag(true), /takes an integer/],
  ['a number for a flag', 'open', number(1), /takes a boolean/],
  ['a number for text', 'city', number(1), /takes text/],
  ['too long a text', 'city', text('é'.repeat(40_000)), /80000 bytes of UTF-8; a text has at most 65536/],
  ['half of a surrogate pair', 'city', text('a\ud800'), /surrogate/],
  ['a tensor', 'rate', { kind: 'tensor', tensor: null }, /is of kind tensor/],
])('%s breaks the type of its field', (_what, name, value, message) => {
  const { event, rejections } = encode({ [name]: value });
  expect(event).toBeUndefined();
  expect(rejections).toEqual([
    { index: 3, field: name, reason: 'REJECTION_REASON_TYPE', message: expect.stringMatching(message) },
  ]);
});

test('what a type allows is stored exactly, beyond 2^53 too', () => {
  for (const count of [
    '9007199254740993',
    '-9223372036854775808',
    '9223372036854775807',
    '-1',
    '0',
    '4294967296',
  ]) {
    const { event, fields } = encode({
      rate: number(0.1),
      mean: integer('3'),
      count: integer(count),
      open: flag(true),
      city: text('Zürich'),
    });
    expect(event).toMatchObject({ id: 'a', stream: 'every', eventTimeMs: noon });
    expect(fields).toEqual({
      rate: number(Math.fround(0.1)),
      mean: number(3),
      count: integer(count),
      open: flag(true),
      city: text('Zürich'),
    });
  }
});

test('a field that is left out or unset is null', () => {
  expect(encode({ rate: {} }).fields).toEqual({});
});

test('an event that does not say when it happened happened when it came', () => {
  const { event } = encode({}, { eventTime: undefined });
  expect(event?.eventTimeMs).toBe(noon - 5);
});

test.each<[string, Stream, Value__Output | undefined, string, RegExp]>([
  ['a required value', ruled('FP32', { required: true }), undefined, 'REQUIRED', /is required/],
  ['a minimum', ruled('FP64', { min: 2 }), number(1.9), 'RANGE', /must be at least 2$/],
  ['a maximum', ruled('FP64', { min: 0, max: 2 }), number(2.1), 'RANGE', /at least 0 and at most 2/],
  [
    'an exact maximum',
    ruled('INT64', { max: 9007199254740992n }),
    integer('9007199254740993'),
    'RANGE',
    /at most 9007199254740992/,
  ],
  [
    'an exact minimum',
    ruled('INT64', { min: -(2n ** 62n) }),
    integer(String(-(2n ** 62n) - 1n)),
    'RANGE',
    /at least/,
  ],
  ['an enumeration', ruled('BYTES', { oneOf: ['AA', 'UA'] }), text('XX'), 'ENUMERATION', /"AA", "UA"/],
  [
    'an enumeration of integers',
    ruled('INT64', { oneOf: [1n, 2n ** 60n] }),
    integer(2),
    'ENUMERATION',
    /1, "1152921504606846976"/,
  ],
])('an event that breaks %s is rejected without its value', (_what, stream, value, reason, message) => {
  const { event, rejections } = encode(value === undefined ? {} : { value }, { stream });
  expect(event).toBeUndefined();
  expect(rejections).toEqual([
    {
      index: 3,
      field: 'value',
      reason: `REJECTION_REASON_${reason}`,
      message: expect.stringMatching(message),
    },
  ]);
});

test('values at the edges of their range, and those of an enumeration, are taken', () => {
  for (const value of [-90, 5000])
    expect(
      encode({ value: number(value) }, { stream: ruled('FP64', { min: -90, max: 5000 }) }).event,
    ).toBeDefined();
  const exact = ruled('INT64', { oneOf: [1n, 2n ** 60n] });
  for (const value of ['1', String(2n ** 60n)])
    expect(encode({ value: integer(value) }, { stream: exact }).event).toBeDefined();
  expect(
    encode({ value: number(0.1) }, { stream: ruled('FP32', { min: 0.1, max: 0.1 }) }).event,
  ).toBeDefined();
});

test('an invalid value becomes null where the field says so, null becomes the default, and what is required then must be there', () => {
  const lenient = { min: 0, onInvalid: 'null' } as const;
  const bad = { value: number(-1) };
  expect(encode(bad, { stream: ruled('FP64', lenient) }).fields).toEqual({});
  expect(encode(bad, { stream: ruled('FP64', { ...lenient, default: 7 }) }).fields).toEqual({
    value: number(7),
  });
  expect(encode({}, { stream: ruled('INT64', { default: 2n ** 60n, required: true }) }).fields).toEqual({
    value: integer(String(2n ** 60n)),
  });
  expect(encode(bad, { stream: ruled('FP64', { ...lenient, required: true }) }).rejections).toMatchObject([
    { reason: 'REJECTION_REASON_RANGE' },
  ]);
});

test.each<[string, Value__Output, RegExp]>([
  ['an empty text', text(''), /is empty/],
  ['a long text', text('x'.repeat(257)), /257 characters; a key has at most 256/],
  ['a control character', text('a\u0000'), /control character/],
  ['a control character beyond ASCII', text('a\u0085'), /control character/],
])('%s can be no key', (_what, city, message) => {
  expect(encode({ city }).event).toBeDefined();
  expect(encode({ city }, { keys: [['count', 'city']] }).rejections).toEqual([
    { index: 3, field: 'city', reason: 'REJECTION_REASON_KEY', message: expect.stringMatching(message) },
  ]);
});

test('an event is in the indexes whose key fields it has, under the same key as its row would be put later', () => {
  const keys = [['city'], ['city', 'count'], ['count'], []];
  const entriesOf = (fields: Record<string, Value__Output>) => {
    const { event } = encode(fields, { keys });
    for (const [id, keyFields] of keys.entries()) {
      const named = keyFields.map((name) => ({ name, datatype: name === 'count' ? 'INT64' : 'BYTES' }));
      const later = rowKeys(() => layoutOf(every.fields), named)(event!.row);
      expect(later).toBe(event!.entries.find(({ index }) => index.id === id)?.key);
    }
    return Object.fromEntries(event!.entries.map(({ index, key }) => [index.id, key]));
  };
  expect(entriesOf({ city: text('ORD'), count: integer('0042') })).toEqual({
    0: 'ORD',
    1: joinKeys(['ORD', '42']),
    2: '42',
    3: '*',
  });
  expect(entriesOf({ count: integer(String(-(2n ** 63n))) })).toEqual({ 2: String(-(2n ** 63n)), 3: '*' });
});

test('a stored text that can be no key is in no index that is made later', () => {
  const { event } = encode({ city: text('') });
  expect(
    rowKeys(() => layoutOf(every.fields), [{ name: 'city', datatype: 'BYTES' }])(event!.row),
  ).toBeUndefined();
});

test('events from the future and from before the retention are rejected', () => {
  expect(encode({}, { eventTime: noon + 300_000 }).event).toBeDefined();
  expect(encode({}, { eventTime: noon + 300_001 }).rejections).toMatchObject([
    { field: '', reason: 'REJECTION_REASON_FUTURE' },
  ]);
  expect(encode({}, { eventTime: noon - 1000 }).event).toBeDefined();
  expect(encode({}, { eventTime: noon - 1001 }).rejections).toMatchObject([
    { field: '', reason: 'REJECTION_REASON_EXPIRED' },
  ]);
});

test('fields that are not declared are named, also where every object has such a name', () => {
  const odd = Object.fromEntries([
    ['__proto__', number(1)],
    ['constructor', number(1)],
    ['rate', number(1)],
  ]);
  expect(encode(odd).rejections.map(({ reason, field: name }) => [reason, name])).toEqual([
    ['REJECTION_REASON_UNKNOWN_FIELD', '__proto__'],
    ['REJECTION_REASON_UNKNOWN_FIELD', 'constructor'],
  ]);
  const stream = streamOf('odd', [field('constructor', 'FP64'), field('toString', 'FP64')]);
  expect(encode({}, { stream }).fields).toEqual({});
  expect(encode({ toString: number(1) } as never, { stream }).fields).toEqual({ toString: number(1) });
});

test('of an event with thousands of faults twenty are named', () => {
  const fields = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`f${index}`, number(1)]));
  expect(encode(fields).rejections).toHaveLength(20);
});

test('an event without an id is what it says: the same for the same values in whatever order and kind', () => {
  const idOf = (fields: Record<string, Value__Output>, eventTime = noon): string =>
    encode(fields, { eventId: '', eventTime }).event?.id ?? '';
  const id = idOf({ count: integer(5), city: text('ORD'), rate: {} });
  expect(id).toMatch(/^sha256:[\w-]{43}$/);
  expect(idOf({ city: text('ORD'), count: number(5) })).toBe(id);
  expect(idOf({ city: text('ORD'), count: number(6) })).not.toBe(id);
  expect(idOf({ city: text('ORD'), count: number(5) }, noon - 1)).not.toBe(id);
  expect(idOf({ city: text('5\ncount=1:5') })).not.toBe(idOf({ city: text('5'), count: number(5) }));
});

const value: fc.Arbitrary<Value__Output> = fc.oneof(
  fc.double().map(number),
  fc.float({ noNaN: true }).map(number),
  fc.integer().map(number),
  fc
    .bigInt({ min: -(2n ** 64n), max: 2n ** 64n })
    .map(String)
    .map(integer),
  fc.string().map(integer),
  fc.string({ unit: 'binary' }).map(text),
  fc.boolean().map(flag),
  fc.constant<Value__Output>({}),
  fc.constant<Value__Output>({ kind: 'tensor', tensor: null }),
);
const anyFields = fc.dictionary(
  fc.oneof(fc.constantFrom('rate', 'mean', 'count', 'open', 'city'), fc.string()),
  value,
  { maxKeys: 7 },
);

test('whatever an event holds, it is stored with the values it came with, or rejected by name without them', () => {
  const reasons = new Set<string>(Object.values(RejectionReason));
  fc.assert(
    fc.property(anyFields, (fields) => {
      const encoded = encode(fields, { keys: [['city'], ['count', 'city']] });
      if (encoded.event === undefined) {
        expect(encoded.rejections.length).toBeGreaterThan(0);
        for (const { reason, message } of encoded.rejections) {
          expect(reasons).toContain(reason);
          expect(message).not.toBe('');
        }
        return;
      }
      expect(encoded.rejections).toEqual([]);
      const again = encode(encoded.fields, { keys: [['city'], ['count', 'city']] });
      expect(again.event?.row).toEqual(encoded.event.row);
      expect(Object.keys(encoded.fields).sort()).toEqual(
        Object.keys(fields)
          .filter((name) => fields[name]?.kind !== undefined)
          .sort(),
      );
      expect(again.event?.entries).toEqual(encoded.event.entries);
    }),
    { numRuns: 2000 },
  );
});
