import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Placed, place } from '../contract/placements.ts';
import { scoremesh } from './command.ts';

describe('the command line', () => {
  let mesh: Placed;
  let folder: string;

  beforeAll(async () => {
    mesh = await place('local');
    folder = mkdtempSync(join(tmpdir(), 'scoremesh-command-'));
  });
  afterAll(async () => {
    await mesh?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const flightArgs = [
    'score',
    'flight_delay',
    '-e',
    'origin=ORD',
    '-e',
    'destination=DEN',
    '-i',
    'minute_of_day=750',
    '-i',
    'day_of_week=4',
  ];
  const run = (...args: string[]) => scoremesh([...args, '--address', mesh.address]);

  it('scores, and shows the record', async () => {
    const { code, out } = await run(...flightArgs, '-i', 'distance=888', '--features');
    expect(code).toBe(0);
    expect(out).toMatch(/late_probability +0\.\d+/);
    expect(out).toMatch(/system_delays.late_rate_1h +- +not_found/);
    const [, id = ''] = /prediction +(\S+)/.exec(out) ?? [];
    const shown = await run('audit', 'get', id);
    expect(JSON.parse(shown.out)).toMatchObject({
      record: { recordId: id, prediction: { model: { name: 'flight_delay' } } },
    });
    expect((await run('audit', 'list')).out).toContain(id);
  });

  it('prints JSON that programs can read', async () => {
    const { out } = await run(...flightArgs, '-i', 'distance=888', '--json');
    expect(JSON.parse(out)).toMatchObject({
      model: { name: 'flight_delay', version: 1 },
      receipt: { log_index: expect.any(Number) },
    });
  });

  it('says what is wrong with a request, with exit code 1', async () => {
    const { code, err } = await run(...flightArgs, '-i', 'distance=far');
    expect(code).toBe(1);
    expect(err).toMatch(/INPUT_TYPE_MISMATCH.*distance/);
  });

  it('stores feature rows from a file, and names the line that it can not use', async () => {
    const good = join(folder, 'good.jsonl');
    writeFileSync(good, '{"view":"system_delays","values":{"late_rate_1h":0.25}}\n\n');
    expect(await run('features', 'push', good)).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 feature rows'),
    });
    expect((await run(...flightArgs, '-i', 'distance=888', '--features')).out).toMatch(
      /system_delays.late_rate_1h +0.25 +present/,
    );
    const bad = join(folder, 'bad.jsonl');
    writeFileSync(bad, '{"view":"system_delays","values":{}}\nnot json\n');
    expect(await run('features', 'push', bad)).toMatchObject({
      code: 1,
      err: expect.stringContaining('bad.jsonl:2'),
    });
    expect(await run('features', 'push', join(folder, 'absent.jsonl'))).toMatchObject({ code: 1 });
  });

  it('lists models and features', async () => {
    expect((await run('models')).out).toMatch(/flight_delay 1 @champion +ready/);
    expect((await run('features', 'list')).out).toContain('set flight_delay_v1');
  });

  it('says how to reach a mesh that does not answer', async () => {
    const { code, err } = await scoremesh(['models', '--address', '127.0.0.1:1', '--timeout', '1000']);
    expect(code).toBe(1);
    expect(err).toContain('127.0.0.1:1');
  });

  it('explains itself, and ends with 2 on wrong usage', async () => {
    const { code, out } = await scoremesh(['--help']);
    expect(code).toBe(0);
    for (const word of ['up', 'serve', 'score', 'SCOREMESH_GRPC_PORT', 'SCOREMESH_AUDIT_ADDRESS'])
      expect(out).toContain(word);
    expect(await scoremesh(['dance'])).toMatchObject({ code: 2, err: expect.stringContaining('dance') });
    expect(await scoremesh(['score'])).toMatchObject({ code: 2 });
  });
});

describe('a start that can not succeed', () => {
  const free = {
    SCOREMESH_GRPC_PORT: '0',
    SCOREMESH_HTTP_PORT: '0',
    SCOREMESH_METRICS_PORT: '0',
    SCOREMESH_LOG_LEVEL: 'silent',
  };
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'scoremesh-start-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names every setting that is wrong at once', async () => {
    const { code, err } = await scoremesh(['up'], {
      ...free,
      SCOREMESH_GRPC_PROT: '1',
      SCOREMESH_HTTP_PORT: 'many',
      SCOREMESH_GRACE: '-1s',
    });
    expect(code).toBe(2);
    expect(err).toMatch(/SCOREMESH_GRPC_PROT.*did you mean SCOREMESH_GRPC_PORT/);
    expect(err).toContain('SCOREMESH_HTTP_PORT="many"');
    expect(err).toContain('SCOREMESH_GRACE');
  });

  it('names the missing address of a role', async () => {
    const env = {
      ...free,
      SCOREMESH_DATA: folder,
      SCOREMESH_ROLES: 'gateway',
      SCOREMESH_INFERENCE_ADDRESS: '127.0.0.1:1',
      SCOREMESH_AUDIT_ADDRESS: '127.0.0.1:1',
    };
    const { code, err } = await scoremesh(['serve'], env);
    expect(code).toBe(2);
    expect(err).toContain('SCOREMESH_FEATURE_ADDRESS');
  });

  it('asks for the roles to serve', async () => {
    expect(await scoremesh(['serve'], free)).toMatchObject({
      code: 2,
      err: expect.stringContaining('SCOREMESH_ROLES'),
    });
  });

  it.each([
    ['audit', 'SCOREMESH_GRPC_PORT'],
    ['audit', 'SCOREMESH_METRICS_PORT'],
    ['gateway,feature,inference,audit', 'SCOREMESH_HTTP_PORT'],
  ])('names the port that is taken and its setting: %s with %s', async (hosted, variable) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const env = { ...free, SCOREMESH_DATA: folder, SCOREMESH_ROLES: hosted, [variable]: String(port) };
    const { code, err } = await scoremesh(['serve'], env);
    taken.close();
    expect(code).toBe(2);
    expect(err).toContain(String(port));
    expect(err).toContain(variable);
  });

  it('names the models folder that is not there', async () => {
    const env = {
      ...free,
      SCOREMESH_DATA: folder,
      SCOREMESH_ROLES: 'inference',
      SCOREMESH_MODELS: join(folder, 'absent'),
    };
    expect(await scoremesh(['serve'], env)).toMatchObject({
      code: 2,
      err: expect.stringContaining('absent'),
    });
  });
});
