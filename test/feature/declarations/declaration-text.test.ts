import { expect, test } from 'vitest';
import { declare, faultsOf, flights } from './flights.ts';

test('a declaration is resolved with its defaults', () => {
  const { streams, views, sets } = declare(flights);
  expect(streams.get('arrivals')).toMatchObject({ retentionMs: 400 * 86_400_000, maxLeadMs: 300_000 });
  expect(streams.get('arrivals')?.fields.at(-1)).toMatchObject({
    default: 9007199254740993n,
    onInvalid: 'quarantine',
  });
  const types = views.get('origin_delays')?.features.map(({ name, datatype }) => [name, datatype]);
  expect(Object.fromEntries(types ?? [])).toEqual({
    late_rate_1h: 'FP32',
    mean_delay_1h: 'FP32',
    arrivals_1h: 'INT64',
    seats_7d: 'INT64',
    carriers_1d: 'INT64',
    last_carrier_1d: 'BYTES',
  });
  expect(views.get('everywhere')).toMatchObject({ entity: undefined, keyFields: [], kind: 'windowed' });
  expect(views.get('last_flight')?.keyFields).toEqual(['origin', 'destination', 'hour']);
  const set = sets.get('flight_delay');
  expect(set?.keys).toEqual(['origin', 'destination']);
  expect(set?.transforms.map(({ name }) => name)).toEqual(['hour_sin', 'double_sin', 'delay_ratio']);
  expect(set?.views.map(({ name }) => name)).toEqual(['origin_delays', 'last_flight']);
  expect(set?.columns[2]).toMatchObject({ absent: { kind: 'default', value: 9007199254740993n } });
});

test.each([
  ['1h', 300_000],
  ['12m', 60_000],
  ['7d', 6 * 3_600_000],
  ['1m', 5_000],
  ['7ms', 7],
])('the tile of a window of %s is %d ms unless it is named', (window, tileMs) => {
  const yaml = `streams: { s: { fields: { a: { type: bool } } } }\nviews: { v: { stream: s, windows: { n: { aggregate: count, window: ${window} } } } }`;
  expect(declare(yaml).views.get('v')?.features[0]?.source).toMatchObject({ tileMs });
});

const delays = 'views.origin_delays';
const set = 'sets.flight_delay';

