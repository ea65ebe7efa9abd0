import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTableWriter } from '../../../../gateway/files/table-writer.ts';
import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { natsIsAbsent } from '../../../kit/bus/broker.ts';
import { type CommandRun, runIn, type Surroundings } from '../in-process.ts';
import { type JobGateway, startJobGateway } from './job-gateway.ts';

const main = fileURLToPath(new URL('../../../../services/main.ts', import.meta.url));
const count = 400;

function submit(gateway: JobGateway, file: string, out: string, ...args: string[]): Promise<CommandRun> {
  return submitIn({}, gateway, file, out, ...args);
}

function submitIn(
  surroundings: Surroundings,
  gateway: JobGateway,
  file: string,
  out: string,
  ...args: string[]
): Promise<CommandRun> {
  const files = ['--file', gateway.file(file), '--out', gateway.file(out)];
  return runIn(
    surroundings,
    'jobs',
    'submit',
    '--model',
    'm',
    ...files,
    '--address',
    gateway.address,
    ...args,
  );
}

const csv = (rows: number): string =>
  ['airport,a,note', ...Array.from({ length: rows }, (_, i) => `K${i},${i},n ${i}`), ''].join('\n');

/** Scores twice the number, counting each job. */
function countingWorker(
  gateway: JobGateway,
  scored: Map<string, number>,
  on: (count: number) => void = () => {},
) {
  return gateway.work(async ({ entities, inputs }, { headers }) => {
    const id = headers['Nats-Msg-Id'] ?? '';
    scored.set(id, (scored.get(id) ?? 0) + 1);
    on(scored.size);
    // So that results come in another order than the rows.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    if (entities.airport === undefined) throw new MeshError('ENTITY_MISSING', 'airport is missing');
    return Number(inputs.a?.number) * 2;
  });
}

const expectOnce = (scored: ReadonlyMap<string, number>, rows: number): void => {
  expect(scored.size).toBe(rows);
  expect([...scored.values()].every((times) => times === 1)).toBe(true);
};

