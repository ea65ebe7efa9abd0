import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../../services/gen/inference/ModelInferRequest.ts';
import { perceptronModel } from '../../inference/loading/odd-models.ts';
import { inferRequest, newCall, rowsRequest } from '../../inference/mesh-parts.ts';
import {
  type ElementType,
  identityModel,
  linearModel,
  runningSumModel,
} from '../../inference/onnx-models.ts';
import { flag, number, tensor, text } from '../fakes.ts';
import { type Replayed, startReplayed } from './replay-parts.ts';

const yaml = (placement: string): string => `
inputs: { a: { type: number, min: 0, max: 100 }, b: { type: flag } }
tensors: { x: { columns: [a, b] } }
outputs: { score: { tensor: y } }
decision: { output: score, threshold: 10, above: high, below: low }
serving: { placement: ${placement} }
`;
const files = {
  'inline/1/model.onnx': linearModel([2, 3], 0.1),
  'inline/1/model.yaml': yaml('inline'),
  'inline/2/model.onnx': linearModel([2, 3], 0.2),
  'inline/2/model.yaml': yaml('inline'),
  'worker/1/model.onnx': linearModel([2, 3], 0.1),
  'worker/1/model.yaml': yaml('worker'),
};
let kept: Promise<Replayed> | undefined;
/** One mesh for all tests that change no model. */
function usual(): Promise<Replayed> {
  kept ??= startReplayed(files);
  return kept;
}
const inputs = { a: number(7.3), b: flag(true) };

async function infer({ scoring }: Replayed, request: ModelInferRequest): Promise<string> {
  const { parameters } = await scoring.inference.ModelInfer(request, newCall());
  return parameters.prediction_id!.stringParam!;
}

