import { expect, test } from 'vitest';
import { readDeclarations } from '../../../services/feature/declarations/declaration-files.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { folderOf, tempFolder, travel } from '../fixture.ts';

async function faultsOf(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const error: unknown = await readDeclarations(await folderOf(files)).catch((caught: unknown) => caught);
  if (!(error instanceof MeshError)) throw new Error(`declared without a fault: ${String(error)}`);
  expect(error.reason).toBe('CONFIG_INVALID');
  const faults = error.details.violations ?? [];
  for (const { field, description } of faults) expect(error.message).toContain(`${field}: ${description}`);
  return Object.fromEntries(faults.map(({ field, description }) => [field, description]));
}

const view = (body: string): string => `views:\n  v:\n${body.replaceAll(/^/gm, '    ')}\n`;
const plain = 'views: { v: { keys: [k], features: { a: { type: float32 } } } }\n';

test('declarations of several files are merged and listed by name', async () => {
  const folder = await folderOf({
    'b.yaml': travel,
    'a.yml': 'sets: { across: { features: [v.a, airport.rate] } }\n',
    'c.yaml': plain,
    'empty.yaml': '# nothing yet\n',
    'notes.txt': 'not: [yaml',
  });
  const { views, sets } = await readDeclarations(folder);
  expect([...views.keys()]).toEqual(['airport', 'route', 'system', 'v']);
  expect([...sets.keys()]).toEqual(['across', 'everything', 'rates']);
  expect(views.get('airport')).toMatchObject({
    description: 'What is known of an airport.',
    keys: ['airport'],
    maxAgeMs: '86400000',
    features: [
      { name: 'rate', datatype: 'FP32', description: 'share of late departures' },
      { name: 'mean', datatype: 'FP64' },
      { name: 'count', datatype: 'INT64' },
      { name: 'open', datatype: 'BOOL' },
      { name: 'city', datatype: 'BYTES' },
    ],
  });
  expect(views.get('route')?.maxAgeMs).toBe('0');
  expect(sets.get('everything')).toMatchObject({
    datatypes: ['FP32', 'FP32', 'FP32', 'FP64', 'INT64', 'BOOL', 'BYTES'],
    entities: ['airport', 'origin', 'destination'],
  });
});

test('no folder declares nothing, and a folder that is not there is refused', async () => {
  expect((await readDeclarations(undefined)).views.size).toBe(0);
  await expect(readDeclarations(`${await tempFolder()}/nowhere`)).rejects.toMatchObject({
    reason: 'CONFIG_INVALID',
  });
});

test.each([
  ['1500ms', '1500'],
  ['90s', '90000'],
  ['5m', '300000'],
  ['24h', '86400000'],
  ['14d', '1209600000'],
])('a max age of %s is %s ms', async (age, ms) => {
  const folder = await folderOf({
    'a.yaml': view(`keys: []\nmax_age: ${age}\nfeatures: { a: { type: bool } }`),
  });
  expect((await readDeclarations(folder)).views.get('v')?.maxAgeMs).toBe(ms);
});

