import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesBetween } from '../../../services/feature/declarations/changes.ts';
import { nothingDeclared } from '../../../services/feature/declarations/declaration-text.ts';
import { describeDeclarations } from '../../../services/feature/declarations/descriptions.ts';
import { canonicalJson, digestOf } from '../../../services/feature/declarations/digest.ts';
import {
  declarationsInForce,
  decodeDeclaration,
  decodeSet,
  encodeDeclarations,
} from '../../../services/feature/declarations/stored-declarations.ts';
import { declare, flights } from './flights.ts';

const groups = { stream: 'streams', entity: 'entities', view: 'views', set: 'sets' } as const;

test('each stored declaration gives back by itself what was declared', () => {
  const declared = declare(flights);
  const stored = encodeDeclarations(declared);
  expect(stored.map(({ kind, name }) => `${kind} ${name}`)).toContain('set flight_delay');
  for (const declaration of stored) {
    const group = groups[declaration.kind as keyof typeof groups];
    expect(decodeDeclaration(declaration)[group].get(declaration.name)).toEqual(
      declared[group].get(declaration.name),
    );
  }
  expect(declarationsInForce(stored)).toEqual(declared);
});

test('an old version of a set is had whole after all that it reads has changed', () => {
  const before = declare(flights);
  const set = encodeDeclarations(before).find(({ kind }) => kind === 'set')!;
  const after = declare(flights.replaceAll('delay >= 15.0', 'delay >= 30.0'), before);
  expect(after.sets.get('flight_delay')?.digest).not.toBe(set.digest);
  expect(decodeSet(set)).toEqual(before.sets.get('flight_delay'));
  const inForce = declarationsInForce([...encodeDeclarations(before), ...encodeDeclarations(after)]);
  expect(inForce).toEqual(after);
});

test('a stored declaration that can not be read is told as corrupt', () => {
  const [stored] = encodeDeclarations(declare(flights));
  const corrupt = { reason: 'STATE_CORRUPT' };
  expect(() => decodeDeclaration({ ...stored!, json: '{' })).toThrow(expect.objectContaining(corrupt));
  expect(() => declarationsInForce([{ ...stored!, json: '{}' }])).toThrow(expect.objectContaining(corrupt));
  expect(() => decodeSet({ ...stored!, kind: 'set' })).toThrow(expect.objectContaining(corrupt));
});

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const field = fc.oneof(
  fc.record({ type: fc.constant('int64'), default: int64.map(String) }),
  fc.record({
    type: fc.constantFrom('float32', 'float64'),
    default: fc.float({ noNaN: true, noDefaultInfinity: true }),
  }),
  fc.record({ type: fc.constant('text'), default: fc.string({ unit: 'grapheme' }), required: fc.boolean() }),
  fc.record({
    type: fc.constant('bool'),
    one_of: fc.constant([true]),
    invalid: fc.constantFrom('null', 'quarantine', null),
  }),
);

test('whatever is declared comes back from its stored form', () => {
  fc.assert(
    fc.property(fc.dictionary(name, field, { minKeys: 1 }), fc.string(), (fields, description) => {
      const latest = Object.fromEntries(Object.keys(fields).map((key) => [key, {}]));
      const yaml = JSON.stringify({
        streams: { s: { description, fields } },
        views: { v: { stream: 's', latest, description } },
        sets: {
          t: { features: Object.keys(fields).map((key) => ({ feature: `v.${key}`, absent: 'fail' })) },
        },
      });
      const declared = declare(yaml);
      expect(declarationsInForce(encodeDeclarations(declared))).toEqual(declared);
    }),
    { numRuns: 100 },
  );
});

test('canonical JSON does not depend on the order of names', () => {
  expect(canonicalJson({ b: [2n, { d: undefined, c: 1 }], a: null })).toBe('{"a":null,"b":["2",{"c":1}]}');
  expect(digestOf('set', { a: 1, b: 2 })).toBe(digestOf('set', { b: 2, a: 1 }));
  expect(digestOf('set', {})).toMatch(/^sha256:[0-9a-f]{64}$/);
});

const digest = (yaml: string): string | undefined => declare(yaml).sets.get('flight_delay')?.digest;

