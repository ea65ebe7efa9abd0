import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
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

describe('features load of a file with rows that can not be read', () => {
  const header = 'event_id,event_time,airport,delay,seats,early\n';
  const line = (id: string, airport: string, index: number): string =>
    `${id},${new Date(noon - 30 * minute + index).toISOString()},${airport},${index % 7},${index},\n`;

  it('stores the rest, names the rows, and fails at the end; mended in place they are stored', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => line(`g${index}`, 'GOO', index));
    const bad = [...rows];
    bad[4] = 'g4,2026-01-31T11:45:00Z,"GOO,1,4,\n';
    bad[9] = `g9,2026-01-31T11:45:00Z,GOO,1,9,,${'secret'.repeat(100)}\n`;
    bad[39] = `g39,${'yesterday'.repeat(100)},GOO,1,,\n`;
    const file = await fileOf('goes-on.csv', header + bad.join(''));
    const run = await features('load', 'arrivals', file, '--batch', '10');
    expect(run).toMatchObject({
      code: 1,
      out: expect.stringMatching(/goes-on\.csv: 47 events are stored, 3 could not be read; /),
    });
    expect(run.err).toMatch(/^not stored: .*goes-on\.csv, row 5: line 6 has a quote that is never closed$/m);
    expect(run.err).toMatch(/^not stored: .*, row 10: line 11 has 7 cells, and the header names 6$/m);
    expect(run.err).toMatch(/^not stored: .*, row 40, column event_time: is neither an ISO 8601 time/m);
    expect(run.err).toMatch(/FEATURE_EVENT_INVALID: 3 rows of .*goes-on\.csv could not be read/);
    expect(run.err).not.toMatch(/secret|yesterday/);
    expect(await arrivalsOf('GOO', noon)).toBe(47);
    expect((await readdir(own.folder)).filter((found) => found.includes('.progress'))).toEqual([]);
    const mended = await features('load', 'arrivals', await fileOf('goes-on.csv', header + rows.join('')));
    expect(mended).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: 3 events are stored, 47 were stored before; /),
    });
  });

  it('stops at the first of them when it is strict, with all before it stored, and goes on behind it', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => line(`s${index}`, 'STP', index));
    rows[38] = 's38,2026-01-31T11:45:00Z,STP\n';
    rows[44] = 's44,yesterday,STP,1,,\n';
    const file = await fileOf('stops.csv', header + rows.join(''));
    const run = await features('load', 'arrivals', file, '--batch', '10', '--strict');
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/INVALID_REQUEST: .*stops\.csv, row 39: line 40 has 3 cells/);
    expect(run.err).toContain('stored up to row 38; the same command goes on from there');
    expect(await arrivalsOf('STP', noon)).toBe(38);
    const rest = await features('load', 'arrivals', file, '--strict', '--from-row', '40');
    expect(rest.err).toMatch(/stops\.csv, row 45, column event_time/);
    expect(rest.err).toContain('stored up to row 44; ');
  });

  it('names the first few of many, and counts all, though nothing can be stored', async () => {
    const file = await fileOf('none.csv', header + 'x,soon,NON,1,,\n'.repeat(2_345));
    const run = await features('load', 'arrivals', file, '--batch', '100');
    expect(run).toMatchObject({
      code: 1,
      out: expect.stringMatching(/: 0 events are stored, 2,345 could not be read; /),
    });
    expect(run.err.match(/^not stored: /gm)).toHaveLength(5);
    expect(run.err.match(/more rows can't be read/g)).toHaveLength(1);
  });

  it('of JSON lines and of Parquet goes on as well', async () => {
    const at = noon - 10 * minute;
    const event = (more: string): string => `{"event_id":"${more}","airport":"JSL","event_time":${at}}`;
    const lines = [
      '{"airport":',
      event('j1'),
      `{"airport":"JSL","event_time":${at},"seats":[1]}`,
      event('j2'),
    ];
    const jsonl = await features('load', 'arrivals', await fileOf('lines.jsonl', lines.join('\n')));
    expect(jsonl).toMatchObject({
      code: 1,
      out: expect.stringMatching(/: 2 events .*, 2 could not be read; /),
    });
    expect(jsonl.err).toMatch(/lines\.jsonl, row 1: is no JSON$/m);
    expect(jsonl.err).toMatch(/lines\.jsonl, row 3, column seats: is an object or a list/);
    const file = await parquetOf(
      'times.parquet',
      [
        { name: 'event_time', type: 'int64' },
        { name: 'airport', type: 'text' },
      ],
      [
        [BigInt(at), 'PQT'],
        [null, 'PQT'],
        [BigInt(at) * 1_000_000n, 'PQT'],
        [BigInt(at + 1), 'PQT'],
      ],
    );
    const parquet = await features('load', 'arrivals', file, '--batch', '2');
    expect(parquet.out).toMatch(/: 2 events are stored, 2 could not be read; /);
    expect(parquet.err).toMatch(/times\.parquet, row 2, column event_time: is empty/);
    expect(parquet.err).toMatch(/times\.parquet, row 3, column event_time: is neither/);
    expect(await arrivalsOf('PQT', noon)).toBe(2);
  });

  it('of whole events names the line and the member', async () => {
    const event = (id: string, more: object): string =>
      JSON.stringify({
        stream: 'arrivals',
        event_id: id,
        event_time: noon - minute,
        fields: { airport: 'WHU' },
        ...more,
      });
    const lines = [
      event('u1', {}),
      event('u2', { ['feilds'.repeat(1000)]: 1 }),
      event('u3', { stream: 'departures' }),
      event('u4', { event_time: 1e16 }),
      event('u5', { fields: { airport: ['WHU'] } }),
      event('u6', {}),
    ];
    const file = await fileOf('events.jsonl', lines.join('\n'));
    const { code, err, out } = await features('load', '--events', file);
    expect(code).toBe(1);
    expect(out).toMatch(/: 2 events are stored, 4 could not be read; /);
    expect(err).toMatch(/events\.jsonl, row 2, (?:feilds){16}feil: is no member of an event/);
    expect(err).toMatch(/events\.jsonl, row 3, stream: "departures" is not declared; there are arrivals/);
    expect(err).toMatch(/events\.jsonl, row 4, event_time: is neither/);
    expect(err).toMatch(/events\.jsonl, row 5, field airport: is an object or a list/);
    const strict = await features('load', '--events', file, '--strict');
    expect(strict.err).toMatch(/INVALID_REQUEST: .*events\.jsonl, row 2, /);
  });

  it('goes on past those that only the mesh can tell', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => line(`m${index}`, 'MSH', index));
    rows[3] = line('m'.repeat(300), 'MSH', 3);
    rows[17] = line('m\u0007', 'MSH', 17);
    rows[18] = line('m18', 'MSH', -100_000_000);
    rows[19] = line('m19', 'MSH', 19).replace('MSH,5', 'MSH,late');
    const file = await fileOf('only-mesh.csv', header + rows.join(''));
    const run = await features('load', 'arrivals', file, '--batch', '20');
    expect(run).toMatchObject({
      code: 1,
      out: expect.stringMatching(/: 27 events are stored, 1 are in the quarantine, 2 could not be read; /),
    });
    expect(run.err).toMatch(/row 20 is in the quarantine: TYPE delay/);
    expect(run.err).toMatch(
      /not stored: .*only-mesh\.csv, row 4, event_id: has 300 bytes of UTF-8; at most 256/,
    );
    expect(run.err).toMatch(/not stored: .*only-mesh\.csv, row 18, event_id: has a control character/);
    const strict = await features('load', 'arrivals', file, '--batch', '20', '--strict');
    expect(strict.err).toMatch(/FEATURE_EVENT_INVALID: .*rows 1 to 20: events\[3\]\.event_id/);
  });

  it('that is stopped and goes on counts them all', async () => {
    const count = 30_000;
    const rows = Array.from({ length: count }, (_, index) => line(`r${index}`, 'RSM', index));
    rows[1] = '"\n';
    rows[2] = 'r2\n';
    rows[count - 2] = 'r,soon,RSM,1,,\n';
    const file = await fileOf('resumes.csv', header + rows.join(''));
    const stop = new AbortController();
    const terminal = {
      interactive: true,
      stop: stop.signal,
      redraw: (text: string) => text !== '' && stop.abort(),
    };
    const stopped = await featuresIn({ terminal }, 'load', 'arrivals', file, '--batch', '200');
    expect(stopped.err).toMatch(/stored up to row [\d,]+; the same command goes on/);
    expect(JSON.parse(await readFile(`${file}.progress`, 'utf8'))).toMatchObject({ unreadable: 2 });
    const rest = await features('load', 'arrivals', file, '--batch', '200');
    expect(rest.err).toMatch(/going on from row [\d,]+; 2 before it could not be read/);
    expect(rest.err).toMatch(/FEATURE_EVENT_INVALID: 3 rows of .*resumes\.csv could not be read/);
    expect(rest.code).toBe(1);
    expect(await arrivalsOf('RSM', noon)).toBe(count - 3);
  });
});

describe('features load of bools', () => {
  it.each([
    ['true', 'true'],
    ['TRUE', 'true'],
    ['1', 'true'],
    ['false', 'false'],
    ['False', 'false'],
    ['0', 'false'],
    ['', '-'],
  ])('takes %j in CSV for %s', async (cell, shown) => {
    const airport = `B${cell || 'none'}`;
    const file = await fileOf(
      'bools.csv',
      `event_id,event_time,airport,early\n${airport},${noon},${airport},${cell}\n`,
    );
    expect((await features('load', 'arrivals', file)).out).toMatch(/: 1 events are stored; /);
    const { out } = await features(
      'get',
      '-f',
      'last.early',
      '-e',
      `airport=${airport}`,
      '--as-of',
      String(noon),
    );
    expect(out).toMatch(new RegExp(`^last\\.early +${shown} `, 'm'));
  });

  it.each(['yes', '2', '01', 'on'])('leaves %j to the quarantine', async (cell) => {
    const file = await fileOf(
      'none.csv',
      `event_id,event_time,airport,early\nB${cell},${noon},BNO,${cell}\n`,
    );
    expect((await features('load', 'arrivals', file)).err).toMatch(/is in the quarantine: TYPE early/);
  });
});
