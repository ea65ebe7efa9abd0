import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '../../../../gateway/files/open-table.ts';
import type { Cell, Column } from '../../../../gateway/files/table.ts';
import { createTableWriter } from '../../../../gateway/files/table-writer.ts';
import { backUpFeatures, restoreFeatures } from '../../../../services/feature-backups.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { startMesh } from '../../../../services/mesh.ts';
import { meshConfig, type Placed, place } from '../../../contract/placements.ts';
import { type CommandRun, runHere, runIn, type Surroundings } from '../in-process.ts';

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
const noon = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;

let mesh: Placed;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoremesh-feature-commands-'));
  await mkdir(join(folder, 'features'));
  await mkdir(join(folder, 'models'));
  await writeFile(join(folder, 'features', 'a.yaml'), declarations);
  mesh = await place('local', {
    featuresFolder: join(folder, 'features'),
    modelsFolder: join(folder, 'models'),
  });
});
afterAll(async () => {
  await mesh?.close();
  await rm(folder, { recursive: true, force: true });
});

const features = (...args: string[]): Promise<CommandRun> => featuresIn({}, ...args);
const featuresIn = (surroundings: Surroundings, ...args: string[]): Promise<CommandRun> =>
  runIn(surroundings, 'features', ...args, '--address', mesh.address);

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function parquetOf(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Promise<string> {
  const path = join(folder, name);
  const writer = await createTableWriter(path, columns);
  await writer.write(columns.map((_, index) => rows.map((row) => row[index] ?? null)));
  await writer.finish();
  return path;
}

async function tableOf(path: string): Promise<{ columns: readonly Column[]; rows: Cell[][] }> {
  const table = await openTable(path);
  const rows: Cell[][] = [];
  const names = table.columns.map(({ name }) => name);
  for await (const { columns, numbers } of table.batches({ columns: names, batchRows: 1000 }))
    for (let row = 0; row < numbers.length; row++) rows.push(columns.map((cells) => cells[row] ?? null));
  return { columns: table.columns, rows };
}

/** How many events of an airport the mesh knows in the hour before a moment. */
async function arrivalsOf(airport: string, at: number): Promise<number> {
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

describe('features list', () => {
  it('shows streams, entities, views with their windows, and sets with their digests', async () => {
    const { out } = await features('list');
    expect(out).toMatch(/^stream arrivals {2}Flights that arrived\.$/m);
    expect(out).toMatch(/^ {2}airport +text +required$/m);
    expect(out).toMatch(/^entity airport by airport {2}Where it is\.$/m);
    expect(out).toMatch(/^view delays of arrivals by airport {2}Of the last hour\.$/m);
    expect(out).toMatch(/^ {2}mean_1h +float32 +mean of 1 h in tiles of 5 min$/m);
    expect(out).toMatch(/^view last of arrivals by airport, not older than 1 d$/m);
    expect(out).toMatch(/^set flight sha256:[0-9a-f]{64} {2}What a model reads\.$/m);
    expect(out).toMatch(/^ {2}by airport, with inputs bags \(int64\)$/m);
    const { sets } = JSON.parse((await features('list', '--json')).out);
    expect(sets[0].features).toContain('per_seat');
  });
});

describe('features declare', () => {
  it('tells what would change, changes it, and then changes nothing', async () => {
    const file = await fileOf(
      'more.yaml',
      'streams:\n  departures:\n    fields: { airport: { type: text, required: true } }\n',
    );
    const dry = await features('declare', file, '--dry-run');
    expect(dry.out).toMatch(
      /^new {6}stream departures {2}sha256:[0-9a-f]{64}\nnothing was changed: this was a dry run$/m,
    );
    expect((await features('list')).out).not.toContain('departures');
    expect((await features('declare', file)).out).toMatch(/^new {6}stream departures/);
    expect((await features('declare', file)).out).toBe('nothing changes: all of it is declared already\n');
  });

  it('names what is wrong with a file', async () => {
    const broken = await features('declare', await fileOf('broken.yaml', 'views: { v: { stream: absent } }'));
    expect(broken).toMatchObject({ code: 1, err: expect.stringContaining('FEATURE_DECLARATION_INVALID') });
    const absent = await features('declare', join(folder, 'absent.yaml'));
    expect(absent).toMatchObject({
      code: 1,
      err: expect.stringMatching(/absent\.yaml: can't be read: ENOENT/),
    });
  });
});

describe('features push and get', () => {
  it('store an event, and read it with status, time and age', async () => {
    const pushed = await features(
      'push',
      'arrivals',
      ...['-f', 'airport=PSH', '-f', 'delay=1.5', '-f', 'seats=9007199254740993', '-f', 'early=true'],
      ...['--time', '2026-01-31T11:50:00Z', '--id', 'p1'],
    );
    expect(pushed.out).toMatch(/^stored at .*Z, with event time 2026-01-31T11:50:00\.000Z$/m);
    const get = ['get', '--set', 'flight', '-e', 'airport=PSH', '-i', 'bags=3', '--as-of', String(noon)];
    const { out } = await features(...get);
    expect(out).toMatch(/^name +value +status +event time +age$/m);
    expect(out).toMatch(/^delays\.mean_1h +1\.5 +present +2026-01-31T11:50:00\.000Z +10 min$/m);
    expect(out).toMatch(/^last\.seats +9007199254740993 +present/m);
    expect(out).toMatch(/^per_seat +1\.5 +present +2026-01-31T12:00:00\.000Z +0 ms$/m);
    expect(out).toMatch(/^as of 2026-01-31T12:00:00\.000Z, known at 20/m);
    const json = JSON.parse((await features(...get, '--json')).out);
    expect(json.features[2]).toEqual({
      name: 'last.seats',
      value: '9007199254740993',
      status: 'present',
      event_time: noon - 10 * minute,
      age_ms: 10 * minute,
    });
    const stale = await features(...get.slice(0, -1), String(noon + 48 * 60 * minute));
    expect(stale.out).toMatch(/^last\.seats +- +outside_max_age +2026-01-31T11:50:00\.000Z +2 d$/m);
    expect(stale.out).toMatch(/^delays\.arrivals_1h +0 +not_found$/m);
    const before = await features(...get, '--known-at', '2020-01-01T00:00:00Z');
    expect(before.out).toMatch(/^last\.seats +- +not_found$/m);
  });

  it('count an event once, and say when it broke its declaration', async () => {
    const push = [
      'push',
      'arrivals',
      '-f',
      'airport=PSH',
      '-f',
      'delay=1',
      '--id',
      'p2',
      '--time',
      String(noon),
    ];
    await features(...push);
    expect((await features(...push)).out).toBe('stored before: the event counts once\n');
    const bad = await features('push', 'arrivals', '-f', 'airport=BAD', '-f', 'delay=-1000');
    expect(bad.code).toBe(1);
    expect(bad.err).toMatch(/FEATURE_EVENT_INVALID: the event is in the quarantine: RANGE delay: .*-90/);
  });

  it.each([
    ['push absent -f a=1', 1, /FEATURE_STREAM_NOT_FOUND: no event stream is called "absent".*arrivals/],
    ['get --set absent', 1, /FEATURE_SET_NOT_FOUND/],
    ['get', 2, /name a set with --set, or features with --feature/],
    ['get --set flight --as-of soon', 2, /give a time such as/],
    ['load arrivals', 2, /name a stream and a file/],
    ['load --events a b', 2, /with --events only a file/],
    ['load arrivals a.csv --batch 0', 2, /from 1 to 10000/],
    ['load arrivals a.xls', 1, /endings that can be read/],
    ['join --set flight', 2, /required option '--labels/],
    ['quarantine discard', 2, /--stream or --id/],
  ])('explain wrong usage: %s', async (command, code, message) => {
    const run = await features(...command.split(' '));
    expect(run.err).toMatch(message);
    expect(run.code).toBe(code);
  });
});

describe('features load', () => {
  const header = 'event_id,event_time,airport,delay,seats,early\n';
  const line = (id: string, airport: string, index: number): string =>
    `${id},${new Date(noon - 30 * minute + index).toISOString()},${airport},${index % 7},${index},\n`;

  it.each(['csv', 'jsonl', 'parquet'])(
    'stores every row once, also when it is repeated: %s',
    async (ending) => {
      const airport = `L${ending}`;
      const count = 2_345;
      const name = `rows.${ending}`;
      let file: string;
      if (ending === 'csv')
        file = await fileOf(
          name,
          header + Array.from({ length: count }, (_, index) => line(`c${index}`, airport, index)).join(''),
        );
      else if (ending === 'jsonl')
        file = await fileOf(
          name,
          Array.from({ length: count }, (_, index) =>
            JSON.stringify({ event_time: noon - 30 * minute + index, airport, delay: 1, seats: index }),
          ).join('\n'),
        );
      else
        file = await parquetOf(
          name,
          [
            { name: 'event_time', type: 'timestamp us' },
            { name: 'airport', type: 'text' },
            { name: 'delay', type: 'float32' },
            { name: 'seats', type: 'int32' },
          ],
          Array.from({ length: count }, (_, index) => [
            BigInt(noon - 30 * minute + index) * 1000n,
            airport,
            null,
            index,
          ]),
        );
      const first = await features('load', 'arrivals', file, '--batch', '100');
      expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/: 2,345 events are stored; /) });
      expect(await arrivalsOf(airport, noon)).toBe(count);
      const again = await features('load', 'arrivals', file);
      expect(again.out).toMatch(/: 0 events are stored, 2,345 were stored before; /);
      expect(again.err.includes(`rows are known as ${name}:<row>`)).toBe(ending !== 'csv');
      expect(await arrivalsOf(airport, noon)).toBe(count);
      expect((await readdir(folder)).filter((found) => found.includes('.progress'))).toEqual([]);
    },
  );

  it('takes columns by other names, and says what is not there', async () => {
    const file = await fileOf(
      'named.csv',
      'at,from,late\n2026-01-31 11:59:00,NMD,4.5\n2026-01-31T11:59:30,NMD,\n',
    );
    const run = await features(
      ...['load', 'arrivals', file, '--time', 'at', '--column', 'airport=from', '--column', 'delay=late'],
    );
    expect(run.err).toContain('no columns for seats, early');
    expect(run.code).toBe(0);
    const { out } = await features(
      'get',
      '-f',
      'delays.mean_1h',
      '-e',
      'airport=NMD',
      '--as-of',
      String(noon),
    );
    expect(out).toMatch(/mean_1h +4\.5 +present/);
    for (const [option, message] of [
      ['--column=airport=absent', /has no column "absent"; --column must name one of at, from, late/],
      ['--column=absent=at', /stream arrivals has no field "absent"/],
      ['--id=absent', /has no column "absent"; --id must name/],
      ['--time=event_time', /has no column "event_time"; --time/],
    ] as const)
      expect((await features('load', 'arrivals', file, '--column', 'airport=from', option)).err).toMatch(
        message,
      );
  });

  it('counts what goes to the quarantine, tells why, and fails when it is strict', async () => {
    const rows = Array.from(
      { length: 8 },
      (_, index) => `q${index},${noon},QUA,${index < 7 ? 'late' : 1},,\n`,
    );
    const file = await fileOf('bad.csv', header + rows.join(''));
    const run = await features('load', 'arrivals', file);
    expect(run).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: 1 events are stored, 7 are in the quarantine; /),
    });
    expect(run.err).toMatch(/bad\.csv, row 1 is in the quarantine: TYPE delay: /);
    expect(run.err.match(/is in the quarantine/g)).toHaveLength(5);
    expect(run.err).toContain('more rows go to the quarantine');
    expect((await features('load', 'arrivals', file, '--strict')).code).toBe(1);
  });

  it('of JSON lines takes what any line has, whatever the first one lacks', async () => {
    const at = noon - 10 * minute;
    const file = await fileOf(
      'open.jsonl',
      `{"airport":"OPN","event_time":${at}}\n{"event_id":"o2","airport":"OPN","seats":7,"event_time":${at + 1}}\n`,
    );
    expect((await features('load', 'arrivals', file)).out).toMatch(/: 2 events are stored; /);
    const { out } = await features('get', '-f', 'last.seats', '-e', 'airport=OPN', '--as-of', String(noon));
    expect(out).toMatch(/^last\.seats +7 +present/m);
    const push = ['push', 'arrivals', '-f', 'airport=OPN', '--time', String(at), '--id'];
    for (const id of ['open.jsonl:1', 'o2'])
      expect((await features(...push, id)).out).toBe('stored before: the event counts once\n');
  });

  it('stops at a row that is no event, names it, and goes on behind it', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => line(`s${index}`, 'STP', index));
    rows[39] = 's39,yesterday,STP,1,,\n';
    const file = await fileOf('stops.csv', header + rows.join(''));
    const run = await features('load', 'arrivals', file, '--batch', '10');
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/stops\.csv, row 40, column event_time: is neither an ISO 8601 time/);
    expect(run.err).toContain('stored up to row 30; the same command goes on from there');
    expect(await arrivalsOf('STP', noon)).toBe(30);
    const rest = await features('load', 'arrivals', file, '--from-row', '41');
    expect(rest.out).toMatch(/: 10 events are stored; /);
  });

  it('that is stopped goes on where it was', async () => {
    const count = 30_000;
    const rows = Array.from({ length: count }, (_, index) => line(`r${index}`, 'RES', index));
    const file = await fileOf('resumes.csv', header + rows.join(''));
    const stop = new AbortController();
    const shown: string[] = [];
    const terminal = {
      interactive: true,
      stop: stop.signal,
      redraw: (text: string) => {
        if (text !== '') shown.push(text);
        stop.abort();
      },
    };
    const stopped = await featuresIn({ terminal }, 'load', 'arrivals', file, '--batch', '200');
    expect(shown[0]).toMatch(/resumes\.csv: \d+ %, [\d,]+ events$/);
    expect(stopped.code).toBe(1);
    const [, upTo = ''] =
      /stored up to row ([\d,]+); the same command goes on from there/.exec(stopped.err) ?? [];
    const row = Number(upTo.replaceAll(',', ''));
    expect(row).toBeGreaterThan(0);
    expect(row).toBeLessThan(count);
    expect(JSON.parse(await readFile(`${file}.progress`, 'utf8'))).toMatchObject({ row });
    const rest = await features('load', 'arrivals', file, '--batch', '200');
    expect(rest.err).toContain(`going on from row ${(row + 1).toLocaleString('en-US')}`);
    expect(rest.out).toMatch(new RegExp(`: ${(count - row).toLocaleString('en-US')} events are stored; `));
    expect(await arrivalsOf('RES', noon)).toBe(count);
  });

  it('goes on by itself when the mesh comes back', async () => {
    const dataFolder = join(folder, 'comes-back');
    const options = { featuresFolder: join(folder, 'features'), modelsFolder: join(folder, 'models') };
    const config = meshConfig(dataFolder, options);
    let running = await startMesh(config, silentLog);
    const { grpcPort } = running;
    const count = 20_000;
    const rows = Array.from({ length: count }, (_, index) => line(`b${index}`, 'BCK', index));
    const file = await fileOf('back.csv', header + rows.join(''));
    let restarted: Promise<void> | undefined;
    const restart = async (): Promise<void> => {
      await running.close();
      running = await startMesh({ ...config, grpcPort }, silentLog);
    };
    const address = ['--address', `127.0.0.1:${grpcPort}`];
    const terminal = {
      interactive: true,
      redraw: () => {
        restarted ??= restart();
      },
    };
    try {
      const run = await runIn(
        { terminal },
        ...['features', 'load', 'arrivals', file, '--batch', '100', ...address],
      );
      await restarted;
      expect(run).toMatchObject({ code: 0, err: expect.stringContaining('trying again in ') });
      const get = ['get', '-f', 'delays.arrivals_1h', '-e', 'airport=BCK', '--as-of', String(noon), '--json'];
      const { out } = await runIn({}, 'features', ...get, ...address);
      expect(JSON.parse(out).features[0].value).toBe(String(count));
    } finally {
      await restarted;
      await running.close();
    }
  });

  it('of whole events takes each stream, and names the line that it can not use', async () => {
    const event = (id: string, delay: number) =>
      JSON.stringify({
        stream: 'arrivals',
        event_id: id,
        event_time: '2026-01-31T11:45:00Z',
        fields: { airport: 'WHL', delay },
      });
    const file = await fileOf('events.jsonl', `${event('w1', 1)}\n\n${event('w2', 3)}\n${event('w1', 5)}\n`);
    const run = await features('load', '--events', file);
    expect(run.out).toMatch(/: 2 events are stored, 1 were stored before; /);
    const bad = await fileOf('bad-events.jsonl', `${event('w3', 1)}\n{"stream":"arrivals","feilds":{}}\n`);
    expect((await features('load', '--events', bad)).err).toMatch(
      /bad-events\.jsonl, row 2, feilds: is no member/,
    );
    expect(await arrivalsOf('WHL', noon)).toBe(2);
  });

  it('from a mesh that is not there names it, after some patience', async () => {
    const stop = new AbortController();
    const pauses: string[] = [];
    const file = await fileOf('away.csv', header + line('x', 'AWY', 1));
    const run = await runIn(
      {
        terminal: {
          stop: stop.signal,
          err: (text) => {
            pauses.push(text);
            stop.abort();
          },
        },
      },
      ...['features', 'load', 'arrivals', file, '--timeout', '300'],
    );
    expect(run.code).toBe(1);
    expect(pauses[0]).toMatch(/ROLE_UNREACHABLE|DEADLINE/);
  });
});