test.each([
  ['an unknown field of the file', 'view: {}', 'a.yaml', /unknown field "view"; the fields are views, sets/],
  [
    'an unknown field of a view',
    view('keys: []\nttl: 5m\nfeatures: { a: { type: bool } }'),
    'a.yaml: views.v',
    /unknown field "ttl"; the fields are description, keys, max_age, features/,
  ],
  [
    'an unknown field of a feature',
    view('keys: []\nfeatures: { a: { type: bool, unit: s } }'),
    'a.yaml: views.v.features.a',
    /unknown field "unit"/,
  ],
  [
    'an unknown field of a set',
    `${plain}sets: { s: { features: [v.a], owner: me } }`,
    'a.yaml: sets.s',
    /unknown field "owner"/,
  ],
  [
    'an unknown type',
    view('keys: []\nfeatures: { a: { type: double } }'),
    'a.yaml: views.v.features.a.type',
    /"double" is no type; the types are float32, float64, int64, bool, text/,
  ],
  [
    'a missing type',
    view('keys: []\nfeatures: { a: {} }'),
    'a.yaml: views.v.features.a.type',
    /nothing is no type/,
  ],
  ['a view without keys', view('features: { a: { type: bool } }'), 'a.yaml: views.v.keys', /must be a list/],
  [
    'a key field named twice',
    view('keys: [k, k]\nfeatures: { a: { type: bool } }'),
    'a.yaml: views.v.keys',
    /names k twice/,
  ],
  ['a view without features', view('keys: []\nfeatures: {}'), 'a.yaml: views.v.features', /at least one/],
  [
    'a duration without a unit',
    view('keys: []\nmax_age: 60\nfeatures: { a: { type: bool } }'),
    'a.yaml: views.v.max_age',
    /60 is no duration; write a whole number and ms, s, m, h or d/,
  ],
  [
    'a duration of nothing',
    view('keys: []\nmax_age: 0s\nfeatures: { a: { type: bool } }'),
    'a.yaml: views.v.max_age',
    /"0s" is no duration/,
  ],
  [
    'a name with a dot',
    'views: { v.w: { keys: [], features: { a: { type: bool } } } }',
    'a.yaml: views.v.w',
    /a name is a letter/,
  ],
  [
    'a feature with a bad name',
    view('keys: []\nfeatures: { 1h: { type: bool } }'),
    'a.yaml: views.v.features.1h',
    /a name is a letter/,
  ],
  ['a view that is no map', 'views: { v: 5 }', 'a.yaml: views.v', /must be a map of/],
  ['an empty set', `${plain}sets: { s: { features: [] } }`, 'a.yaml: sets.s.features', /at least one/],
  [
    'a set that names an unknown view',
    `${plain}sets: { s: { features: [v.a, w.a] } }`,
    'a.yaml: sets.s.features[1]',
    /no view is called w; there are v/,
  ],
  [
    'a set that names an unknown feature',
    `${plain}sets: { s: { features: [v.b] } }`,
    'a.yaml: sets.s.features[0]',
    /view v has no feature b; it has a/,
  ],
  [
    'a set that names no view',
    `${plain}sets: { s: { features: [a] } }`,
    'a.yaml: sets.s.features[0]',
    /not of the form view.feature/,
  ],
  [
    'a set that names a feature twice',
    `${plain}sets: { s: { features: [v.a, v.a] } }`,
    'a.yaml: sets.s.features',
    /names v.a twice/,
  ],
  ['broken yaml', 'views: {', 'a.yaml', /line 1/],
  ['a key given twice', `views: {}\n${plain}`, 'a.yaml', /Map keys must be unique/],
])('%s is a fault', async (_what, content, field, description) => {
  const faults = await faultsOf({ 'a.yaml': content });
  expect(Object.keys(faults)).toEqual([field]);
  expect(faults[field]).toMatch(description);
});

test('all faults of all files are told at once', async () => {
  const faults = await faultsOf({
    'a.yaml': view('keys: []\nmax_age: soon\nfeatures: { a: { type: int } }'),
    'b.yaml': 'sets: { s: { features: [v.a, w.a] } }',
    'c.yaml': plain,
  });
  expect(faults).toEqual({
    'a.yaml: views.v.max_age': expect.any(String),
    'a.yaml: views.v.features.a.type': expect.any(String),
    'b.yaml: sets.s.features[1]': expect.stringContaining('no view is called w'),
    'c.yaml: views.v': 'is declared already, in a.yaml',
  });
});

test('a set declared in two files is a fault that names both', async () => {
  const set = 'sets: { s: { features: [v.a] } }\n';
  expect(await faultsOf({ 'a.yaml': plain + set, 'b.yaml': set })).toEqual({
    'b.yaml: sets.s': 'is declared already, in a.yaml',
  });
});
