import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { startMesh } from '../../../../services/mesh.ts';
import { meshConfig } from '../../../contract/placements.ts';
import { runIn } from '../in-process.ts';
import {
  arrivalsOf,
  features,
  featuresIn,
  fileOf,
  minute,
  noon,
  own,
  parquetOf,
  startFeatureMesh,
} from './feature-mesh.ts';

startFeatureMesh();

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
      expect((await readdir(own.folder)).filter((found) => found.includes('.progress'))).toEqual([]);
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
    const dataFolder = join(own.folder, 'comes-back');
    const options = {
      featuresFolder: join(own.folder, 'features'),
      modelsFolder: join(own.folder, 'models'),
    };
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

  it('of whole events takes each stream, and counts each event once', async () => {
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