test.each<[what: string, from: string, to: string, field: string, message: RegExp]>([
  ['an unknown kind', 'entities:', 'entity: {}\nentities:', '', /unknown field "entity"/],
  [
    'an unknown field of a stream',
    'max_lead: 5m',
    'lead: 5m',
    'streams.arrivals',
    /unknown field "lead"; the fields are/,
  ],
  ['a name that is none', 'seats: {', '1seats: {', 'streams.arrivals.fields.1seats', /a name is a letter/],
  ['a duration without a unit', 'max_age: 24h', 'max_age: 24', `${delays}.max_age`, /24 is no duration/],
  [
    'an unknown stream',
    'stream: arrivals\n    entity: origin',
    'stream: arrival\n    entity: origin',
    `${delays}.stream`,
    /no stream is called arrival; there are arrivals; did you mean arrivals\?/,
  ],
  [
    'an unknown entity',
    'entity: origin\n',
    'entity: origins\n',
    `${delays}.entity`,
    /no entity is called origins/,
  ],
  [
    'an unknown view',
    '- last_flight.delay',
    '- lost_flight.delay',
    `${set}.features[3]`,
    /no view is called lost_flight/,
  ],
  [
    'an unknown feature',
    '- last_flight.delay',
    '- last_flight.delays',
    `${set}.features[3]`,
    /no feature of view last_flight is called delays/,
  ],
  [
    'an unknown transform',
    '- double_sin',
    '- triple_sin',
    `${set}.features[5]`,
    /no transform of the set is called triple_sin/,
  ],
  [
    'an unknown field of a window',
    'field: delay, window',
    'field: delays, window',
    `${delays}.windows.mean_delay_1h.field`,
    /no field of the stream is called delays/,
  ],
  [
    'an unknown field of a latest value',
    'last_carrier: { field: carrier }',
    'last_carrier: {}',
    'views.last_flight.latest.last_carrier',
    /no field of the stream is called last_carrier/,
  ],
  [
    'a sum of text',
    'aggregate: sum, field: seats',
    'aggregate: sum, field: carrier',
    `${delays}.windows.seats_7d.field`,
    /sum is for numbers, and carrier is text/,
  ],
  [
    'a mean of bool',
    'mean, field: delay',
    'mean, field: cancelled',
    `${delays}.windows.mean_delay_1h.field`,
    /mean is for numbers/,
  ],
  [
    'a key of float',
    'keys: { origin: origin }',
    'keys: { origin: delay }',
    `${delays}.keys.origin`,
    /a key is text or int64, and delay is float64/,
  ],
  [
    'a key that the entity does not have',
    'keys: { origin: origin }',
    'keys: { airport: origin }',
    `${delays}.keys.airport`,
    /no key of the entity is called airport/,
  ],
  [
    'a condition that is not bool',
    "condition: 'delay >= 15.0'",
    "condition: 'delay + 15.0'",
    `${delays}.windows.late_rate_1h.condition`,
    /a condition is bool, and this is double, at line 1, column 1 of the expression \(line \d+, column \d+\)/,
  ],
  [
    'a condition that does not compile',
    "where: 'delay < 1000.0'",
    "where: 'delay < '",
    `${delays}.where`,
    /at line 1, column 9 of the expression/,
  ],
  [
    'a rate without a condition',
    "aggregate: rate, condition: 'delay >= 15.0'",
    'aggregate: rate',
    `${delays}.windows.late_rate_1h`,
    /rate needs a condition/,
  ],
  [
    'a count of a field',
    'aggregate: count, window: 1h,',
    'aggregate: count, field: delay, window: 1h,',
    `${delays}.windows.arrivals_1h.field`,
    /takes no field/,
  ],
  [
    'a mean of no field',
    'mean, field: delay',
    'mean',
    `${delays}.windows.mean_delay_1h`,
    /mean needs a field/,
  ],
  [
    'a type that the aggregate does not give',
    'tile: 5m, type: float32 }',
    'tile: 5m, type: int64 }',
    `${delays}.windows.mean_delay_1h.type`,
    /mean gives float64 here/,
  ],
  [
    'a window that is no multiple of its tile',
    'field: delay, window: 1h, tile: 5m',
    'field: delay, window: 1h, tile: 7m',
    `${delays}.windows.mean_delay_1h.window`,
    /no multiple of its tile/,
  ],
  [
    'more than 1000 tiles',
    'field: delay, window: 1h, tile: 5m',
    'field: delay, window: 1h, tile: 3s',
    `${delays}.windows.mean_delay_1h.tile`,
    /1200 tiles/,
  ],
  [
    'a window longer than the retention',
    'retention: 400d',
    'retention: 7d',
    `${delays}.windows.seats_7d.window`,
    /stream arrivals keeps events for 604800000 ms/,
  ],
  [
    'a view with both kinds of features',
    'max_age: 24h',
    'latest: { delay: {} }',
    delays,
    /declare either windows or latest/,
  ],
  ['a view called inputs', 'everywhere:', 'inputs:', 'views.inputs', /take another name/],
  [
    'a transform that reads itself',
    "'hour_sin * 2'",
    "'double_sin * 2'",
    `${set}.transforms.double_sin`,
    /circle: double_sin -> double_sin/,
  ],
  [
    'a circle of transforms',
    "expr: 'sin(",
    "expr: 'double_sin + sin(",
    `${set}.transforms.double_sin`,
    /circle: double_sin -> hour_sin -> double_sin/,
  ],
  [
    'a transform of an unknown feature',
    '(1.0 + origin_delays.arrivals_1h)',
    '(1.0 + origin_delays.arrivals)',
    `${set}.transforms.delay_ratio.expr`,
    /there is no origin_delays.arrivals to read/,
  ],
  [
    'a transform of an unknown input',
    "'hour_sin * 2'",
    "'inputs.minute * 2'",
    `${set}.transforms.double_sin.expr`,
    /there is no inputs.minute to read/,
  ],
  [
    'a transform of the wrong type',
    "'hour_sin * 2'",
    "'inputs.departure'",
    `${set}.transforms.double_sin.expr`,
    /it gives string, which does not become double/,
  ],
  [
    'an expression that costs too much',
    "'hour_sin * 2'",
    '\'[1,2,3,4].exists(x, inputs.departure.split("a").exists(y, inputs.departure.split(y).size() > x)) ? 1 : 2\'',
    `${set}.transforms.double_sin.expr`,
    /steps; at most 4000/,
  ],
  [
    'a set that names a feature twice',
    '- double_sin',
    '- hour_sin',
    `${set}.features[5]`,
    /names hour_sin twice/,
  ],
  [
    'a default of the wrong type',
    'default: AA',
    'default: 7',
    'streams.arrivals.fields.carrier.default',
    /must be text/,
  ],
  [
    'a default of a policy of the wrong type',
    'absent: { default: 9007199254740993 }',
    'absent: { default: 0.5 }',
    `${set}.features[2].absent.default`,
    /must be a whole number/,
  ],
  [
    'a policy that is none',
    'absent: fail',
    'absent: explode',
    `${set}.features[1].absent`,
    /"explode" is no policy; write fail, null or/,
  ],
  [
    'min beyond max',
    'min: 0, max: 23',
    'min: 24, max: 23',
    'streams.arrivals.fields.hour',
    /min 24 is greater than max 23/,
  ],
  [
    'a default below min',
    'min: 0, max: 23',
    'min: 0, max: 23, default: -1',
    'streams.arrivals.fields.hour.default',
    /less than min 0/,
  ],
  [
    'a default above max',
    'min: 0, max: 23',
    'min: 0, max: 23, default: 24',
    'streams.arrivals.fields.hour.default',
    /greater than max 23/,
  ],
  [
    'a default that is none of one_of',
    'default: AA',
    'default: BB',
    'streams.arrivals.fields.carrier.default',
    /none of one_of/,
  ],
  [
    'limits of text',
    'origin: { type: text, required',
    'origin: { type: text, min: a, required',
    'streams.arrivals.fields.origin.min',
    /has no limits/,
  ],
  [
    'a derived key that is no key',
    "keys: { hour: 'int",
    "keys: { day: 'int",
    `${set}.keys.day`,
    /no view of the set has a key day/,
  ],
  [
    'a derived key that is a float',
    "'int(inputs.minute_of_day) / 60'",
    "'inputs.minute_of_day / 60'",
    `${set}.keys.hour`,
    /a key is string or int, and this is double/,
  ],
])('%s is a fault', (_what, from, to, field, message) => {
  expect(flights).toContain(from);
  const faults = faultsOf(flights.replace(from, to));
  expect(Object.keys(faults)).toEqual([field === '' ? 'yaml' : field]);
  expect(Object.values(faults)[0]).toMatch(message);
});