describe('features join', () => {
  const labels = `event_time,airport,bags,late,comment
2026-01-31T11:55:00Z,JON,3,1,
2026-01-31T11:35:00Z,JON,,0,"a, b"
2026-01-31T11:45:00Z,JON,4,1,""
2026-01-31T11:45:00Z,NIL,1,0,x
`;
  beforeAll(async () => {
    const at = (minutes: number): string => new Date(noon - minutes * minute).toISOString();
    await features(
      ...['load', 'arrivals'],
      await fileOf(
        'joined.csv',
        `event_time,airport,delay,seats,early\n${at(20)},JON,4,9007199254740993,true\n${at(10)},JON,8,100,false\n`,
      ),
    );
  });

  it('keeps the rows and their order, and adds typed columns as of the moment of each', async () => {
    const file = await fileOf('labels.csv', labels);
    const out = join(folder, 'train.parquet');
    const run = await features(
      ...['join', '--set', 'flight', '--labels', file, '--out', out, '--status', '--age', '--batch', '2'],
    );
    expect(run).toMatchObject({
      code: 0,
      out: expect.stringMatching(/4 rows with 5 features of flight@sha256:/),
    });
    const { columns, rows } = await tableOf(out);
    const names = ['delays.mean_1h', 'delays.arrivals_1h', 'last.seats', 'last.early', 'per_seat'];
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      ...['event_time text', 'airport text', 'bags int64', 'late int64', 'comment text'],
      ...['delays.mean_1h float32', 'delays.arrivals_1h int64', 'last.seats int64', 'last.early bool'],
      'per_seat float64',
      ...names.map((name) => `${name}__status text`),
      ...names.map((name) => `${name}__age_ms float64`),
    ]);
    const wide = 9007199254740993n;
    expect(rows.map((row) => row.slice(1, 10))).toEqual([
      ['JON', 3n, 1n, null, 6, 2n, 100n, false, 1.5],
      ['JON', null, 0n, 'a, b', null, 0n, null, null, null],
      ['JON', 4n, 1n, '', 4, 1n, wide, true, 2],
      ['NIL', 1n, 0n, 'x', null, 0n, null, null, 0.5],
    ]);
    expect(rows[0]?.slice(10)).toEqual([
      ...['present', 'present', 'present', 'present', 'present'],
      ...[5 * minute, 5 * minute, 5 * minute, 5 * minute, 0],
    ]);
    expect(rows[1]?.slice(10, 14)).toEqual(['not_found', 'not_found', 'not_found', 'not_found']);
  });

  it('gives the same values as get, in CSV and from Parquet too', async () => {
    const csv = join(folder, 'train.csv');
    const file = await fileOf('labels2.csv', labels);
    expect((await features('join', '--set', 'flight', '--labels', file, '--out', csv)).code).toBe(0);
    const text = await readFile(csv, 'utf8');
    expect(text.split('\n').slice(0, 4)).toEqual([
      'event_time,airport,bags,late,comment,delays.mean_1h,delays.arrivals_1h,last.seats,last.early,per_seat',
      '2026-01-31T11:55:00Z,JON,3,1,,6,2,100,false,1.5',
      '2026-01-31T11:35:00Z,JON,,0,"a, b",,0,,,',
      '2026-01-31T11:45:00Z,JON,4,1,"",4,1,9007199254740993,true,2',
    ]);
    const parquet = await parquetOf(
      'labels.parquet',
      [
        { name: 'when', type: 'timestamp ms' },
        { name: 'place', type: 'text' },
        { name: 'suitcases', type: 'int32' },
      ],
      [
        [BigInt(noon - 5 * minute), 'JON', 3],
        [BigInt(noon - 15 * minute), 'JON', 4],
      ],
    );
    const out = join(folder, 'train2.parquet');
    const run = await features(
      ...['join', '--set', 'flight', '--labels', parquet, '--out', out, '--time-column', 'when'],
      ...['--entity', 'airport=place', '--input', 'bags=suitcases'],
    );
    expect(run.code).toBe(0);
    const { rows } = await tableOf(out);
    expect(rows.map((row) => row.slice(3))).toEqual([
      [6, 2n, 100n, false, 1.5],
      [4, 1n, 9007199254740993n, true, 2],
    ]);
  });

  it('names what it can not join, and writes nothing then', async () => {
    const join_ = async (content: string, ...more: string[]): Promise<string> => {
      const out = join(folder, 'none.parquet');
      const file = await fileOf('wrong.csv', content);
      const { code, err } = await features(
        'join',
        '--set',
        'flight',
        '--labels',
        file,
        '--out',
        out,
        ...more,
      );
      expect(code).toBe(1);
      expect((await readdir(folder)).filter((name) => name.startsWith('none.parquet'))).toEqual([]);
      return err;
    };
    expect(await join_('airport,bags\nA,1\n')).toMatch(/no column "event_time".*--time-column/);
    expect(await join_(`event_time,bags\n${noon},1\n`)).toMatch(
      /no column "airport".*--entity airport=COLUMN/,
    );
    expect(await join_(`event_time,airport,bags\n${noon},,1\n`)).toMatch(
      /wrong\.csv, row 1, column airport: is empty/,
    );
    expect(await join_(`event_time,airport,bags\n${noon},A,1\nsoon,A,1\n`)).toMatch(
      /wrong\.csv, row 2, column event_time: is neither/,
    );
    expect(await join_(`event_time,airport,bags\n${noon},A,many\n`)).toMatch(
      /wrong\.csv, rows 1 to 1: .*bags/,
    );
    expect(await join_(`event_time,airport,bags,per_seat\n${noon},A,1,1\n`)).toMatch(
      /a column "per_seat", which is also one of the features/,
    );
    expect(await join_(`event_time,airport,bags\n${noon},A,1\n`, '--input', 'x=bags')).toMatch(
      /no input "x"/,
    );
  });

  it('that is stopped leaves no half of a file', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `${noon - index},JON,1\n`);
    const file = await fileOf('long.csv', `event_time,airport,bags\n${rows.join('')}`);
    const stop = new AbortController();
    const terminal = { interactive: true, stop: stop.signal, redraw: () => stop.abort() };
    const out = join(folder, 'stopped.parquet');
    const run = await featuresIn(
      { terminal },
      ...['join', '--set', 'flight', '--labels', file, '--out', out, '--batch', '100'],
    );
    expect(run).toMatchObject({ code: 1, err: expect.stringContaining('stopped.parquet was not written') });
    expect((await readdir(folder)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });
});