describe.skipIf(natsIsAbsent)('scoremesh jobs submit --file', () => {
  it('writes each row with its result, in the order of the file', async () => {
    const gateway = await startJobGateway();
    const scored = new Map<string, number>();
    await countingWorker(gateway, scored);
    await gateway.write('rows.csv', csv(count));
    const run = await submit(gateway, 'rows.csv', 'out.csv', '--in-flight', '50', '--run', 'mine');
    expect(run).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/out\.csv: 400 rows: 400 SUCCEEDED; /),
    });
    const rows = await gateway.rows('out.csv');
    expect(rows).toHaveLength(count);
    for (const [i, row] of rows.entries())
      expect(row).toEqual({
        airport: `K${i}`,
        a: String(i),
        note: `n ${i}`,
        job_id: `mine-${i + 1}`,
        state: 'SUCCEEDED',
        prediction_id: `p-mine-${i + 1}`,
        score: String(2 * i),
        reason: null,
        error: null,
      });
    expectOnce(scored, count);
    expect(readdirSync(gateway.folder).filter((name) => /run|part/.test(name))).toEqual([]);
  });

  it('reads and writes Parquet and JSON lines, with columns of other names', async () => {
    const gateway = await startJobGateway();
    await gateway.work();
    const writer = await createTableWriter(gateway.file('rows.parquet'), [
      { name: 'from', type: 'text' },
      { name: 'value', type: 'float64' },
      { name: 'at', type: 'timestamp ms' },
    ]);
    await writer.write([
      ['ORD', 'LAX'],
      [1.5, 2.5],
      [1_700_000_000_000n, null],
    ]);
    await writer.finish();
    const columns = ['--entity', 'airport=from', '--input', 'a=value'];
    expect(await submit(gateway, 'rows.parquet', 'out.parquet', ...columns)).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await gateway.rows('out.parquet')).toMatchObject([
      { from: 'ORD', value: 1.5, at: 1_700_000_000_000n, score: 3, state: 'SUCCEEDED', error: null },
      { from: 'LAX', value: 2.5, at: null, score: 5 },
    ]);
    await gateway.write(
      'rows.jsonl',
      '{"entity.airport":"ORD","input.a":4}\n\n{"entity.airport":"LAX","input.a":5,"x":1}\n',
    );
    expect(await submit(gateway, 'rows.jsonl', 'out.jsonl', '--keep', 'input.a')).toMatchObject({
      code: 0,
      err: '',
    });
    const lines = (await gateway.text('out.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { 'input.a': 4, score: 8 },
      { 'input.a': 5, score: 10 },
    ]);
    expect(lines[0]).not.toHaveProperty('entity.airport');
  });

  it('says in each row why it has no answer, goes on, and ends with exit code 1', async () => {
    const gateway = await startJobGateway();
    const scored = new Map<string, number>();
    await countingWorker(gateway, scored);
    // The second lacks its key, which the worker refuses; the key of the third is too long, which the gateway does.
    await gateway.write('rows.csv', `airport,a\nORD,1\n,2\n${'x'.repeat(300)},3\nLAX,4\n`);
    const run = await submit(gateway, 'rows.csv', 'out.jsonl');
    expect(run).toMatchObject({
      code: 1,
      out: expect.stringContaining('4 rows: 2 SUCCEEDED, 2 FAILED'),
      err: expect.stringContaining('ENTITY_MISSING: 2 of 4 rows have no answer'),
    });
    const lines = (await gateway.text('out.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ state, reason }) => [state, reason])).toEqual([
      ['SUCCEEDED', null],
      ['FAILED', 'ENTITY_MISSING'],
      ['FAILED', 'INVALID_REQUEST'],
      ['SUCCEEDED', null],
    ]);
    expect(scored.size).toBe(3);
  });

  it('takes a run in which rows have no answer for a whole one, which is not resumed', async () => {
    const gateway = await startJobGateway();
    const scored = new Map<string, number>();
    await countingWorker(gateway, scored);
    await gateway.write('rows.csv', 'airport,a\nORD,1\n,2\n');
    const run = await submit(gateway, 'rows.csv', 'out.csv');
    expect(run).toMatchObject({ code: 1, err: expect.stringContaining('1 of 2 rows have no answer') });
    expect(run.err).not.toMatch(/interrupted|resume/);
    expect(readdirSync(gateway.folder).sort()).toEqual(['out.csv', 'rows.csv']);
    expect(await submit(gateway, 'rows.csv', 'out.csv', '--resume')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/out\.csv\.run: is not there, .*leave --resume out/),
    });
    const once = await submit(gateway, 'rows.csv', 'out.csv', '--resume');
    expect(once.err.trim().split('\n')).toHaveLength(1);
    expect(scored.size).toBe(2);
    expect(readdirSync(gateway.folder).sort()).toEqual(['out.csv', 'rows.csv']);
  });

  it('waits where a queue is full', async () => {
    const gateway = await startJobGateway(20);
    const scored = new Map<string, number>();
    await countingWorker(gateway, scored);
    await gateway.write('rows.csv', csv(100));
    expect(await submit(gateway, 'rows.csv', 'out.csv')).toMatchObject({ code: 0, err: '' });
    expectOnce(scored, 100);
  });

  it('stopped, it tells how to go on; resumed, it scores nothing twice', async () => {
    const gateway = await startJobGateway();
    const scored = new Map<string, number>();
    const stop = new AbortController();
    await countingWorker(gateway, scored, (size) => size === 150 && stop.abort());
    await gateway.write('rows.csv', csv(count));
    const stopped = await submitIn(
      { terminal: { stop: stop.signal } },
      gateway,
      'rows.csv',
      'out.csv',
      '--in-flight',
      '40',
    );
    expect(stopped).toMatchObject({
      code: 1,
      err: expect.stringMatching(/CALL_CANCELLED: the run was stopped; .*out\.csv\.run .*--resume/),
    });
    expect(existsSync(gateway.file('out.csv'))).toBe(false);
    expect(await submit(gateway, 'rows.csv', 'out.csv')).toMatchObject({
      code: 1,
      err: expect.stringContaining('--resume'),
    });
    const other = await submit(gateway, 'rows.csv', 'out.csv', '--resume', '--lane', 'low');
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('other settings') });
    const resumed = await submit(gateway, 'rows.csv', 'out.csv', '--resume');
    expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('400 rows: 400 SUCCEEDED') });
    const rows = await gateway.rows('out.csv');
    expect(rows.map(({ score }) => score)).toEqual(Array.from({ length: count }, (_, i) => String(2 * i)));
    expectOnce(scored, count);
  });

  it('killed, it goes on with --resume and leaves nothing behind', async () => {
    const gateway = await startJobGateway();
    const scored = new Map<string, number>();
    let kill = (): void => {};
    await countingWorker(gateway, scored, (size) => size === 150 && kill());
    await gateway.write('rows.csv', csv(count));
    const files = ['--file', gateway.file('rows.csv'), '--out', gateway.file('out.parquet')];
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        main,
        'jobs',
        'submit',
        'm',
        ...files,
        '--in-flight',
        '40',
        '--address',
        gateway.address,
      ],
      { stdio: 'ignore' },
    );
    kill = () => child.kill('SIGKILL');
    const signal = await new Promise((resolve) => child.on('exit', (_code, how) => resolve(how)));
    expect(signal).toBe('SIGKILL');
    const resumed = await submit(gateway, 'rows.csv', 'out.parquet', '--resume');
    expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('400 rows: 400 SUCCEEDED') });
    const rows = await gateway.rows('out.parquet');
    expect(rows.map(({ a, score }) => [a, score])).toEqual(
      Array.from({ length: count }, (_, i) => [BigInt(i), 2 * i]),
    );
    expectOnce(scored, count);
    expect(readdirSync(gateway.folder).sort()).toEqual(['out.parquet', 'rows.csv']);
  });

  it('goes on when NATS was away for a moment', async () => {
    const gateway = await startJobGateway();
    const scored = new Map<string, number>();
    await countingWorker(gateway, scored, (size) => size === 60 && gateway.broker.kill());
    await gateway.write('rows.csv', csv(150));
    expect(await submit(gateway, 'rows.csv', 'out.csv')).toMatchObject({ code: 0 });
    expect(scored.size).toBe(150);
    expect((await gateway.rows('out.csv')).map(({ score }) => score)).toEqual(
      Array.from({ length: 150 }, (_, i) => String(2 * i)),
    );
  });

  it('refuses what can not be meant', async () => {
    const gateway = await startJobGateway();
    await gateway.write('rows.csv', 'airport,a,state\nORD,1,x\n');
    const wrong = async (...args: string[]): Promise<string> => {
      const { code, err } = await submit(gateway, 'rows.csv', 'out.csv', ...args);
      expect(code).toBe(1);
      return err;
    };
    expect(await wrong()).toContain('has a column "state", as the results have; choose with --keep');
    expect(await wrong('--input', 'a=b')).toContain(
      'has no column "b" for input a; there are airport, a, state',
    );
    expect(await wrong('--keep', 'b')).toContain('has no column "b", which --keep names');
    expect((await submit(gateway, 'rows.csv', 'rows.csv')).err).toContain('would take the place of the rows');
    expect((await submit(gateway, 'rows.csv', 'out.xls')).err).toContain('none of the endings');
    await gateway.write('out.csv.run', '{"run":"a b"}');
    expect(await wrong('--keep', 'a', '--resume')).toContain('is no state of a run');
  });
});
