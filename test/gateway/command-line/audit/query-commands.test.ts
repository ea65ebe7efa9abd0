import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '../../../../gateway/files/open-table.ts';
import type { Cell } from '../../../../gateway/files/table.ts';
import type { Record as AuditRecord } from '../../../../services/gen/scoremesh/audit/v1/Record.ts';
import { createClosers } from '../../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { recordCodec } from '../../../audit/fixture.ts';
import { idOf } from '../../../audit/index/entries.ts';
import { searchedLog, textOf } from '../../../audit/query/searched-log.ts';
import { startProcess } from '../../../kit/rpc/processes.ts';
import { runIn } from '../in-process.ts';

const start = Date.UTC(2026, 0, 31, 12);
const adminToken = 'a-token-of-the-operator-1234567890';
const closers = createClosers(silentLog);
let folder: string;
let address: string;

/** A prediction of passenger P-1, its outcome, a refusal, a change of a model, and 3000 refusals counted. */
const records: readonly (AuditRecord & { subject?: string })[] = [
  {
    principal: 'alice',
    subject: 'passenger=P-1',
    prediction: {
      request: {
        model: 'flight_delay',
        requestId: 'r-1',
        entities: { passenger: 'P-1' },
        inputs: { distance: { number: 500.5 }, day: { integer: '9007199254740993' } },
      },
      model: { name: 'flight_delay', version: 3, digest: 'sha256:ab', alias: 'champion' },
      outputs: { probability: { number: 0.25 }, label: { text: 'late' } },
      decision: 'late',
      threshold: 0.2,
      _threshold: 'threshold',
    },
  },
  {
    principal: 'bob',
    subject: 'passenger=P-1',
    outcome: { predictionId: textOf(idOf(0, start)), values: { late: { flag: true } } },
  },
  {
    principal: 'bob',
    refusal: { model: 'nope', code: 5, reason: 'MODEL_NOT_FOUND', message: 'there is none' },
  },
  {
    principal: 'operator',
    modelChange: { model: 'flight_delay', version: 4, digest: 'sha256:cd', reason: '' },
  },
  ...Array.from({ length: 3000 }, (_, second) => ({
    principal: 'carol',
    refusalSummary: { model: 'flight_delay', reason: 'QUEUE_FULL', second, count: 7 },
  })),
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoremesh-export-'));
  const log = await searchedLog();
  closers.add('log', log.close);
  const logged = records.map(({ subject = '', ...record }, index) => ({
    id: idOf(index, start),
    subject,
    entry: recordCodec.encode({
      ...record,
      recordId: textOf(idOf(index, start)),
      recordedAtUs: (start + index) * 1000 + 7,
      receivedAtUs: (start + index) * 1000,
    }),
  }));
  for (let from = 0; from < logged.length; from += 1000) await log.append(logged.slice(from, from + 1000));
  ({ address } = await startProcess(closers, { audit: log.queries }, { adminToken }));
});
afterAll(async () => {
  await closers.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  runIn({ host: { adminToken: () => adminToken } }, 'audit', ...args, '--address', address);

async function lines(file: string): Promise<Record<string, never>[]> {
  const text = await readFile(join(folder, file), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function rows(file: string): Promise<Record<string, Cell | undefined>[]> {
  const table = await openTable(join(folder, file));
  const names = table.columns.map(({ name }) => name);
  const found: Record<string, Cell | undefined>[] = [];
  for await (const batch of table.batches({ columns: names, batchRows: 100 }))
    for (let row = 0; row < batch.numbers.length; row++)
      found.push(Object.fromEntries(names.map((name, at) => [name, batch.columns[at]?.[row]])));
  return found;
}

describe('audit query', () => {
  it('shows what was found in one line each', async () => {
    const { code, out } = await run('query', '--model', 'flight_delay', '--model-version', '3');
    expect(code).toBe(0);
    expect(out).toBe(
      `0\t2026-01-31T12:00:00.000Z\t${textOf(idOf(0, start))}\tprediction flight_delay@3 label=late probability=0.25\n`,
    );
    const outcome = await run('query', '--event', 'outcome', '--event', 'refusal');
    expect(outcome.out.split('\n').map((line) => line.split('\t')[3])).toEqual([
      `outcome of ${textOf(idOf(0, start))} late=true`,
      'refusal MODEL_NOT_FOUND nope: there is none',
      undefined,
    ]);
  });

  it('follows pages up to its limit', async () => {
    const { out } = await run('query', '--principal', 'carol', '-n', '2500');
    expect(out.trimEnd().split('\n')).toHaveLength(2500);
  });

  it('prints JSON with the names and values of a record', async () => {
    const { out } = await run('query', '--subject', 'passenger=P-1', '--outcome', 'known', '--json');
    expect(JSON.parse(out)).toMatchObject({
      log_index: 0,
      content: 'NONE',
      outcome: 'KNOWN',
      outcomes: [{ outcome: { values: { late: true } } }],
      record: {
        record_id: textOf(idOf(0, start)),
        recorded_at: '2026-01-31T12:00:00.000Z',
        prediction: {
          request: { inputs: { distance: 500.5, day: { integer: '9007199254740993' } } },
          model: { name: 'flight_delay', version: 3, digest: 'sha256:ab', alias: 'champion' },
          outputs: { probability: 0.25, label: 'late' },
          threshold: 0.2,
        },
      },
    });
  });

  it('names what is wrong with it', async () => {
    expect(await run('query', '--outcome', 'soon')).toMatchObject({ code: 2 });
    expect(await run('query', '--model-version', '0')).toMatchObject({ code: 2 });
    expect(await run('query', '--since', 'yesterday')).toMatchObject({ code: 2 });
    const { code, err } = await run('query', '--event', 'predictions', '--subject', 'P-1');
    expect(code).toBe(1);
    expect(err).toContain('  filter.events[0]: "predictions" is no kind of record; give prediction, ');
    expect(err).toContain('  filter.subject: ');
  });
});

describe('audit export', () => {
  it('writes whole records as JSON lines, in order', async () => {
    const { code, out } = await run('export', '--out', join(folder, 'all.jsonl'));
    expect(out).toMatch(/all\.jsonl: 3,004 records; /);
    expect(code).toBe(0);
    const all = await lines('all.jsonl');
    expect(all).toHaveLength(3004);
    expect(new Set(all.map(({ log_index }) => log_index)).size).toBe(3004);
    expect(all[0]).toMatchObject({ outcome: 'KNOWN', record: { prediction: { decision: 'late' } } });
  });

  it('writes rows as Parquet that is read back', async () => {
    expect(await run('export', '--out', join(folder, 'all.parquet'))).toMatchObject({ code: 0 });
    const all = await rows('all.parquet');
    expect(all).toHaveLength(3004);
    expect(all[0]).toMatchObject({
      log_index: 0n,
      record_id: textOf(idOf(0, start)),
      recorded_at: BigInt(start) * 1000n + 7n,
      event: 'prediction',
      principal: 'alice',
      content: 'NONE',
      model: 'flight_delay',
      version: 3n,
      digest: 'sha256:ab',
      alias: 'champion',
      request_id: 'r-1',
      entities: '{"passenger":"P-1"}',
      outputs: '{"label":"late","probability":0.25}',
      decision: 'late',
      threshold: 0.2,
      outcome_state: 'KNOWN',
      outcome: '{"late":true}',
      reason: null,
    });
    expect(JSON.parse(String(all[0]?.inputs))).toEqual({
      distance: 500.5,
      day: { integer: '9007199254740993' },
    });
    const byEvent = (event: string) => all.find((row) => row.event === event);
    expect(byEvent('outcome')).toMatchObject({
      prediction_id: textOf(idOf(0, start)),
      outcome: '{"late":true}',
      outcome_state: null,
    });
    expect(byEvent('refusal')).toMatchObject({
      model: 'nope',
      reason: 'MODEL_NOT_FOUND',
      message: 'there is none',
    });
    expect(byEvent('model_change')).toMatchObject({
      model: 'flight_delay',
      version: 4n,
      digest: 'sha256:cd',
    });
    expect(all.filter(({ event }) => event === 'refusal_summary')).toHaveLength(3000);
  });

  it('takes the filters of a query, also to CSV', async () => {
    const until = new Date(start + 2).toISOString();
    await run('export', '--until', until, '--principal', 'bob', '--out', join(folder, 'few.csv'));
    expect(await rows('few.csv')).toMatchObject([{ event: 'outcome', log_index: '1' }]);
  });

  it('leaves no file when it fails, and says so', async () => {
    const { code, err } = await run('export', '--event', 'x', '--out', join(folder, 'none.jsonl'));
    expect(code).toBe(1);
    expect(err).toContain('filter.events[0]');
    expect((await readdir(folder)).filter((name) => name.startsWith('none'))).toEqual([]);
    const wrong = await run('export', '--out', join(folder, 'none.txt'));
    expect(wrong.err).toContain('.jsonl');
  });

  it('is stopped without leaving half a file', async () => {
    const stopped = new AbortController();
    const out = join(folder, 'stopped.jsonl');
    const terminal = { stop: stopped.signal, interactive: true, redraw: () => stopped.abort() };
    const { code, err } = await runIn({ terminal }, 'audit', 'export', '--out', out, '--address', address);
    expect(code).toBe(1);
    expect(err).toContain('the export was stopped');
    expect((await readdir(folder)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });
});

describe('audit export-subject', () => {
  it('writes all about a subject as JSON lines', async () => {
    const { code, out } = await run('export-subject', 'passenger=P-1', '--out', join(folder, 'p.jsonl'));
    expect(out).toMatch(/2 records/);
    expect(code).toBe(0);
    expect(await lines('p.jsonl')).toMatchObject([
      { record: { prediction: { request: { entities: { passenger: 'P-1' } } } } },
      { record: { outcome: { values: { late: true } } } },
    ]);
  });

  it('says that nothing is there, and that it is not for everybody', async () => {
    const out = join(folder, 'q.jsonl');
    expect((await run('export-subject', 'passenger=P-2', '--out', out)).err).toContain('SUBJECT_NOT_FOUND');
    const { code } = await runIn(
      {},
      'audit',
      'export-subject',
      'passenger=P-1',
      '--out',
      out,
      '--address',
      address,
    );
    expect(code).toBe(1);
    expect((await readdir(folder)).filter((name) => name.startsWith('q'))).toEqual([]);
  });
});
