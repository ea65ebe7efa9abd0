import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScoreRequest, ScoreStreamRequest } from '../../gateway/client/client.ts';
import { type Placed, type PlacementName, place } from '../contract/placements.ts';
import { until } from '../contract/ready.ts';
import { buildModel, floats, identityModel } from '../inference/onnx-models.ts';

const width = 1024;
const one = { tensor: { datatype: 'FP32', shape: [1, 1], data: Buffer.alloc(4) } };

/** A number in, a number out, and tens of milliseconds of a matrix product between. Its shape is fixed: a run is a request. */
function heavyModel(): Buffer {
  const square = Array.from({ length: width * width }, (_unused, place) => ((place % 7) - 3) / width);
  const ones = Array.from({ length: width }, () => 1);
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: [1, 1] }],
    outputs: [{ name: 'y', type: 'FP32', shape: [1, 1] }],
    constants: [
      floats('w', [width, width], square),
      floats('row', [1, width], ones),
      floats('column', [width, 1], ones),
    ],
    nodes: [
      { op: 'Add', inputs: ['w', 'x'], outputs: ['h0'] },
      { op: 'MatMul', inputs: ['h0', 'w'], outputs: ['h1'] },
      { op: 'MatMul', inputs: ['row', 'h1'], outputs: ['sums'] },
      { op: 'MatMul', inputs: ['sums', 'column'], outputs: ['y'] },
    ],
  });
}

function addModel(folder: string, name: string, model: Buffer): void {
  mkdirSync(join(folder, name, '1'), { recursive: true });
  writeFileSync(join(folder, name, '1', 'model.onnx'), model);
}

const heavy = (over: ScoreRequest = {}): ScoreRequest => ({ model: 'heavy', inputs: { x: one }, ...over });
const light: ScoreRequest = { model: 'light', inputs: { x: one } };
const wide: ScoreRequest = {
  model: 'wide',
  inputs: { x: { tensor: { datatype: 'FP32', shape: [32, width], data: Buffer.alloc(32 * width * 4) } } },
};
const patient = { timeoutMs: 30_000 };
const morePatientMs = 120_000;
/** In one process every hop waits for a run, so the line must be longer than a request has hops. */
const lanes = 32;
const placements: readonly PlacementName[] = ['local', 'link', 'processes'];

