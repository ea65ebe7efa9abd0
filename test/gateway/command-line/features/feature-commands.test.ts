import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backUpFeatures, restoreFeatures } from '../../../../services/feature-backups.ts';
import { runHere, runIn } from '../in-process.ts';
import { features, fileOf, minute, noon, own, startFeatureMesh } from './feature-mesh.ts';

startFeatureMesh();

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
    const absent = await features('declare', join(own.folder, 'absent.yaml'));
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
    ['get --set=', 1, /INVALID_REQUEST: --set: must name a feature set/],
    ['get', 2, /name a set with --set, or features with --feature/],
    [
      'get -f delays.median',
      1,
      /FEATURE_VIEW_NOT_FOUND: .*view delays has no feature "median"; it has mean_1h/,
    ],
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

describe('features quarantine list', () => {
  it('shortens long values to a line, and shows them in full when it is asked to', async () => {
    const text = `${'a'.repeat(118)}😀${'b'.repeat(500)}\n\u001b[2J\tend`;
    const field = 'f'.repeat(300);
    await features(
      'push',
      'arrivals',
      '-f',
      'airport=LNG',
      '-f',
      `seats=${text}`,
      '-f',
      `${field}=x`,
      '--id',
      'long',
    );
    const listed = await features('quarantine', 'list', '--stream', 'arrivals');
    const line = listed.out.split('\n').find((found) => found.includes('\tlong\t')) ?? '';
    const columns = line.split('\t');
    expect(columns).toHaveLength(6);
    expect(columns[4]).toContain(`UNKNOWN_FIELD ${'f'.repeat(100)}:`);
    expect(columns[5]?.split(' ').sort()).toEqual([
      'airport=LNG',
      `${'f'.repeat(119)}…=x`,
      `seats=${'a'.repeat(118)}…`,
    ]);
    const full = await features('quarantine', 'list', '--stream', 'arrivals', '--full');
    expect(full.out).toContain(`seats=${'a'.repeat(118)}😀${'b'.repeat(500)}\\n\\u001b[2J\\tend`);
    const json = await features('quarantine', 'list', '--stream', 'arrivals', '--json');
    const events = json.out
      .trim()
      .split('\n')
      .map((found) => JSON.parse(found).event);
    expect(events.find(({ eventId }) => eventId === 'long').fields.seats.text).toBe(text);
  });
});

describe('features backup and restore', () => {
  it('copy the store of a mesh that runs, and make a store of the copy', async () => {
    const target = join(own.folder, 'backup');
    const data = join(own.folder, 'restored');
    const host = {
      backUpFeatures: (to: string, from = '') => backUpFeatures(from, to, '1.2.3'),
      restoreFeatures: (from: string, to = '') => restoreFeatures(from, to),
    };
    const backUp = await runIn({ host }, 'features', 'backup', target, '--data', own.mesh.dataFolder);
    expect(backUp).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^backed up to .*: [\d.]+ MiB, events up to 20.*Z, sha256:[0-9a-f]{64}$/m),
    });
    const restored = await runIn({ host }, 'features', 'restore', target, '--data', data);
    expect(restored.out).toContain(`restored from ${target}`);
    expect(await readdir(join(data, 'features'))).toContain('data.mdb');
    expect((await runIn({ host }, 'features', 'backup', target, '--data', own.mesh.dataFolder)).code).toBe(2);
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
