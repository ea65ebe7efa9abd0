import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditContract, auditContract, scoringContract } from '../../../services/contracts.ts';
import type { Handlers } from '../../../services/kit/contract/contract.ts';
import { startGrpcServer } from '../../../services/kit/rpc/grpc-server.ts';
import { serve } from '../../../services/kit/rpc/served.ts';
import { linearModel } from '../../inference/onnx-models.ts';
import { serverDefaults } from '../../kit/rpc/processes.ts';
import { createRecorder } from '../../kit/rpc/recorder.ts';
import { number } from '../../scoring/fakes.ts';
import { type Replayed, startReplayed } from '../../scoring/replay/replay-parts.ts';
import { runIn } from './in-process.ts';

const files = {
  'm/1/model.onnx': linearModel([2], 0.1),
  'm/1/model.yaml': `
inputs: { a: { type: number, max: 100 } }
tensors: { x: { columns: [a] } }
outputs: { score: { tensor: y } }
`,
};
let mesh: Replayed;
let address: string;

beforeAll(async () => {
  mesh = await startReplayed(files);
  const { closers } = mesh.service;
  const { instruments } = createRecorder();
  const services = [
    serve(scoringContract, mesh.scoring.scoring, instruments),
    serve(auditContract, auditOf(mesh), instruments),
  ];
  const { port } = await startGrpcServer(serverDefaults, services, [], instruments, closers);
  address = `127.0.0.1:${port}`;
});
afterAll(() => mesh?.service.closers.close());

/** Its log as a service; what the log does not answer fails when it is asked. */
function auditOf({ log }: Replayed): Handlers<AuditContract> {
  const names = [...auditContract.methods().keys()] as (keyof Handlers<AuditContract>)[];
  const handlers = names.map((name) => [name, (...given: [never, never]) => log.client[name](...given)]);
  return Object.fromEntries(handlers) as Handlers<AuditContract>;
}

const score = (): Promise<string> => mesh.score('m', { a: number(7.3) });
const run = (...args: string[]) => runIn({}, 'audit', 'replay', ...args, '--address', address);
const doctor = (id: string): void =>
  mesh.log.doctor(id, ({ prediction }) => ({
    prediction: { ...prediction!, outputs: { score: number(1) } },
  }));

/** Leaves five answers in the log; resolves with their ids and the range of their times. */
async function scored(): Promise<{ ids: string[]; range: string[] }> {
  mesh.log.records.clear();
  const since = Date.now() - 1;
  const ids = await Promise.all(Array.from({ length: 5 }, score));
  // As if they had come a minute apart.
  for (const [i, id] of ids.entries())
    mesh.log.doctor(id, () => ({ recordedAtUs: (since - (i + 1) * 60_000) * 1000 }));
  return { ids, range: ['--since', String(since - 330_000), '--until', String(since - 30_000)] };
}

