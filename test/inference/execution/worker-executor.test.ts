import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CrashBudget } from '../../../services/inference/execution/crash-budget.ts';
import type { WorkerExecutor } from '../../../services/inference/execution/executor.ts';
import { digestOf } from '../../../services/inference/execution/model-file.ts';
import { loadSession } from '../../../services/inference/execution/session.ts';
import {
  createWorkerExecutor,
  type ThreadSettings,
} from '../../../services/inference/execution/worker-executor.ts';
import { type Datatype, encodings } from '../../../services/inference/tensors/datatype.ts';
import type { Tensor } from '../../../services/inference/tensors/tensor.ts';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { gatherModel, identityModel, linearModel } from '../onnx-models.ts';
import { ways } from './crashing-thread.ts';

const open: WorkerExecutor[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoremesh-executor-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((executor) => executor.close()));
  await rm(folder, { recursive: true });
});

async function start(bytes: Buffer, instances = 1, settings: ThreadSettings = {}): Promise<WorkerExecutor> {
  const path = join(folder, 'model.onnx');
  await writeFile(path, bytes);
  const file = { path, label: 'm/1/model.onnx', digest: digestOf(bytes), sizeBytes: bytes.length };
  const executor = await createWorkerExecutor({ name: 'm/1', file, instances }, { log: silentLog }, settings);
  open.push(executor);
  return executor;
}

const entry = new URL('./crashing-thread.ts', import.meta.url);
const quick: CrashBudget = { crashes: 3, windowMs: 60_000, restartMs: 1, maxRestartMs: 1 };

function crashing(instances = 1, settings: ThreadSettings = {}): Promise<WorkerExecutor> {
  return start(Buffer.from([0]), instances, { entry, budget: quick, ...settings });
}

function bytesTensor(...data: number[]): Tensor {
  return { datatype: 'UINT8', shape: [data.length], data: Uint8Array.from(data) };
}

/** Resolves when a thread becomes free. */
function nextIdle(executor: WorkerExecutor): Promise<void> {
  return new Promise((resolve) => executor.onIdle(resolve));
}

function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

describe('a model in threads', () => {
  it.each((Object.keys(encodings) as Datatype[]).filter((name) => name !== 'BYTES'))(
    'answers %s with the bits of a run on this thread',
    async (datatype) => {
      const bytes = identityModel(datatype, ['N', 3]);
      const data = new Uint8Array(6 * encodings[datatype].sizeBytes).map((_, i) =>
        datatype === 'BOOL' ? i % 2 : (i * 41) % 251,
      );
      const input: Tensor = { datatype, shape: [2, 3], data };
      const session = loadSession(bytes);
      const executor = await start(bytes);
      expect(await executor.run([input])).toEqual(session.run([input]));
      // The caller keeps its bytes.
      expect(data.length).toBe(6 * encodings[datatype].sizeBytes);
      session.close();
    },
  );

  it('carries texts, scalars and tensors without elements', async () => {
    const texts = await start(identityModel('BYTES', ['N']));
    const words: Tensor = { datatype: 'BYTES', shape: [3], data: ['', 'é', '日本'] };
    expect(await texts.run([words])).toEqual([words]);
    const table = await start(identityModel('FP32', ['N', 'M']));
    const empty: Tensor = { datatype: 'FP32', shape: [0, 3], data: new Uint8Array(0) };
    expect(await table.run([empty])).toEqual([empty]);
    const scalar = await start(identityModel('INT64', []));
    const one: Tensor = { datatype: 'INT64', shape: [], data: new Uint8Array(8).fill(1) };
    expect(await scalar.run([one])).toEqual([one]);
  });

  it('runs as many at once as it has threads, and tells when one is free again', async () => {
    const executor = await start(linearModel([2], 1), 2);
    expect([executor.placement, executor.instances, executor.idle]).toEqual(['worker', 2, 2]);
    let told = 0;
    executor.onIdle(() => told++);
    const runs = [3, 4].map((x) => executor.run([{ datatype: 'FP32', shape: [1, 1], data: floats(x) }]));
    expect(executor.idle).toBe(0);
    const answers = await Promise.all(runs);
    expect(answers.map(([y]) => y!.data)).toEqual([floats(7), floats(9)]);
    expect([told, executor.idle]).toEqual([2, 2]);
  });

  it("fails a run with ONNX Runtime's message, and goes on", async () => {
    const executor = await start(gatherModel([5, 6]));
    const index = (at: bigint): Tensor => ({
      datatype: 'INT64',
      shape: [1],
      data: new Uint8Array(BigInt64Array.from([at]).buffer),
    });
    await expect(executor.run([index(9n)])).rejects.toMatchObject({
      reason: 'INFERENCE_FAILED',
      message: expect.stringContaining('out of data bounds'),
    });
    expect((await executor.run([index(1n)]))[0]!.data).toEqual(floats(6));
  });

  it('is not created from bytes that are no model', async () => {
    await expect(start(Buffer.from('hello'), 2)).rejects.toMatchObject({ reason: 'MODEL_INVALID' });
  });

  it('answers the run under way before it closes', async () => {
    const executor = await start(linearModel([2], 1));
    const run = executor.run([{ datatype: 'FP32', shape: [1, 1], data: floats(1) }]);
    const order: string[] = [];
    await Promise.all([
      run.then(() => order.push('answer')),
      executor.close().then(() => order.push('closed')),
    ]);
    expect(order).toEqual(['answer', 'closed']);
    expect(executor.idle).toBe(0);
  });
});

