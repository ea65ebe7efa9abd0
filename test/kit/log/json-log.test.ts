import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createLog, type LogLevel } from '../../../services/kit/log/json-log.ts';

let lines: string[] = [];
beforeEach(() => {
  lines = [];
});
const logAt = (level: LogLevel = 'debug') =>
  createLog({ level, destination: { write: (line) => lines.push(line) } });
const last = () => JSON.parse(lines.at(-1) ?? '');

describe('a line', () => {
  test('is one JSON object with level, time, message and the fields', () => {
    logAt().info('model loaded', { model: 'flight_delay', version: 2, nested: { rows: [1, 2] } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      msg: 'model loaded',
      model: 'flight_delay',
      version: 2,
      nested: { rows: [1, 2] },
    });
  });

  test('names its trace', () => {
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: 'x=1' };
    logAt().warn('slow', { trace });
    expect(last()).toMatchObject({ trace_id: trace.traceId, span_id: trace.spanId });
    expect(last()).not.toHaveProperty('trace');
    logAt().warn('slow', { trace: { traceId: '', spanId: '', sampled: false, state: '' } });
    expect(last()).not.toHaveProperty('trace_id');
  });

  test('below the level is not written', () => {
    const log = logAt('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['c', 'd']);
    logAt('silent').error('e');
    expect(lines).toHaveLength(2);
  });

  test('does not lose level, time or message to a field of that name', () => {
    logAt().info('hello', { level: 'x', time: 1, msg: 'y' });
    expect(last()).toMatchObject({ level: 'info', msg: 'hello', level_: 'x', time_: 1, msg_: 'y' });
  });

  test('is written whatever the fields are', () => {
    const circular: Record<string, unknown> = { name: 'c' };
    circular.self = circular;
    const hostile = {
      get bad() {
        throw new Error('no');
      },
    };
    logAt().info('odd', {
      circular,
      hostile,
      big: 10n,
      nothing: undefined,
      nan: Number.NaN,
      bytes: Buffer.alloc(1e6),
      many: Array.from({ length: 5000 }, (_, i) => i),
      long: 'x'.repeat(1e6),
      call: () => 1,
      map: new Map([['a', 1]]),
    });
    expect(last()).toMatchObject({
      hostile: '[unreadable]',
      big: '10',
      nan: 'NaN',
      bytes: '[1000000 bytes]',
      map: { a: 1 },
    });
    expect(lines[0]?.length).toBeLessThan(20_000);
    fc.assert(
      fc.property(
        fc.string(),
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true }),
        (message, value) => {
          logAt().info(message, { value });
          expect(lines.at(-1)?.trim()).not.toContain('\n');
          expect(typeof last()).toBe('object');
        },
      ),
    );
  });
});

describe('an error', () => {
  test('is written with name, message, reason, code, stack and its causes', () => {
    const root = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new MeshError('ROLE_UNREACHABLE', 'audit at 10.0.0.1:8001 does not answer', {}, root);
    logAt().error('call failed', { error });
    expect(last().error).toMatchObject({
      name: 'MeshError',
      message: 'audit at 10.0.0.1:8001 does not answer',
      reason: 'ROLE_UNREACHABLE',
      code: 'UNAVAILABLE',
      stack: expect.stringContaining('json-log.test.ts'),
      cause: { name: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
  });

  test('that is its own cause, or no Error at all, is written too', () => {
    const error = new Error('loop');
    error.cause = error;
    logAt().error('failed', { error });
    expect(last().error.cause.message).toBe('loop');
    logAt().error('failed', { error: 'just text' });
    expect(last().error).toBe('just text');
    logAt().error('failed', { error: new AggregateError([new Error('a'), new Error('b')], 'all failed') });
    expect(last().error.errors.map((one: Error) => one.message)).toEqual(['a', 'b']);
  });
});

describe('secrets', () => {
  test.each([
    'authorization',
    'Authorization',
    'password',
    'token',
    'access_token',
    'apiKey',
    'key',
    'clientSecret',
    'cookie',
  ])('the value of %s is masked at any depth', (name) => {
    logAt().info('settings', { [name]: 'hunter2', nested: { list: [{ [name]: { value: 'hunter2' } }] } });
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).toContain('[masked]');
  });

  test('in addresses and authorization values are masked wherever they stand', () => {
    logAt().info('dialling nats://bob:hunter2@host:4222', {
      url: 'nats://:hunter2@host',
      header: 'Bearer hunter2hunter2',
      error: new Error('cannot reach https://a:hunter2@b/c'),
    });
    expect(lines[0]).not.toContain('hunter2');
    expect(last().msg).toBe('dialling nats://[masked]@host:4222');
  });

  test('names that only contain such a word are not masked', () => {
    logAt().info('x', { keyCount: 3, tokens_used: 5, entity: 'ORD' });
    expect(last()).toMatchObject({ keyCount: 3, tokens_used: 5, entity: 'ORD' });
  });
});

describe('on standard error', () => {
  test.each([
    ['ends', ''],
    ['is ended by an uncaught error', 'throw new Error("bug");'],
    ['calls process.exit', 'process.exit(3);'],
  ])('no line is lost when the process %s', async (_, ending) => {
    const source = fileURLToPath(new URL('../../../services/kit/log/json-log.ts', import.meta.url));
    const script = `
      import { createLog } from ${JSON.stringify(source)};
      const log = createLog({ level: 'info' });
      for (let i = 0; i < 2000; i++) log.info('line', { i });
      ${ending}`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let written = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      written += chunk;
    });
    await once(child, 'close');
    const indices = written
      .split('\n')
      .flatMap((line) => (line.startsWith('{"level"') ? [JSON.parse(line).i] : []));
    expect(indices).toEqual(Array.from({ length: 2000 }, (_, i) => i));
  });
});