describe('features quarantine', () => {
  it('lists, takes in again after a fix, and removes', async () => {
    const yaml = (max: number): string =>
      `streams:\n  gates:\n    fields: { gate: { type: int64, max: ${max} } }\n`;
    await features('declare', await fileOf('gates.yaml', yaml(10)));
    const file = await fileOf('gates.csv', `event_id,event_time,gate\ng1,${noon},11\ng2,${noon},99\n`);
    await features('load', 'gates', file);
    const listed = await features('quarantine', 'list', '--stream', 'gates');
    expect(listed.out).toMatch(/^\S+\t20.*Z\tgates\tg1\tRANGE gate: .*\tgate=11$/m);
    await features('declare', await fileOf('gates.yaml', yaml(20)));
    const replayed = await features('quarantine', 'replay', '--stream', 'gates');
    expect(replayed.out).toBe('1 stored, 0 stored before, 1 still break their declaration\n');
    expect((await features('quarantine', 'discard', '--stream', 'gates')).out).toBe('1 removed\n');
    expect((await features('quarantine', '--stream', 'gates')).out).toBe('');
  });
});

describe('features backup and restore', () => {
  it('copy the store of a mesh that runs, and make a store of the copy', async () => {
    const target = join(folder, 'backup');
    const data = join(folder, 'restored');
    const host = {
      backUpFeatures: (to: string, from = '') => backUpFeatures(from, to, '1.2.3'),
      restoreFeatures: (from: string, to = '') => restoreFeatures(from, to),
    };
    const backUp = await runIn({ host }, 'features', 'backup', target, '--data', mesh.dataFolder);
    expect(backUp).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^backed up to .*: [\d.]+ MiB, events up to 20.*Z, sha256:[0-9a-f]{64}$/m),
    });
    const restored = await runIn({ host }, 'features', 'restore', target, '--data', data);
    expect(restored.out).toContain(`restored from ${target}`);
    expect(await readdir(join(data, 'features'))).toContain('data.mdb');
    expect((await runIn({ host }, 'features', 'backup', target, '--data', mesh.dataFolder)).code).toBe(2);
  });
});

describe('the commands of features', () => {
  it('explain themselves with examples', async () => {
    for (const command of ['', 'declare', 'get', 'push', 'load', 'join', 'quarantine', 'backup', 'restore'])
      expect((await runHere('features', ...(command === '' ? [] : [command]), '--help')).out).toMatch(
        /Examples?:/,
      );
  });
});