describe('a prediction that is replayed', () => {
  it.each(['inline', 'worker'])('has the same bits: %s', async (model) => {
    const mesh = await usual();
    const id = await mesh.score(model, inputs);
    const before = mesh.log.records.size;
    const response = await mesh.replay(id);
    expect(response).toMatchObject({
      verdict: 'REPLAY_VERDICT_SAME',
      explanation: 'every output has the same bits',
      model: { name: model, version: model === 'inline' ? 2 : 1 },
      differences: [],
      skew: [],
    });
    expect(response.replayed).toEqual(response.recorded);
    expect(Object.keys(response.recorded).sort()).toEqual(['decision', 'score']);
    expect(response.replayedRuntime).toBe(response.recordedRuntime);
    expect(response.recordedRuntime).toMatch(/onnxruntime-node .* on cpu, 1 thread, optimization all, /);
    expect(mesh.log.records.size).toBe(before);
  });

  it('is answered by the version that answered it, also once that was replaced and unloaded', async () => {
    const mesh = await startReplayed(files);
    const id = await mesh.score('inline@1', inputs);
    await mesh.service.models.UnloadModel({ name: 'inline', version: 1 }, newCall());
    expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME', model: { version: 1 } });
  });

  it('misses its model once that is removed', async () => {
    const mesh = await startReplayed(files);
    const id = await mesh.score('inline@1', inputs);
    await mesh.service.models.UnloadModel({ name: 'inline', version: 1 }, newCall());
    await rm(join(mesh.service.modelsFolder, 'inline', '1'), { recursive: true });
    const response = await mesh.replay(id);
    expect(response).toMatchObject({ verdict: 'REPLAY_VERDICT_MODEL_MISSING', replayed: {} });
    expect(response.explanation).toContain('its versions are 2');
    expect(response.recorded.score).toBeDefined();
  });

  it('differs where the record says something else, by so many units in the last place', async () => {
    const mesh = await usual();
    const id = await mesh.score('inline', inputs);
    mesh.log.doctor(id, ({ prediction }) => {
      const bits = Float32Array.of(prediction!.outputs.score!.number!);
      new Uint32Array(bits.buffer)[0]! += 3;
      const outputs = { ...prediction!.outputs, score: number(bits[0]!) };
      return { prediction: { ...prediction!, outputs } };
    });
    expect(await mesh.replay(id)).toMatchObject({
      verdict: 'REPLAY_VERDICT_DIFFERS',
      explanation:
        'score differs in 1 element, by up to 3 units in the last place, on the same build and processor',
      differences: [{ output: 'score', maxUlp: '3', elements: '1' }],
    });
  });

  it('differs where only the decision does; the threshold is that of then', async () => {
    const mesh = await usual();
    const id = await mesh.score('inline', inputs);
    mesh.log.doctor(id, ({ prediction }) => ({ prediction: { ...prediction!, threshold: 1000 } }));
    expect(await mesh.replay(id)).toMatchObject({
      verdict: 'REPLAY_VERDICT_DIFFERS',
      differences: [{ output: 'decision', maxUlp: '0', elements: '1' }],
      recorded: { decision: text('high') },
      replayed: { decision: text('low') },
    });
  });

  it('is told to have run elsewhere: an explanation if the bits are the same, a verdict if not', async () => {
    const mesh = await usual();
    const id = await mesh.score('inline', inputs);
    mesh.log.doctor(id, ({ prediction }) => ({
      prediction: { ...prediction!, runtime: { ...prediction!.runtime!, processor: 'x64 sse4_1' } },
    }));
    expect(await mesh.replay(id)).toMatchObject({
      verdict: 'REPLAY_VERDICT_SAME',
      explanation: expect.stringMatching(/though it ran on another processor \(x64 sse4_1, now .*\)/),
    });
    mesh.log.doctor(id, ({ prediction }) => ({
      prediction: { ...prediction!, outputs: { ...prediction!.outputs, score: number(1) } },
    }));
    expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_ENVIRONMENT' });
    mesh.log.doctor(id, ({ prediction }) => ({ prediction: { ...prediction!, runtime: null } }));
    expect(await mesh.replay(id)).toMatchObject({
      verdict: 'REPLAY_VERDICT_ENVIRONMENT',
      explanation: expect.stringContaining('the record does not say what it ran on'),
    });
  });

  it('is erased, or lost, when its content is', async () => {
    const mesh = await usual();
    const id = await mesh.score('inline', inputs);
    mesh.log.set(id, 'CONTENT_STATE_ERASED');
    expect(await mesh.replay(id)).toMatchObject({
      verdict: 'REPLAY_VERDICT_ERASED',
      model: { name: 'inline' },
      recorded: {},
    });
    mesh.log.set(id, 'CONTENT_STATE_LOST');
    expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_CONTENT_MISSING' });
  });

  it('has the same bits whatever was asked, and other bits are always noticed', async () => {
    const mesh = await usual();
    const asked = fc.record({ a: fc.double({ min: 0, max: 100, noNaN: true }), b: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(asked, fc.nat(31), async ({ a, b }, bit) => {
        const id = await mesh.score('inline', { a: number(a), b: flag(b) });
        expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME' });
        mesh.log.doctor(id, ({ prediction }) => {
          const data = Buffer.alloc(4);
          data.writeFloatLE(prediction!.outputs.score!.number!);
          data.writeUInt32LE((data.readUInt32LE() ^ (1 << bit)) >>> 0);
          const outputs = { ...prediction!.outputs, score: number(data.readFloatLE()) };
          return { prediction: { ...prediction!, outputs } };
        });
        expect(await mesh.replay(id)).toMatchObject({
          verdict: 'REPLAY_VERDICT_DIFFERS',
          differences: [{ output: 'score', elements: '1' }],
        });
      }),
      { numRuns: 40 },
    );
  });

  it('is refused for what is no answer, and for what is not there', async () => {
    const mesh = await usual();
    await expect(mesh.score('inline', { a: number(1000), b: flag(true) })).rejects.toThrow();
    const [refusal] = [...mesh.log.records].find(([, { record }]) => record?.event === 'refusal')!;
    await expect(mesh.replay(refusal)).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
      message: expect.stringContaining('holds refusal'),
    });
    await expect(mesh.replay('nothing')).rejects.toMatchObject({ reason: 'RECORD_NOT_FOUND' });
    await expect(mesh.replay('')).rejects.toMatchObject({ reason: 'INVALID_REQUEST' });
  });

  it('waits for nobody: beyond a few at once it is refused', async () => {
    const mesh = await usual();
    const id = await mesh.score('inline', inputs);
    const outcomes = await Promise.allSettled(Array.from({ length: 7 }, () => mesh.replay(id)));
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.map(({ reason }) => reason.reason)).toEqual(Array(3).fill('QUEUE_FULL'));
    expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME' });
  });
});