describe('audit replay of one answer', () => {
  it('says that it has the same bits', async () => {
    const id = await score();
    const { code, out } = await run(id, '--as-of');
    expect(code).toBe(0);
    expect(out).toMatch(/^verdict +SAME: every output has the same bits; it was made from no features\n/);
    expect(out).toContain(`prediction        ${id}\n`);
    expect(out).toMatch(/\nscore +14\.\d+\n/);
    expect(out).toMatch(/\nran on +onnxruntime-node/);
    expect(out).not.toContain('runs on');
  });

  it('ends with an error if it differs, or if its content is lost, not if it was erased', async () => {
    const id = await score();
    doctor(id);
    const differs = await run(id);
    expect(differs).toMatchObject({ code: 1, err: expect.stringMatching(/^scoremesh: REPLAY_DIFFERS: /) });
    expect(differs.out).toMatch(/\nscore +1 then, 14\.\d+ now \(1 differ, by up to \d+ ulp\)\n/);
    mesh.log.set(id, 'CONTENT_STATE_LOST');
    expect(await run(id)).toMatchObject({ code: 1, out: expect.stringMatching(/^verdict +CONTENT_MISSING/) });
    mesh.log.set(id, 'CONTENT_STATE_ERASED');
    expect(await run(id)).toMatchObject({ code: 0, out: expect.stringMatching(/^verdict +ERASED/) });
  });

  it('says what would have been, or what is wrong with it', async () => {
    const id = await score();
    const { code, out } = await run(id, '--set', 'a=0');
    expect(code).toBe(0);
    expect(out).toMatch(/^verdict +WHAT_IF: it was run with a changed\n/);
    expect(out).toMatch(/\nscore +14\.\d+ then, 0\.1\d* now\n/);
    expect(await run(id, '--set', 'b=1')).toMatchObject({
      code: 1,
      err: expect.stringContaining('INPUT_UNKNOWN'),
    });
  });

  it('prints JSON that programs can read', async () => {
    const id = await score();
    expect(JSON.parse((await run(id, '--json')).out)).toMatchObject({
      ...{ prediction_id: id, verdict: 'SAME', differences: [], skew: [] },
      model: { name: 'm', version: 1 },
    });
  });

  it('is wrong usage without a prediction or a time, with both, or with a range that is none', async () => {
    for (const args of [
      [],
      ['x', '--since', '2026-01-01'],
      ['x', '--sample', '3'],
      ['--since', '2026-01-01', '--until', '2025-01-01'],
      ['--since', '2026-01-01', '--sample', '0'],
    ])
      expect(await run(...args)).toMatchObject({ code: 2 });
  });

  it('fails for what is not there', async () => {
    expect(await run('nothing')).toMatchObject({ code: 1, err: expect.stringContaining('RECORD_NOT_FOUND') });
  });
});

describe('audit replay of a sample', () => {
  it('is spread over the time, and summed up', async () => {
    const { ids, range } = await scored();
    expect(await run(...range)).toMatchObject({ code: 0, out: '5 answers: 5 SAME\n' });
    // Of fewer parts of the time, one each.
    const json = await run(...range, '--sample', '2', '--json');
    expect(json.err).toBe('2 answers: 2 SAME\n');
    const shown = json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).prediction_id);
    expect(shown.map((id) => ids.indexOf(id) > 1)).toContain(true);
    expect(shown.every((id) => ids.includes(id))).toBe(true);
  });

  it('goes on where one differs, and ends with an error', async () => {
    const { ids, range } = await scored();
    doctor(ids[1]!);
    mesh.log.set(ids[2]!, 'CONTENT_STATE_ERASED');
    const { code, out, err } = await run(...range);
    expect(code).toBe(1);
    expect(out).toContain(`${ids[1]}  DIFFERS: score differs in 1 element`);
    expect(out).toMatch(/5 answers: (?=.*3 SAME)(?=.*1 DIFFERS)(?=.*1 ERASED)/);
    expect(err).toContain('REPLAY_DIFFERS: 1 of 5 answers');
  });

  it('goes on where one can not be replayed, and ends with its error', async () => {
    const { ids, range } = await scored();
    const { client } = mesh.log;
    const { GetRecord } = client;
    Object.assign(client, {
      GetRecord: async (...[request, call]: Parameters<typeof GetRecord>) =>
        GetRecord(request.recordId === ids[0] ? { ...request, recordId: 'gone' } : request, call),
    });
    const { code, out, err } = await run(...range);
    Object.assign(client, { GetRecord });
    expect({ code, out }).toEqual({ code: 1, out: '5 answers: 4 SAME, 1 not replayed (RECORD_NOT_FOUND)\n' });
    expect(err).toContain(`${ids[0]}  RECORD_NOT_FOUND`);
  });

  it('says so where nothing was answered', async () => {
    expect(await run('--since', '2020-01-01', '--until', '2020-01-02', '--sample', '2')).toMatchObject({
      code: 0,
      out: '0 answers: nothing was answered\n',
    });
  });

  it('shows how far it is on a terminal', async () => {
    const { range } = await scored();
    const drawn: string[] = [];
    const terminal = { interactive: true, redraw: (line: string) => void drawn.push(line) };
    await runIn({ terminal }, 'audit', 'replay', ...range, '--address', address);
    expect(drawn[0]).toBe('replaying: 0 %, 0 answers');
    expect(drawn.at(-1)).toBe('');
  });
});
