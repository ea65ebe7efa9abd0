import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readDeclarations } from '../../../services/feature/declarations/declaration-files.ts';
import { folderOf } from '../fixture.ts';

async function digestOf(...files: string[]): Promise<string | undefined> {
  const folder = await folderOf(Object.fromEntries(files.map((file, index) => [`${index}.yaml`, file])));
  return (await readDeclarations(folder)).sets.get('s')?.digest;
}

const declared = `
views:
  v: { keys: [k, l], max_age: 24h, features: { a: { type: float32 }, b: { type: int64 } } }
  w: { keys: [], features: { c: { type: text } } }
sets:
  s: { features: [w.c, v.a] }
`;

test('the digest can be recomputed from its documented form', async () => {
  const canonical =
    'scoremesh.feature-set.v1\n' +
    '{"set":"s","features":[["w.c","BYTES"],["v.a","FP32"]],"views":[["v",["k","l"],"86400000"],["w",[],"0"]]}';
  expect(await digestOf(declared)).toBe(`sha256:${createHash('sha256').update(canonical).digest('hex')}`);
});

test('the digest stays when only words, files, order of views or features that are not read change', async () => {
  const same = [
    `
views:
  w: { description: new words, keys: [], features: { c: { type: text, description: more } } }
  v: { keys: [k, l], max_age: 1d, features: { added: { type: bool }, b: { type: float64 }, a: { type: float32 } } }
`,
    'sets: { s: { description: new words, features: [w.c, v.a] }, t: { features: [v.b] } }',
  ];
  expect(await digestOf(...same)).toBe(await digestOf(declared));
});

test.each([
  ['the order of features', '[w.c, v.a]', '[v.a, w.c]'],
  ['a type', 'a: { type: float32 }', 'a: { type: float64 }'],
  ['a max age', '24h', '25h'],
  ['the order of keys', '[k, l]', '[l, k]'],
  ['a feature that is read', '[w.c, v.a]', '[w.c, v.a, v.b]'],
])('the digest changes with %s', async (_what, before, after) => {
  expect(await digestOf(declared.replace(before, after))).not.toBe(await digestOf(declared));
});
