import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLoader, type LoadedModel, type Loader } from '../../../services/inference/loading/loader.ts';
import { LoadingThread } from '../../../services/inference/loading/loading-thread.ts';
import { parseModelYaml } from '../../../services/inference/repository/model-yaml.ts';
import type { ServingConfig } from '../../../services/inference/repository/serving-config.ts';
import type { Tensor } from '../../../services/inference/tensors/tensor.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { writeModels } from '../mesh-parts.ts';
import { gatherModel, identityModel, linearModel } from '../onnx-models.ts';
import { loadAndClose, plainServing } from './load-cycles.ts';
import { countingModel, edited, perceptronModel } from './odd-models.ts';

const linear = linearModel([2], 1);
const maxModelBytes = 2 ** 20;
let closers: Closers;
let loader: Loader;
let folder: string;

beforeAll(async () => {
  closers = createClosers(silentLog);
  folder = await writeModels({}, closers);
  loader = createLoader({ maxModelBytes }, { log: silentLog }, closers);
});
afterAll(() => closers.close());

let written = 0;

/** Writes a version and loads it. */
async function load(
  files: Readonly<Record<string, Buffer | string>>,
  serving: Partial<ServingConfig> = {},
  yaml?: string,
): Promise<LoadedModel> {
  const version = ++written;
  const at = join(folder, 'm', String(version));
  await mkdir(at, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(at, name), content);
  const parsed = yaml === undefined ? undefined : parseModelYaml(yaml);
  if (parsed !== undefined && 'faults' in parsed) throw new Error(parsed.faults.join());
  return loader.load({ model: 'm', version, folder: at }, { ...plainServing, ...serving }, parsed?.value);
}

function float(value: number): Tensor {
  return { datatype: 'FP32', shape: [1, 1], data: new Uint8Array(Float32Array.of(value).buffer) };
}

const golden = (y: number): string =>
  JSON.stringify({
    cases: [
      {
        inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP32', data: [3] }],
        outputs: [{ name: 'y', shape: [1, 1], datatype: 'FP32', data: [y] }],
      },
    ],
  });

describe('a model that loads', () => {
  it.each(['inline', 'worker'] as const)('answers, and says what it is: %s', async (placement) => {
    const loaded = await load(
      { 'model.onnx': linear, 'golden.json': golden(7) },
      { placement, instances: 2 },
    );
    const { executor } = loaded;
    expect(executor.placement).toBe(placement);
    expect(await executor.run([float(3)])).toEqual([float(7)]);
    expect(loaded).toMatchObject({
      certificate: { batchClass: 'BATCH_CLASS_INVARIANT' },
      facts: {
        digest: `sha256:${createHash('sha256').update(linear).digest('hex')}`,
        sizeBytes: linear.length,
        irVersion: 8,
        opsets: { '': 17 },
      },
      goldenCases: 1,
      config: { maxBatchRows: 1024 },
      shape: { name: 'm', stackable: true },
      declared: { audit: 'AUDIT_MODE_REQUIRED' },
    });
    expect(loaded.measured.map(({ rows }) => rows)).toEqual([1, 8, 32, 128]);
    await executor.close();
  });

  it('runs in a thread of its own if a request says how long it runs', async () => {
    const { config, executor } = await load({ 'model.onnx': countingModel() });
    expect(config.placement).toBe('worker');
    await executor.close();
  });

  it('runs on this thread if it is small and in one of its own if it is not', async () => {
    const small = await load({ 'model.onnx': linear });
    const big = await load({ 'model.onnx': perceptronModel(20_000) });
    expect([small.executor.placement, big.executor.placement]).toEqual(['inline', 'worker']);
    await Promise.all([small.executor.close(), big.executor.close()]);
  });

  it('has the file that its configuration names', async () => {
    const { executor } = await load({ 'other.onnx': linear }, { fileName: 'other.onnx' });
    await executor.close();
  });

  it('takes no lasting memory: loading and closing it again and again stays flat', async () => {
    const weightBytes = 8e6;
    const path = join(folder, 'cycles', '1');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'model.onnx'), gatherModel(new Array(weightBytes / 4).fill(1)));
    const found = { model: 'cycles', version: 1, folder: path };
    const roomy = createLoader({ maxModelBytes: 2 * weightBytes }, { log: silentLog }, closers);
    for (const placement of ['inline', 'worker'] as const) {
      const resident = await loadAndClose(roomy, found, placement, 30);
      const [early, late] = [resident.slice(4, 12), resident.slice(22)].map((part) => Math.min(...part));
      // What stayed of each of the 18 cycles between would be as large as the weights.
      expect(late! - early!).toBeLessThan((18 * weightBytes) / 2);
    }
  });
});

