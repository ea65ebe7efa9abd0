import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { openStore, tempFolder } from './opened-store.ts';
import { eventsOf, numbersOf } from './store-rows.ts';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
});

/** Starts the storing child; `limit` is a shell command before it. */
async function startChild(args: readonly (string | number)[], limit = 'true') {
  const script = fileURLToPath(new URL('./store-child.ts', import.meta.url));
  const command = [process.execPath, '--import', 'tsx', script, ...args.map(String)];
  const child = spawn('sh', ['-c', `${limit}; exec "$0" "$@"`, ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the storing process ended');
    return value;
  };
  expect(await nextLine()).toBe('ready');
  return { child, nextLine };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Everything that a folder holds: the events by whole stream and by person must be the same, each once and none left out. */
async function countWhole(folder: string, perCommit: number): Promise<number> {
  const { store, close } = await openStore(folder, { nowMs: Date.now() });
  const { indexes, event } = await eventsOf(store, 'visits', ['who', 'all']);
  const all = (await numbersOf(store, indexes.all, '*')).sort((a, b) => a - b);
  expect(all).toEqual(all.map((_, number) => number));
  expect(all.length % perCommit).toBe(0);
  const people: number[] = [];
  for (let person = 0; person < 5; person++)
    people.push(...(await numbersOf(store, indexes.who, `person ${person}`)));
  expect(people.sort((a, b) => a - b)).toEqual(all);
  // The ids are there exactly if the events are.
  const last = all.length - 1;
  const again = [last, last + 1].map((number) => event({ number: -1, id: `event ${number}`, timeMs: 0 }));
  if (all.length > 0) expect((await store.commit([again[0]!], [])).duplicates).toEqual([true]);
  await close();
  return all.length;
}

test.each([
  ['in the middle of commits', '', 40],
  ['in the middle of merges', 'compact', 40],
])(
  'what was acknowledged is there once and whole after kill -9 %s, many times',
  {
    timeout: 120_000,
  },
  async (_, mode, perCommit) => {
    const folder = await tempFolder();
    for (let round = 0; round < 8; round++) {
      const { child, nextLine } = await startChild([folder, perCommit, 50, mode]);
      let acknowledged = 0;
      for (let line = 0; line < 20 + round * 7; line++) acknowledged = Number(await nextLine()) + 1;
      // Somewhere within the next commits, not at the end of one.
      const until = performance.now() + Math.random() * 10;
      while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
      await kill(child);
      expect(await countWhole(folder, perCommit)).toBeGreaterThanOrEqual(acknowledged);
    }
  },
);

test('an index whose filling was killed is whole once it is asked for again', {
  timeout: 120_000,
}, async () => {
  const folder = await tempFolder();
  const { child, nextLine } = await startChild([folder, 500, 100]);
  let stored = 0;
  while (stored < 40_000) stored = Number(await nextLine()) + 1;
  await kill(child);
  for (let round = 0; round < 5; round++) {
    const filling = await startChild([folder, 0, 0, 'index']);
    const until = performance.now() + round * 12;
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
    await kill(filling.child);
  }
  const { store } = await openStore(folder, { nowMs: Date.now() });
  const { indexes } = await eventsOf(store);
  const all = await numbersOf(store, indexes.all, '*');
  const towns: number[] = [];
  for (let town = 0; town < 7; town++) towns.push(...(await numbersOf(store, indexes.where, `town ${town}`)));
  expect(towns.length).toBe(all.length);
  expect(new Set(towns)).toEqual(new Set(all));
});

test('a second process is refused while the first lives, however the first then ends', {
  timeout: 60_000,
}, async () => {
  const folder = await tempFolder();
  const { child, nextLine } = await startChild([folder]);
  await nextLine();
  await expect(openStore(folder)).rejects.toMatchObject({
    reason: 'STATE_LOCKED',
    message: expect.stringContaining(`process ${child.pid} has the feature store in ${folder} open`),
  });
  await kill(child);
  expect(await countWhole(folder, 1)).toBeGreaterThan(0);
});

test.skipIf(process.platform !== 'linux')(
  'a full disk refuses events by name, reads go on, nothing is lost, and events are taken again when there is space',
  { timeout: 60_000 },
  async () => {
    const folder = await tempFolder();
    const { child, nextLine } = await startChild([folder, 3, 5_000], 'ulimit -S -f 30000');
    let acknowledged = 0;
    let line = await nextLine();
    for (; !line.startsWith('full'); line = await nextLine()) acknowledged = Number(line) + 1;
    expect(acknowledged).toBeGreaterThan(0);
    for (let again = 0; again < 3; again++) {
      expect(line).toBe(`full ${acknowledged}`);
      child.stdin?.write('try again\n');
      line = await nextLine();
    }
    await once(
      spawn('prlimit', ['--pid', `${child.pid}`, '--fsize=unlimited'], { stdio: 'inherit' }),
      'exit',
    );
    child.stdin?.write('go on\n');
    expect(Number(await nextLine()) + 1).toBe(acknowledged + 3);
    await kill(child);
    expect(await countWhole(folder, 3)).toBeGreaterThanOrEqual(acknowledged + 3);
  },
);