describe('an inference that is replayed', () => {
  const samples: readonly [ElementType, Buffer, number][] = [
    ['FP32', Buffer.from(Float32Array.of(1.1, Number.NaN, -0).buffer), 3],
    ['FP64', Buffer.from(Float64Array.of(Math.PI, -Infinity).buffer), 2],
    ['INT64', Buffer.from(BigInt64Array.of(-5n, 2n ** 62n).buffer), 2],
    ['UINT8', Buffer.from([1, 2, 255]), 3],
    ['FP16', Buffer.from([0, 0x3c, 1, 0x7e]), 2],
    ['BOOL', Buffer.from([1, 0]), 2],
    ['BYTES', Buffer.from([2, 0, 0, 0, 0x6f, 0x6b, 0, 0, 0, 0]), 2],
  ];

  it('has the same bits whatever its datatype', async () => {
    const models = samples.map(([type]) => [`${type}/1/model.onnx`, identityModel(type, ['N'])]);
    const mesh = await startReplayed(Object.fromEntries(models));
    for (const [datatype, raw, count] of samples) {
      const id = await infer(
        mesh,
        inferRequest(datatype, [{ name: 'x', datatype, shape: [count], raw }], { id: 'mine' }),
      );
      expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME' });
    }
  });

  it.each([1, 3, 64, 200])('has the same bits for %i rows, though they ran among others', async (rows) => {
    const mesh = await startReplayed({ 'm/1/model.onnx': perceptronModel(32) });
    const request = (seed: number, count: number): ModelInferRequest =>
      rowsRequest(
        'm',
        Array.from({ length: count }, (_, i) => Array.from({ length: 8 }, (_, j) => Math.sin(seed + i + j))),
      );
    const others = Array.from({ length: 10 }, (_, i) => infer(mesh, request(i, 5)));
    const id = await infer(mesh, request(99, rows));
    await Promise.all(others);
    expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME' });
  });

  it('is compared by digest where the answer was too large to be kept; a request that was can’t be given again', async () => {
    const mesh = await startReplayed({ 'm/1/model.onnx': identityModel('FP32', [1, 'N']) });
    const raw = Float32Array.from({ length: 10_000 }, (_, i) => i / 7);
    const id = await infer(
      mesh,
      inferRequest('m', [{ name: 'x', datatype: 'FP32', shape: [1, raw.length], raw }]),
    );
    expect(await mesh.replay(id)).toMatchObject({
      verdict: 'REPLAY_VERDICT_CONTENT_MISSING',
      explanation: expect.stringContaining('request.x'),
    });
    // As if only the answer had been.
    mesh.log.doctor(id, ({ inference }) => ({
      inference: {
        ...inference!,
        request: { ...inference!.request!, rawInputContents: [Buffer.from(raw.buffer)] },
        omitted: inference!.omitted.filter(({ path }) => path === 'response.y'),
      },
    }));
    expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME' });
  });
});

