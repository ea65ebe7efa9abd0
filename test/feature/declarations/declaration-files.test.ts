import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readDeclarations } from '../../../services/feature/declarations/declaration-files.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { declare, flights } from './flights.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'declarations-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

async function faultsOf(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const error: unknown = await readDeclarations(await folderOf(files)).catch((caught: unknown) => caught);
  if (!(error instanceof MeshError)) throw new Error(`declared without a fault: ${String(error)}`);
  expect(error.reason).toBe('CONFIG_INVALID');
  const faults = error.details.violations ?? [];
  for (const { field, description } of faults) expect(error.message).toContain(`${field}: ${description}`);
  return Object.fromEntries(faults.map(({ field, description }) => [field, description]));
}

const clicks = 'streams: { clicks: { fields: { user: { type: text } } } }\n';

test('declarations of several files are merged, whatever the order in which they name each other', async () => {
  const folder = await folderOf({
    'a.yml': 'views: { last: { stream: clicks, latest: { user: {} } } }\n',
    'b.yaml': flights,
    'c.yaml': clicks,
    'empty.yaml': '# nothing yet\n',
    'notes.txt': 'not: [yaml',
  });
  const { streams, views } = await readDeclarations(folder);
  expect([...streams.keys()]).toEqual(['arrivals', 'clicks']);
  expect([...views.keys()]).toEqual(['everywhere', 'last', 'last_flight', 'origin_delays']);
});

test('what no file names stays as it is known', async () => {
  const known = declare(flights);
  expect(await readDeclarations(undefined, known)).toBe(known);
  const { streams, sets } = await readDeclarations(await folderOf({ 'c.yaml': clicks }), known);
  expect([...streams.keys()]).toEqual(['arrivals', 'clicks']);
  expect(sets).toEqual(known.sets);
});

test('no folder declares nothing, and a folder that is not there is refused', async () => {
  expect((await readDeclarations(undefined)).views.size).toBe(0);
  await expect(readDeclarations(join(tmpdir(), 'no-such-folder'))).rejects.toMatchObject({
    reason: 'CONFIG_INVALID',
  });
});

test('all faults of all files are told at once, with their places', async () => {
  const faults = await faultsOf({
    'a.yaml': 'streams:\n  clicks:\n    retention: soon\n    fields: { user: { type: int } }\n',
    'b.yaml': 'sets: { s: { features: [v.a, w.a] } }',
    'c.yaml': 'views: { v: { stream: clicks, latest: { a: {} } } }',
    'd.yaml': clicks,
  });
  expect(faults).toEqual({
    'a.yaml: streams.clicks.retention': expect.stringMatching(
      /"soon" is no duration.*\(line 3, column 16\)$/,
    ),
    'a.yaml: streams.clicks.fields.user.type': expect.stringContaining('"int" is no type'),
    'b.yaml: sets.s.features[1]': expect.stringContaining('no view is called w'),
    'd.yaml: streams.clicks': 'is declared already, in a.yaml (line 1, column 20)',
  });
});

test('a file that can not be read is told without blaming others for what it would declare', async () => {
  const views = 'views: { last: { stream: clicks, latest: { user: {} } } }';
  const faults = await faultsOf({ 'a.yaml': views, 'b.yaml': 'streams: {' });
  expect(Object.keys(faults)).toEqual(['b.yaml']);
  expect(faults['b.yaml']).toMatch(/\(line 1, column \d+\)$/);
});

test('a file of more than 4 MiB is told by its size', async () => {
  const faults = await faultsOf({ 'a.yaml': `#${'x'.repeat(4 * 1024 * 1024)}` });
  expect(faults).toEqual({ 'a.yaml': expect.stringContaining('has 4194305 bytes') });
});
