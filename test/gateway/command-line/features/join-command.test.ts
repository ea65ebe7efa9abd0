import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  features,
  featuresIn,
  fileOf,
  minute,
  noon,
  own,
  parquetOf,
  startFeatureMesh,
  tableOf,
} from './feature-mesh.ts';

startFeatureMesh();

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
    const out = join(own.folder, 'train.parquet');
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
    const csv = join(own.folder, 'train.csv');
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
    const out = join(own.folder, 'train2.parquet');
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
      const out = join(own.folder, 'none.parquet');
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
      expect((await readdir(own.folder)).filter((name) => name.startsWith('none.parquet'))).toEqual([]);
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
    const out = join(own.folder, 'stopped.parquet');
    const run = await featuresIn(
      { terminal },
      ...['join', '--set', 'flight', '--labels', file, '--out', out, '--batch', '100'],
    );
    expect(run).toMatchObject({ code: 1, err: expect.stringContaining('stopped.parquet was not written') });
    expect((await readdir(own.folder)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  it('does not take the place of its labels', async () => {
    const content = `event_time,airport,bags\n${noon},JON,1\n`;
    const file = await fileOf('same.csv', content);
    const run = await features(
      'join',
      '--set',
      'flight',
      '--labels',
      file,
      '--out',
      join(own.folder, '.', 'same.csv'),
    );
    expect(run).toMatchObject({
      code: 1,
      err: expect.stringContaining('would take the place of the labels'),
    });
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});
