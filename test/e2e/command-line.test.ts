import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Placed, place } from '../contract/placements.ts';
import { program } from '../contract/role-process.ts';
import { runHere } from '../gateway/command-line/in-process.ts';
import { linearModel } from '../inference/onnx-models.ts';
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
      content: 'PRESENT',
      record: {
        record_id: id,
        prediction: { model: { name: 'flight_delay' }, features: { feature_set: expect.any(String) } },
      },
    });
    expect((await run('audit', 'list')).out).toContain(id);
  });

  it('tells every kind of record apart in a list', async () => {
    const row = (name: string, length: number) => ({
      name,
      shape: ['1', String(length)],
      datatype: 'FP32',
      contents: { fp32Contents: new Array<number>(length).fill(0) },
    });
    await mesh.client.inference.ModelInfer({
      modelName: 'flight_delay',
      inputs: [row('request', 3), row('features', 13)],
    });
    await run('score', 'absent');
    const { out } = await run('audit', 'list');
    expect(out).toMatch(/\tmodel loaded {2}flight_delay 1 {2}by scoremesh\n/);
    expect(out).toMatch(/\tinference flight_delay@1 in a run of \d+ rows\n/);
    expect(out).toMatch(/\trefusal MODEL_NOT_FOUND absent:/);
    expect(out).not.toContain('unknown\n');
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

  it('stores events from a file, and names the line that it can not use', async () => {
    const arrival = {
      stream: 'arrivals',
      event_id: 'one',
      event_time: '2001-03-01T12:00:00Z',
      fields: { origin: 'ORD', destination: 'DEN', hour: 9, delay: 20 },
    };
    const good = join(folder, 'good.jsonl');
    writeFileSync(good, `${JSON.stringify(arrival)}\n\n`);
    expect(await run('features', 'load', '--events', good)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\b1 (event|stored)/),
    });
    const asOf = ['--as-of', '2001-03-01T12:10:00Z'];
    expect((await run(...flightArgs, '-i', 'distance=888', '--features', ...asOf)).out).toMatch(
      /system_delays.late_rate_1h +1 +present/,
    );
    const bad = join(folder, 'bad.jsonl');
    writeFileSync(bad, `${JSON.stringify(arrival)}\nnot json\n`);
    expect(await run('features', 'load', '--events', bad)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/bad\.jsonl, row 2/),
    });
    expect(await run('features', 'load', '--events', join(folder, 'absent.jsonl'))).toMatchObject({
      code: 1,
    });
  });

  it('lists models and features', async () => {
    expect((await run('models')).out).toMatch(/flight_delay 1 @champion +ready/);
    expect((await run('features', 'list')).out).toContain('set flight_delay ');
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

describe('the commands of models', () => {
  let mesh: Placed;
  let folder: string;
  let file: (version: number) => string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scoremesh-models-command-'));
    mesh = await place('local', { modelsFolder: folder, featuresFolder: undefined });
    file = (version) => {
      const path = join(folder, `.${version}.onnx`);
      writeFileSync(path, linearModel([version], 0));
      return path;
    };
  });
  afterAll(async () => {
    await mesh?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (command: string, ...args: string[]) =>
    scoremesh(['models', ...command.split(' '), ...args, '--address', mesh.address]);
  const here = (command: string, ...args: string[]) =>
    runHere('models', ...command.split(' '), ...args, '--address', mesh.address);

  it('store versions and show them', async () => {
    const empty = await run('list');
    expect(empty).toMatchObject({ code: 0, out: '', err: expect.stringContaining('models register') });

    const yaml = join(folder, '.model.yaml');
    writeFileSync(yaml, 'description: doubles\n');
    const first = await run('register m --alias champion', '--file', file(1));
    expect(first).toMatchObject({ code: 0, out: 'm 1 @champion  ready\n' });
    expect(first.err).toContain('m 1 is stored; it is being loaded');
    const second = await run('register m --version 5', '--file', file(5), '--yaml', yaml);
    expect(second).toMatchObject({ code: 0, out: 'm 5  ready\n' });

    const listed = await run('list');
    expect(listed.out).toMatch(/^m 1 @champion {2}ready\n {2}inputs: x \(tensor\).*\n {2}sha256:/);
    expect((await scoremesh(['models', '--address', mesh.address])).out).toBe(listed.out);
    const shown = await run('show m@5');
    for (const line of [
      /^model +m 5$/m,
      /^description +doubles$/m,
      /^state +ready$/m,
      /^tensors in +x FP32 \[-1, 1\]$/m,
      /^batches +invariant, up to 1024 rows$/m,
      /^ONNX +IR 8, opset 17$/m,
    ])
      expect(shown.out).toMatch(line);
  });

  it('move aliases, load and unload', async () => {
    await here('register a --version 1 --alias champion', '--file', file(1));
    await here('register a --version 5', '--file', file(5));
    expect((await run('alias a champion 5')).out).toBe(
      'a@champion points at version 5; before, it pointed at version 1\n',
    );
    expect((await run('rollback a champion')).out).toBe(
      'a@champion points at version 1; before, it pointed at version 5\n',
    );
    expect((await run('unload a 5')).out).toBe('a 5  unloaded: it was unloaded; load it to use it\n');
    expect((await run('load a')).out).toBe('a 1 @champion  ready\na 5  ready\n');
    expect((await run('alias a champion none')).out).toBe(
      'a@champion points nowhere; before, it pointed at version 1\n',
    );
  });

  it('print JSON that programs can read', async () => {
    await here('register j', '--file', file(2));
    const models = JSON.parse((await here('list --json')).out) as object[];
    expect(models).toContainEqual(expect.objectContaining({ name: 'j', state: 'MODEL_STATE_READY' }));
    expect(JSON.parse((await here('show j --json')).out)).toMatchObject({ name: 'j', version: 1 });
    expect(JSON.parse((await here('alias j champion 1 --json')).out)).toEqual({
      version: 1,
      previousVersion: 0,
    });
    expect(JSON.parse((await here('register j --json', '--file', file(3))).out)).toMatchObject({
      version: 2,
      state: 'MODEL_STATE_READY',
    });
    expect(JSON.parse((await here('unload j 2 --json')).out)).toMatchObject([{ version: 2 }]);
  });

  it('say what is wrong and what to do', async () => {
    const model = file(1);
    expect((await here('register w --version 1', '--file', model)).code).toBe(0);
    const failures: [string, string[], RegExp][] = [
      ['register w --version 1', ['--file', model], /MODEL_EXISTS: 'w' version 1 exists.*or 0 for the next/],
      ['register ../w', ['--file', model], /INVALID_REQUEST.*'..\/w' is no model name/],
      [
        'register w',
        ['--file', join(folder, 'absent.onnx')],
        /--file: '.*absent.onnx' can't be read: ENOENT/,
      ],
      ['register w', ['--file', folder], /--file: '.*' is no file/],
      ['register w --path w', [], /takes uploads only; set SCOREMESH_IMPORT/],
      ['register w --alias 7', ['--file', model], /'7' is no alias/],
      ['show x', [], /MODEL_NOT_FOUND: Request for unknown model: 'x' is not found; there are .*w/],
      ['load w 9', [], /MODEL_VERSION_NOT_FOUND.*it has 1/],
      ['unload x', [], /MODEL_NOT_FOUND/],
      ['alias w champion 9', [], /MODEL_VERSION_NOT_FOUND.*it has 1/],
      ['rollback w champion', [], /has nothing to go back to.*set it to a version instead/],
    ];
    for (const [command, args, message] of failures) {
      const { code, err } = await here(command, ...args);
      expect({ command, code, err }).toEqual({ command, code: 1, err: expect.stringMatching(message) });
    }
    expect((await run('show x')).code).toBe(1);
  });

  it('send a large file in pieces and tell how far they are', async () => {
    const path = join(folder, '.large');
    writeFileSync(path, Buffer.alloc(65 * 1024 * 1024));
    const { code, err } = await run('register large', '--file', path);
    expect(code).toBe(1);
    expect(err).toContain('model.onnx: 64.0 of 65.0 MiB sent');
    expect(err).toContain('large 1 is stored');
    expect(err).toMatch(/MODEL_INVALID: 'large\/1\/model.onnx' can't be used/);
    expect((await run('list')).out).toMatch(/^large 1 +failed: 'large\/1\/model.onnx'/m);
  });

  it('watch until they are stopped', async () => {
    await here('register v', '--file', file(1));
    const watching = spawn(process.execPath, [program, 'models', 'watch', '--address', mesh.address], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(watching, 'exit');
    const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]();
    const lineLike = async (form: RegExp): Promise<void> => {
      for (let next = await lines.next(); ; next = await lines.next()) {
        if (next.done) throw new Error(`it ended before ${form}`);
        if (form.test(next.value)) return;
      }
    };
    await lineLike(/^v 1 {2}ready$/);
    await here('register v', '--file', file(2));
    await here('alias v champion 2');
    await here('unload v 1');
    await lineLike(/^\d{4}-.*Z {2}registered {2}v 2 {2}by /);
    await lineLike(/loaded {2}v 2 /);
    await lineLike(/alias set {2}v@champion none -> 2 /);
    await lineLike(/unloaded {2}v 1 /);
    watching.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
  });

  it('explain themselves with examples', async () => {
    const { out } = await scoremesh(['models', '--help']);
    for (const word of [
      'register',
      'rollback',
      'watch',
      'Examples:',
      'scoremesh models alias flight_delay champion 3',
    ])
      expect(out).toContain(word);
    const { code, out: register } = await scoremesh(['models', 'register', '--help']);
    expect(code).toBe(0);
    for (const word of ['--golden', 'SCOREMESH_IMPORT', 'Examples:']) expect(register).toContain(word);
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
