import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import {
  airportRow,
  folderOf,
  integer,
  noon,
  number,
  startFeatures,
  tempFolder,
  testCall,
  text,
  travel,
  unpack,
} from './fixture.ts';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Starts the ingesting child; `limit` is a shell command before it. */
async function startChild(folder: string, textBytes: number, limit = 'true') {
  const script = fileURLToPath(new URL('./ingest-child.ts', import.meta.url));
  const declarations = await folderOf({ 'features.yaml': travel });
  const child = spawn(
    'sh',
    [
      '-c',
      `${limit}; exec "$0" "$@"`,
      process.execPath,
      '--import',
      'tsx',
      script,
      folder,
      declarations,
      `${textBytes}`,
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the ingesting process ended');
    return value;
  };
  expect(await nextLine()).toBe('ready');
  return { child, nextLine };
}

async function countOf(folder: string, airport: string) {
  const { handlers, close } = await startFeatures(travel, { folder, now: Date.now });
  const reply = await handlers.GetFeatures(
    { featureSet: 'everything', rows: [{ entities: { airport, origin: 'x', destination: 'x' } }] },
    testCall(),
  );
  await close();
  return Number(unpack(reply).values[2]?.[0]);
}

test('what was acknowledged is there after kill -9', { timeout: 60_000 }, async () => {
  const folder = await tempFolder();
  const { child, nextLine } = await startChild(folder, 10);
  let acknowledged = 0;
  while (acknowledged < 200) acknowledged = Number(await nextLine());
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await countOf(folder, 'latest')).toBeGreaterThanOrEqual(acknowledged);
  expect(await countOf(folder, `A${acknowledged}`)).toBe(acknowledged);
});

test('a second process is refused while the first lives, however the first then ends', {
  timeout: 60_000,
}, async () => {
  const folder = await tempFolder();
  const { child, nextLine } = await startChild(folder, 0);
  await nextLine();
  await expect(startFeatures(travel, { folder })).rejects.toMatchObject({
    reason: 'STATE_LOCKED',
    message: expect.stringContaining(`process ${child.pid} has the feature store`),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await countOf(folder, 'latest')).toBeGreaterThan(0);
});

test.skipIf(process.platform !== 'linux')(
  'a full disk refuses rows by name, reads go on, nothing is lost, and rows are taken again when there is space',
  { timeout: 60_000 },
  async () => {
    const folder = await tempFolder();
    const { child, nextLine } = await startChild(folder, 60_000, 'ulimit -S -f 4000');
    let acknowledged = 0;
    let line = await nextLine();
    for (; !line.startsWith('full'); line = await nextLine()) acknowledged = Number(line);
    expect(acknowledged).toBeGreaterThan(0);
    expect(line).toBe(`full 8 ${acknowledged}`);
    await once(
      spawn('prlimit', ['--pid', `${child.pid}`, '--fsize=unlimited'], { stdio: 'inherit' }),
      'exit',
    );
    child.stdin?.write('go on\n');
    // The row that was refused is not sent again by the child.
    expect(Number(await nextLine())).toBe(acknowledged + 2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await countOf(folder, 'latest')).toBeGreaterThanOrEqual(acknowledged + 2);
    expect(await countOf(folder, `A${acknowledged}`)).toBe(acknowledged);
    expect(await countOf(folder, `A${acknowledged + 1}`)).toBe(0);
  },
);

const before = `
views: { v: { keys: [k], features: { a: { type: float32 }, b: { type: int64 }, c: { type: text }, d: { type: float32 } } } }
sets: { s: { features: [v.a, v.b, v.c, v.d] } }
`;
const after = `
views: { v: { keys: [k], features: { e: { type: bool }, d: { type: float64 }, c: { type: text }, a: { type: float32 } } } }
sets: { s: { features: [v.a, v.c, v.d, v.e] } }
`;

test('rows from before a view changed are read by name and type, what they never had is not found', async () => {
  const folder = await tempFolder();
  const first = await startFeatures(before, { folder });
  const values = { a: number(1.5), b: integer('2'), c: text('three'), d: number(4) };
  await first.handlers.Ingest(
    { rows: [{ ...airportRow('x', values), view: 'v', keys: { k: 'x' } }] },
    testCall(),
  );
  await first.close();

  const read = async (declarations: string) => {
    const { handlers, close } = await startFeatures(declarations, { folder });
    const request = { featureSet: 's', rows: [{ entities: { k: 'x' } }, { entities: { k: 'y' } }] };
    const reply = unpack(await handlers.GetFeatures(request, testCall()));
    await close();
    return reply;
  };
  const changed = await read(after);
  expect(changed.values).toEqual([
    [1.5, Number.NaN],
    ['three', ''],
    [Number.NaN, Number.NaN],
    [0, 0],
  ]);
  expect(changed.statuses).toEqual([1, 1, 3, 3, 3, 3, 3, 3]);
  expect(changed.eventTimes).toEqual([noon, noon, 0, 0, 0, 0, 0, 0]);
  const restored = await read(before);
  expect(restored.values).toEqual([
    [1.5, Number.NaN],
    [2n, 0n],
    ['three', ''],
    [4, Number.NaN],
  ]);
});

test('with other key fields a view starts empty, and has its rows again with the old ones', async () => {
  const folder = await tempFolder();
  const first = await startFeatures(before, { folder });
  const row = { ...airportRow('x', { a: number(1) }), view: 'v', keys: { k: 'x' } };
  await first.handlers.Ingest({ rows: [row] }, testCall());
  await first.close();
  for (const [declarations, status] of [
    [before.replace('[k]', '[l]'), 3],
    [before, 1],
  ] as const) {
    const { handlers, close } = await startFeatures(declarations, { folder });
    const request = { featureSet: 's', rows: [{ entities: { k: 'x', l: 'x' } }] };
    expect((await handlers.GetFeatures(request, testCall())).statuses[0]).toBe(status);
    await close();
  }
});