describe.each(placements)('a model that takes long, in a mesh placed %s', (name) => {
  let modelsFolder: string;
  let mesh: Placed;

  beforeAll(async () => {
    modelsFolder = mkdtempSync(join(tmpdir(), 'scoremesh-slow-'));
    addModel(modelsFolder, 'heavy', heavyModel());
    addModel(modelsFolder, 'light', identityModel('FP32', [1, 1]));
    addModel(modelsFolder, 'wide', identityModel('FP32', [32, width]));
    mesh = await place(name, { modelsFolder, featuresFolder: undefined });
  });
  afterAll(async () => {
    await mesh?.close();
    rmSync(modelsFolder, { recursive: true, force: true });
  });

  const ofHeavy = async (): Promise<{ runs: number; answered: number; dropped: number }> => {
    const text = await (await fetch(`${mesh.metricsUrls.inference}/metrics`)).text();
    const [, runs] = /^scoremesh_inference_batch_rows_count\{model="heavy"[^}]*\} (\d+)$/m.exec(text) ?? [];
    let answered = 0;
    let dropped = 0;
    const outcomes = /^scoremesh_inference_requests_total\{model="heavy"[^}]*outcome="(\w+)"\} (\d+)$/gm;
    for (const [, outcome, count] of text.matchAll(outcomes)) {
      if (outcome === 'OK') answered += Number(count);
      else dropped += Number(count);
    }
    return { runs: Number(runs ?? 0), answered, dropped };
  };
  const untilInFlight = (count: number): Promise<void> =>
    until(async () => {
      const text = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();
      const [, now] = /^scoremesh_scores_in_flight (\d+)$/m.exec(text) ?? [];
      return Number(now) === count ? undefined : `${now} scores in flight`;
    });
  const refusalsOf = async (requestId: string): Promise<(string | undefined)[]> => {
    const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    return records
      .filter(({ record }) => record?.refusal?.request?.requestId === requestId)
      .map(({ record }) => record?.refusal?.reason);
  };

  /**
   * Keeps the model's line full of requests that go before a more patient one while `work` runs, which may wait for so many more
   * of their answers: each leaves the mesh time to read what came in meanwhile.
   */
  const besideLanes = async (
    work: (answers: (count: number) => Promise<void>) => Promise<void>,
  ): Promise<void> => {
    let stopped = false;
    const waiting = new Set<{ left: number; resolve: () => void }>();
    const lane = async (): Promise<void> => {
      while (!stopped) {
        await mesh.client.scoring.Score(heavy(), patient);
        for (const waiter of waiting) if (--waiter.left === 0) waiter.resolve();
      }
    };
    const running = Promise.all(Array.from({ length: lanes }, lane));
    const answers = (count: number): Promise<void> =>
      new Promise((resolve) => void waiting.add({ left: count, resolve }));
    const worked = answers(1).then(() => work(answers));
    try {
      // A lane that fails must not leave the work waiting for its answers.
      await Promise.race([worked, running]);
    } finally {
      stopped = true;
      await running;
    }
    await worked;
  };
  /** `before` it came: what it left the line without a run. */
  const untilGoneIsRecorded = async (requestId: string, before: { dropped: number }): Promise<void> => {
    await until(async () => {
      const [reason] = await refusalsOf(requestId);
      return reason === 'CALL_CANCELLED' ? undefined : `the record says ${reason}`;
    });
    await untilInFlight(0);
    expect(await refusalsOf(requestId)).toEqual(['CALL_CANCELLED']);
    // Over `link` it was delivered twice.
    expect((await ofHeavy()).dropped - before.dropped).toBe(name === 'link' ? 2 : 1);
    await expect(mesh.client.scoring.Score(light)).resolves.toBeDefined();
  };

  it('answers with a large tensor, and the record holds it', async () => {
    const { outputs, predictionId } = await mesh.client.scoring.Score(wide, patient);
    expect(outputs.y?.tensor?.shape).toEqual(['32', String(width)]);
    const { record } = await mesh.client.audit.GetRecord({ recordId: predictionId });
    expect(record?.prediction?.omitted).toEqual([]);
    expect(record?.prediction?.outputs.y?.tensor?.data).toEqual(outputs.y?.tensor?.data);
  });

  it('drops what expires while it waits: hardly anything is run that nobody waits for any more', async () => {
    const before = await ofHeavy();
    const count = 60;
    const outcomes = await Promise.all(
      Array.from({ length: count }, () =>
        mesh.client.scoring.Score(heavy(), { timeoutMs: 150 }).then(
          () => 'OK',
          (error: { code: number; reason: string }) => `${error.code} ${error.reason}`,
        ),
      ),
    );
    const named = /^(OK|4 DEADLINE_PAST|4 DEADLINE_PASSED_WAITING|4 DEADLINE_UNREACHABLE)$/;
    expect(outcomes.filter((outcome) => !named.test(outcome))).toEqual([]);
    expect(outcomes.filter((outcome) => outcome !== 'OK').length).toBeGreaterThan(count / 2);
    // The line is empty and the model free again.
    await expect(mesh.client.scoring.Score(heavy(), patient)).resolves.toBeDefined();
    const after = await ofHeavy();
    // Most waited in the model's line and left it there. The deadlines are milliseconds apart, so that they pass in one run or two.
    const unanswered = after.runs - before.runs - (after.answered - before.answered);
    expect(unanswered).toBeLessThanOrEqual(3);
    expect(after.dropped - before.dropped).toBeGreaterThan(unanswered);
  });

  it('records that a gRPC client went away, and goes on', async () => {
    const requestId = `gone-${name}`;
    const before = await ofHeavy();
    await besideLanes(async (answers) => {
      const going = new AbortController();
      const options = { timeoutMs: morePatientMs, signal: going.signal };
      const call = mesh.client.scoring.Score(heavy({ requestId }), options);
      const gone = expect(call).rejects.toMatchObject({ code: 1, reason: 'CALL_CANCELLED' });
      await answers(lanes);
      going.abort();
      await gone;
    });
    await untilGoneIsRecorded(requestId, before);
  });

  it('records that an HTTP client went away, and goes on', async () => {
    const requestId = `hung-up-${name}`;
    const before = await ofHeavy();
    await besideLanes(async (answers) => {
      const client = httpRequest(`${mesh.httpUrl}/v1/models/heavy:score`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-timeout-ms': String(morePatientMs) },
      });
      const closed = new Promise<void>((resolve) => client.on('close', resolve));
      client.on('error', () => {});
      const tensor = { ...one.tensor, data: one.tensor.data.toString('base64') };
      client.end(JSON.stringify({ request_id: requestId, inputs: { x: { tensor } } }));
      await once(client, 'finish');
      await answers(lanes);
      client.destroy();
      await closed;
    });
    await untilGoneIsRecorded(requestId, before);
  });

  // Where a gateway shares its thread with the model, it reads nothing while the model runs.
  if (name === 'processes')
    it('does not hold up the quick requests of its stream', async () => {
      async function* requests(): AsyncGenerator<ScoreStreamRequest> {
        for (let sequence = 0; sequence < 6; sequence++) yield { sequence, request: heavy() };
        yield { sequence: 6, request: light };
        yield { sequence: 7, request: { ...light, model: 'nobody' } };
      }
      const order: string[] = [];
      for await (const { sequence } of mesh.client.scoring.ScoreStream(requests(), patient))
        order.push(sequence);
      expect([...order].sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
      expect(order.indexOf('6')).toBeLessThan(order.indexOf('5'));
      expect(order.indexOf('7')).toBeLessThan(order.indexOf('5'));
    });

  if (name === 'processes')
    it('answers what is in flight when the gateway is asked to stop, which ends with code 0', async () => {
      // All are sent at once and run one after another: when the first is answered, the rest are in flight.
      const calls = Array.from({ length: 12 }, () => mesh.client.scoring.Score(heavy(), patient));
      const settled = Promise.allSettled(calls);
      await Promise.race(calls);
      await expect(mesh.roles.get('gateway')!.stop()).resolves.toBe(0);
      const failures = (await settled).flatMap((outcome) =>
        outcome.status === 'rejected' ? [String(outcome.reason)] : [],
      );
      expect(failures).toEqual([]);
    });
});