describe('a model that does not load is refused with its file and what is wrong', () => {
  const custom = edited(linear, ({ graph }) => {
    graph.node![0]!.domain = 'com.example';
  });
  it.each<[string, Readonly<Record<string, Buffer | string>>, string]>([
    ['absent', {}, 'is missing'],
    ['empty', { 'model.onnx': '' }, 'it is empty'],
    ['cut short', { 'model.onnx': linear.subarray(0, -9) }, 'it is cut short or damaged'],
    ['a web page', { 'model.onnx': '<!DOCTYPE html><html></html>' }, 'it is not an ONNX model'],
    [
      'oversized',
      { 'model.onnx': Buffer.alloc(maxModelBytes + 1) },
      `has ${maxModelBytes + 1} bytes, more than the ${maxModelBytes} that are allowed`,
    ],
    ['of custom operators', { 'model.onnx': custom }, "'com.example:Gemm'"],
    [
      'of a type that can not be carried',
      { 'model.onnx': identityModel('BF16', ['N']) },
      "input 'x' has ONNX element type 16",
    ],
    [
      'of an unknown operator',
      {
        'model.onnx': edited(linear, ({ graph }) => {
          graph.node![0]!.opType = 'Gem';
        }),
      },
      "ONNX Runtime can't load",
    ],
    [
      'other than its golden cases',
      { 'model.onnx': linear, 'golden.json': golden(8) },
      "cases[0]: output 'y' index 0: got 7, wanted 8",
    ],
    ['beside a golden.json that is none', { 'model.onnx': linear, 'golden.json': '{' }, 'golden.json'],
  ])('%s', async (_what, files, message) => {
    const failure = await load(files).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'MODEL_INVALID', message: expect.stringContaining(message) });
    expect((failure as Error).message).toContain(`m/${written}/`);
  });

  it('a folder in its place', async () => {
    await mkdir(join(folder, 'odd', '1', 'model.onnx'), { recursive: true });
    await expect(
      loader.load({ model: 'odd', version: 1, folder: join(folder, 'odd', '1') }, plainServing, undefined),
    ).rejects.toMatchObject({ reason: 'MODEL_INVALID', message: "'odd/1/model.onnx' is not a plain file" });
  });

  it('a model.yaml that contradicts it', async () => {
    await expect(load({ 'model.onnx': linear }, {}, 'outputs: { y: { tensor: z } }')).rejects.toMatchObject({
      reason: 'MODEL_INVALID',
      message: expect.stringMatching(
        /^'m\/\d+\/model.yaml' can't be used: outputs.y: the model has no output 'z'/,
      ),
    });
  });

  it('and the next one loads', async () => {
    const loads = [load({}), load({ 'model.onnx': linear })];
    const [first, second] = await Promise.allSettled(loads);
    expect([first!.status, second!.status]).toEqual(['rejected', 'fulfilled']);
    if (second!.status === 'fulfilled') await second!.value.executor.close();
  });
});

describe('the loading thread', () => {
  const ask = {
    model: 'm',
    version: 1,
    folder: 'nowhere',
    fileName: 'model.onnx',
    maxModelBytes,
    declaresBatch: false,
    settings: { ...plainServing, certificateMs: 1000 },
  };

  it('fails the load that ends it, and starts again for the next', async () => {
    const thread = new LoadingThread({ entry: new URL('./crashing-loader.ts', import.meta.url) });
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(thread.load(ask)).rejects.toMatchObject({
        reason: 'MODEL_INVALID',
        message: expect.stringMatching(
          /^'m\/1\/model.onnx' can't be used: it ended the thread .*exit code 3/,
        ),
      });
    await thread.close();
  });

  it('refuses what waits when it closes', async () => {
    const thread = new LoadingThread();
    const loads = [thread.load(ask), thread.load(ask)].map((report) => report.catch((error) => error.reason));
    await thread.close();
    expect((await Promise.all(loads))[1]).toBe('SHUTTING_DOWN');
    await expect(thread.load(ask)).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
  });
});

it('threads that nobody closed neither keep the process alive nor abort it', async () => {
  const path = join(folder, 'left', '1');
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'model.onnx'), linear);
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const script = fileURLToPath(new URL('./unclosed-models.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', `file://${tsx}`, script, path]);
  expect(stdout).toBe('answered 1');
  await rm(dirname(path), { recursive: true });
});