describe('an answer whose rows depended on its batch', () => {
  const together = {
    'm/1/model.onnx': runningSumModel(),
    'm/1/model.yaml': 'serving: { batch_dependent_rows: true }',
  };
  const sumOf = (...values: number[]): ModelInferRequest =>
    inferRequest('m', [
      { name: 'x', datatype: 'FP32', shape: [values.length], raw: Float32Array.from(values) },
    ]);
  const batchOf = async () => {
    const mesh = await startReplayed(together);
    const ids = await Promise.all(
      [sumOf(0.1), sumOf(0.2, 0.3), sumOf(0.4), sumOf(0.5)].map((r) => infer(mesh, r)),
    );
    const events = ids.map((id) => mesh.log.records.get(id)!.record!.inference!);
    // The first runs as soon as it is there, the others share the next run.
    const shared = ids.filter(
      (_, i) => events[i]!.batchSize > events[i]!.request!.inputs[0]!.shape.map(Number)[0]!,
    );
    expect(shared.length).toBeGreaterThan(1);
    return { mesh, ids, shared };
  };

  it('is run again in its batch, and has the same bits', async () => {
    const { mesh, ids, shared } = await batchOf();
    for (const id of ids) expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME' });
    expect((await mesh.replay(shared[0]!)).explanation).toMatch(/in its batch of \d rows$/);
  });

  it('is run again with the scores that were in its batch', async () => {
    const mesh = await startReplayed(together);
    const scores = [0.1, 0.2, 0.3].map((value) =>
      mesh.score('m', { x: tensor('FP32', [1], Buffer.from(Float32Array.of(value).buffer)) }),
    );
    const all = await Promise.all([...scores, infer(mesh, sumOf(0.4))]);
    for (const id of all) expect(await mesh.replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME' });
  });

  it('can’t be without a sibling, and says whether that was erased or is missing', async () => {
    const { mesh, shared } = await batchOf();
    const [one, other] = shared;
    mesh.log.set(other!, 'CONTENT_STATE_ERASED');
    const erased = await mesh.replay(one!);
    expect(erased).toMatchObject({ verdict: 'REPLAY_VERDICT_ERASED', replayed: {} });
    expect(erased.explanation).toContain(other!);
    mesh.log.records.delete(other!);
    expect(await mesh.replay(one!)).toMatchObject({
      verdict: 'REPLAY_VERDICT_CONTENT_MISSING',
      explanation: expect.stringContaining('are on record'),
    });
  });
});

describe('a what-if', () => {
  it('answers what would have been, and is no prediction', async () => {
    const mesh = await usual();
    const id = await mesh.score('inline', inputs);
    const before = mesh.log.records.size;
    const response = await mesh.replay(id, { a: number(0) });
    expect(response).toMatchObject({
      verdict: 'REPLAY_VERDICT_WHAT_IF',
      explanation: 'it was run with a changed',
      recorded: { decision: text('high') },
      replayed: { score: number(Math.fround(3 + Math.fround(0.2))), decision: text('low') },
      differences: [],
    });
    expect(mesh.log.records.size).toBe(before);
  });

  it('is checked as a request is', async () => {
    const mesh = await usual();
    const id = await mesh.score('inline', inputs);
    await expect(mesh.replay(id, { a: number(101) })).rejects.toMatchObject({ reason: 'INPUT_OUT_OF_RANGE' });
    await expect(mesh.replay(id, { a: text('x') })).rejects.toMatchObject({ reason: 'INPUT_TYPE_MISMATCH' });
    await expect(mesh.replay(id, { c: number(1) })).rejects.toMatchObject({
      reason: 'INPUT_UNKNOWN',
      message: expect.stringContaining('it has a, b'),
    });
  });

  it('of an inference changes its tensors', async () => {
    const mesh = await startReplayed({ 'm/1/model.onnx': linearModel([1], 1) });
    const id = await infer(mesh, rowsRequest('m', [[1], [2]]));
    const rows = (...values: number[]) =>
      tensor('FP32', [values.length, 1], Buffer.from(Float32Array.from(values).buffer));
    expect(await mesh.replay(id, { x: rows(5) })).toMatchObject({
      verdict: 'REPLAY_VERDICT_WHAT_IF',
      recorded: { y: rows(2, 3) },
      replayed: { y: rows(6) },
    });
    expect(await mesh.replay(id, { x: number(4) })).toMatchObject({ replayed: { y: rows(5) } });
    await expect(mesh.replay(id, { z: number(4) })).rejects.toMatchObject({ reason: 'INPUT_UNKNOWN' });
    const wide = tensor('FP32', [1, 2], Buffer.alloc(8));
    await expect(mesh.replay(id, { x: wide })).rejects.toMatchObject({ reason: 'TENSOR_INVALID' });
  });
});