test.each<[what: string, from: string, to: string]>([
  ['words', 'What the model reads.', 'Other words.'],
  ['words of a view', 'How late flights left.', 'Other words.'],
  [
    'a feature that it does not read',
    'carriers_1d: { aggregate: distinct, field: carrier, window: 1d }',
    'other: { aggregate: count, window: 1d }',
  ],
  [
    'another view',
    'arrivals_1d: { aggregate: count, window: 1d }',
    'arrivals_1d: { aggregate: count, window: 2d }',
  ],
  ['a field that is not read', 'seats: {', 'gate: { type: text }\n      seats: {'],
])('the digest of a set stays when only %s changed', (_what, from, to) => {
  expect(flights).toContain(from);
  expect(digest(flights.replace(from, to))).toBe(digest(flights));
});

test.each<[what: string, from: string, to: string]>([
  ['the order of its features', '- hour_sin\n      - double_sin', '- double_sin\n      - hour_sin'],
  ['a transform', 'hour_sin * 2', 'hour_sin * 3'],
  ['a type', 'tile: 5m, type: float32 }', 'tile: 5m, type: float64 }'],
  ['a policy', 'absent: fail', 'absent: null'],
  ['a default', '{ default: 9007199254740993 }', '{ default: 9007199254740992 }'],
  ['an input', 'departure: text', 'departure: int64'],
  ['a derived key', '/ 60', '/ 30'],
  ['a condition', 'delay >= 15.0', 'delay >= 16.0'],
  ['what its view counts', 'delay < 1000.0', 'delay < 1001.0'],
  ['the age that its view allows', 'max_age: 24h', 'max_age: 25h'],
  ['the keys of an entity', 'keys: [origin, destination, hour]', 'keys: [destination, origin, hour]'],
  ['the longest window of a view', 'window: 7d }', 'window: 14d }'],
])('the digest of a set changes with %s', (_what, from, to) => {
  expect(flights).toContain(from);
  expect(digest(flights.replace(from, to))).not.toBe(digest(flights));
});

test('what is new or changed is told with its digests', () => {
  const before = declare(flights);
  expect(changesBetween(before, declare(flights))).toEqual([]);
  expect(changesBetween(nothingDeclared, before)).toHaveLength(7);
  const after = declare(flights.replace('hour_sin * 2', 'hour_sin * 3'));
  expect(changesBetween(before, after)).toEqual([
    {
      kind: 'set',
      name: 'flight_delay',
      digest: after.sets.get('flight_delay')?.digest,
      previousDigest: before.sets.get('flight_delay')?.digest,
    },
  ]);
});

test('declarations are listed as messages', () => {
  const { streams, entities, views, sets } = describeDeclarations(declare(flights));
  expect(streams[0]).toMatchObject({ name: 'arrivals', retentionMs: '34560000000', maxLeadMs: '300000' });
  expect(streams[0]?.fields[0]).toEqual({
    name: 'origin',
    datatype: 'BYTES',
    description: '',
    required: true,
  });
  expect(entities[0]).toEqual({ name: 'origin', description: 'Airport of departure', keys: ['origin'] });
  expect(views.map(({ kind }) => kind)).toEqual([
    'VIEW_KIND_WINDOWED',
    'VIEW_KIND_LATEST',
    'VIEW_KIND_WINDOWED',
  ]);
  expect(views[2]).toMatchObject({
    stream: 'arrivals',
    entity: 'origin',
    keys: ['origin'],
    maxAgeMs: '86400000',
  });
  expect(views[2]?.features[0]).toMatchObject({ aggregate: 'rate', windowMs: '3600000', tileMs: '300000' });
  expect(views[1]?.features[0]).toMatchObject({ aggregate: '', windowMs: '0', tileMs: '0' });
  expect(sets[0]).toMatchObject({
    entities: ['origin', 'destination'],
    datatypes: ['FP32', 'FP32', 'INT64', 'FP64', 'FP32', 'FP64'],
  });
  expect(sets[0]?.inputs[1]).toEqual({ name: 'departure', datatype: 'BYTES', description: '' });
});