describe('a thread that ends by itself', () => {
  it.each([
    ['exits', ways.exit, 'exit code 7'],
    ['throws where nobody catches', ways.uncaught, 'thrown where nobody catches'],
    ['runs out of memory', ways.outOfMemory, 'memory limit'],
  ])('fails only its own run and is started again: one that %s', async (_how, way, message) => {
    const executor = await crashing(2, { resourceLimits: { maxOldGenerationSizeMb: 24 } });
    const lost = executor.run([bytesTensor(way)]);
    const other = executor.run([bytesTensor(9)]);
    await expect(lost).rejects.toMatchObject({
      reason: 'EXECUTOR_LOST',
      message: expect.stringContaining(message),
    });
    expect(await other).toEqual([bytesTensor(9)]);
    while (executor.idle < 2) await nextIdle(executor);
    const again = [executor.run([bytesTensor(8)]), executor.run([bytesTensor(7)])];
    expect(await Promise.all(again)).toEqual([[bytesTensor(8)], [bytesTensor(7)]]);
  });

  it('is given up when it crashes too often, and says so once', async () => {
    const executor = await crashing();
    const told: MeshError[] = [];
    const lost = new Promise<void>((resolve) => {
      executor.onLost((error) => {
        told.push(error);
        resolve();
      });
    });
    for (let crash = 0; crash <= quick.crashes; crash++) {
      if (executor.idle === 0) await nextIdle(executor);
      await expect(executor.run([bytesTensor(ways.exit)])).rejects.toMatchObject({ reason: 'EXECUTOR_LOST' });
    }
    await lost;
    await expect(executor.run([bytesTensor(9)])).rejects.toMatchObject({
      reason: 'EXECUTOR_LOST',
      message: expect.stringContaining('end again and again'),
    });
    expect(told).toHaveLength(1);
  });

  it('is given up if its model file has changed meanwhile', async () => {
    const executor = await crashing();
    const lost = new Promise<MeshError>((resolve) => executor.onLost(resolve));
    await writeFile(join(folder, 'model.onnx'), Buffer.from([1]));
    await expect(executor.run([bytesTensor(ways.exit)])).rejects.toMatchObject({ reason: 'EXECUTOR_LOST' });
    expect((await lost).message).toContain('has changed since it was loaded');
  });

  it('answers a failure that is no MeshError as INTERNAL', async () => {
    const executor = await crashing();
    await expect(executor.run([bytesTensor(ways.fail)])).rejects.toMatchObject({ reason: 'INTERNAL' });
    expect(await executor.run([bytesTensor(9)])).toEqual([bytesTensor(9)]);
  });

  it('does not start again after close', async () => {
    const executor = await crashing();
    const lost = executor.run([bytesTensor(ways.exit)]).catch((error: MeshError) => error.reason);
    await executor.close();
    expect(await lost).toBe('EXECUTOR_LOST');
    expect(executor.idle).toBe(0);
  });
});
