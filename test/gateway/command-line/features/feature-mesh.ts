import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { openTable } from '../../../../gateway/files/open-table.ts';
import type { Cell, Column } from '../../../../gateway/files/table.ts';
import { createTableWriter } from '../../../../gateway/files/table-writer.ts';
import { type Placed, place } from '../../../contract/placements.ts';
import { type CommandRun, runIn, type Surroundings } from '../in-process.ts';

const declarations = `
entities:
  airport: { keys: [airport], description: Where it is. }
streams:
  arrivals:
    description: Flights that arrived.
    fields:
      airport: { type: text, required: true }
      delay: { type: float64, min: -90, invalid: quarantine }
      seats: { type: int64 }
      early: { type: bool }
views:
  delays:
    description: Of the last hour.
    stream: arrivals
    entity: airport
    windows:
      mean_1h: { aggregate: mean, field: delay, window: 1h, tile: 5m, type: float32 }
      arrivals_1h: { aggregate: count, window: 1h, tile: 5m }
  last:
    stream: arrivals
    entity: airport
    max_age: 24h
    latest:
      seats: {}
      early: {}
sets:
  flight:
    description: What a model reads.
    inputs: { bags: { type: int64 } }
    transforms:
      per_seat: { type: float64, expr: 'double(inputs.bags) / 2.0' }
    features:
      - delays.mean_1h
      - { feature: delays.arrivals_1h, absent: { default: 0 } }
      - last.seats
      - last.early
      - per_seat
`;
export const noon = Date.UTC(2026, 0, 31, 12);
export const minute = 60_000;

/** A mesh for the tests of one file, and what they do with it. */
export const own = {} as { mesh: Placed; folder: string };

/** Starts it before the tests of the file that calls this, and stops it after them. */
export function startFeatureMesh(): void {
  beforeAll(async () => {
    own.folder = await mkdtemp(join(tmpdir(), 'scoremesh-feature-commands-'));
    const [featuresFolder, modelsFolder] = [join(own.folder, 'features'), join(own.folder, 'models')];
    await mkdir(featuresFolder);
    await mkdir(modelsFolder);
    await writeFile(join(featuresFolder, 'a.yaml'), declarations);
    own.mesh = await place('local', { featuresFolder, modelsFolder });
  });
  afterAll(async () => {
    await own.mesh?.close();
    await rm(own.folder, { recursive: true, force: true });
  });
}

export const features = (...args: string[]): Promise<CommandRun> => featuresIn({}, ...args);
export const featuresIn = (surroundings: Surroundings, ...args: string[]): Promise<CommandRun> =>
  runIn(surroundings, 'features', ...args, '--address', own.mesh.address);

export async function fileOf(name: string, content: string): Promise<string> {
  const path = join(own.folder, name);
  await writeFile(path, content);
  return path;
}

export async function parquetOf(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Promise<string> {
  const path = join(own.folder, name);
  const writer = await createTableWriter(path, columns);
  await writer.write(columns.map((_, index) => rows.map((row) => row[index] ?? null)));
  await writer.finish();
  return path;
}

export async function tableOf(path: string): Promise<{ columns: readonly Column[]; rows: Cell[][] }> {
  const table = await openTable(path);
  const rows: Cell[][] = [];
  const names = table.columns.map(({ name }) => name);
  for await (const { columns, numbers } of table.batches({ columns: names, batchRows: 1000 }))
    for (let row = 0; row < numbers.length; row++) rows.push(columns.map((cells) => cells[row] ?? null));
  return { columns: table.columns, rows };
}

/** How many events of an airport the mesh knows in the hour before a moment. */
export async function arrivalsOf(airport: string, at: number): Promise<number> {
  const { out, code } = await features(
    'get',
    '-f',
    'delays.arrivals_1h',
    '-e',
    `airport=${airport}`,
    '--as-of',
    String(at),
    '--json',
  );
  expect(code).toBe(0);
  return Number(JSON.parse(out).features[0].value ?? 0);
}