const many = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join(', ');
const stream = 'streams: { s: { fields: { a: { type: text } } } }\n';

test.each([
  [
    '257 fields',
    `streams: { s: { fields: { ${many(257, (index) => `f${index}: { type: bool }`)} } } }`,
    /at most 256 fields/,
  ],
  ['17 keys', `entities: { e: { keys: [${many(17, (index) => `k${index}`)}] } }`, /at most 16 keys/],
  [
    '1001 features',
    `${stream}views: { v: { stream: s, latest: { ${many(1001, (index) => `f${index}: { field: a }`)} } } }`,
    /at most 1000 features/,
  ],
  [
    '1001 views',
    `${stream}views: { ${many(1001, (index) => `v${index}: { stream: s, latest: { a: {} } }`)} }`,
    /1001 are declared; at most 1000/,
  ],
])('%s are too many', (_what, yaml, message) => {
  expect(Object.values(faultsOf(yaml)).join()).toMatch(message);
});

test.each([
  ['brackets without end', `streams: ${'['.repeat(2_000_000)}`],
  ['indicators without end', '- '.repeat(1_000_000)],
  ['anchors without end', Array.from({ length: 50_000 }, (_, index) => `a${index}: &a${index} x`).join('\n')],
  ['a key repeated without end', 'a: 1\n'.repeat(20_000)],
  [
    'aliases of aliases',
    'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]',
  ],
  [
    'names of what every object has',
    'views: { v: { stream: toString, latest: { __proto__: {}, constructor: {} } } }',
  ],
  ['a text of more than 4 MiB', `#${'x'.repeat(4 * 1024 * 1024)}`],
])(
  '%s is refused in bounded time',
  (_what, yaml) => {
    expect(Object.keys(faultsOf(yaml))).not.toEqual([]);
  },
  10_000,
);

test.each([
  ['a field', '    __proto__: { type: text }', 3, 5],
  ['a field in quotes', "    '__proto__': { type: text }", 3, 5],
  [
    'a field by its alias',
    '    a: { type: text, default: &p __proto__ }\n    ? *p\n    : { type: text }',
    3,
    34,
  ],
])('%s that is called __proto__ is a fault with its place', (_what, field, line, column) => {
  const faults = faultsOf(`streams:\n  s: { description: A stream, fields: {\n${field} } }\n`);
  expect(Object.values(faults)).toEqual([
    `the key __proto__ can be no name; take another (line ${line}, column ${column})`,
  ]);
});

test('several documents in one text are a fault that says what to do', () => {
  const faults = faultsOf(`${stream}---\nentities: { e: { keys: [a] } }\n`);
  expect(Object.values(faults)).toEqual([
    'a second document begins here, and a text of declarations is one: join them, or make a file of each (line 2, column 1)',
  ]);
});
