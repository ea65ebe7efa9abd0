import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferTensorContents } from '../../../services/gen/inference/InferTensorContents.ts';
import { readElements, writeElements } from '../../../services/inference/tensors/text-elements.ts';
import { type ModelFiles, newCall, startService, type TestService } from '../mesh-parts.ts';
import { buildModel, type ElementType, identityModel } from '../onnx-models.ts';
import { connectHandlers, type WireClient } from './wire.ts';

const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node');
type OrtType = import('onnxruntime-node').Tensor.Type;
type View = Float32Array | BigInt64Array | Uint8Array;

/** One datatype: how ONNX Runtime's own interface holds it, and how the protocol's typed contents do. */
interface Form {
  readonly ort: OrtType;
  readonly size: number;
  view(bytes: ArrayBuffer): View;
  /** Undefined where the protocol has raw contents only. */
  readonly typed: ((view: View) => Partial<InferTensorContents>) | undefined;
}

const form = (
  ortType: OrtType,
  array: { new (bytes: ArrayBuffer): unknown; readonly BYTES_PER_ELEMENT: number },
  typed: Form['typed'],
): Form => ({
  ort: ortType,
  size: array.BYTES_PER_ELEMENT,
  view: (bytes) => new array(bytes) as View,
  typed,
});
const numbers = (view: View): number[] => Array.from(view as Float32Array);
const wide = (view: View): string[] => Array.from(view as BigInt64Array, String);

const forms: Readonly<Record<Exclude<ElementType, 'BYTES' | 'BF16'>, Form>> = {
  BOOL: form('bool', Uint8Array, (view) => ({ boolContents: numbers(view).map(Boolean) })),
  INT8: form('int8', Int8Array, (view) => ({ intContents: numbers(view) })),
  INT16: form('int16', Int16Array, (view) => ({ intContents: numbers(view) })),
  INT32: form('int32', Int32Array, (view) => ({ intContents: numbers(view) })),
  INT64: form('int64', BigInt64Array, (view) => ({ int64Contents: wide(view) })),
  UINT8: form('uint8', Uint8Array, (view) => ({ uintContents: numbers(view) })),
  UINT16: form('uint16', Uint16Array, (view) => ({ uintContents: numbers(view) })),
  UINT32: form('uint32', Uint32Array, (view) => ({ uintContents: numbers(view) })),
  UINT64: form('uint64', BigUint64Array, (view) => ({ uint64Contents: wide(view) })),
  FP16: form('float16', Uint16Array, undefined),
  FP32: form('float32', Float32Array, (view) => ({ fp32Contents: numbers(view) })),
  FP64: form('float64', Float64Array, (view) => ({ fp64Contents: numbers(view) })),
};
const names = Object.keys(forms) as (keyof typeof forms)[];
const columns = 3;

/** A row of flags, indexes or texts turned round: more than a copy, and of every type. */
function reversedModel(type: ElementType): Buffer {
  const order = new Uint8Array(BigInt64Array.of(2n, 0n, 1n).buffer);
  return buildModel({
    inputs: [{ name: 'x', type, shape: ['N', columns] }],
    outputs: [{ name: 'y', type, shape: ['N', columns] }],
    constants: [{ name: 'order', type: 'INT64', shape: [columns], bytes: order }],
    nodes: [{ op: 'Gather', inputs: ['x', 'order'], outputs: ['y'], ints: { axis: 1 } }],
  });
}

let service: TestService;
let client: WireClient;
const files: Record<string, Buffer> = {};
for (const type of [...names, 'BYTES'] as const) {
  files[`${type}/1/model.onnx`] = reversedModel(type);
  files[`${type}-scalar/1/model.onnx`] = identityModel(type, []);
}

beforeAll(async () => {
  service = await startService(files satisfies ModelFiles);
  client = await connectHandlers(service.inference, service.closers);
});
afterAll(() => service?.closers.close());

async function direct(
  model: string,
  type: OrtType,
  data: View | string[],
  shape: readonly number[],
): Promise<import('onnxruntime-node').Tensor> {
  const session = await ort.InferenceSession.create(files[`${model}/1/model.onnx`]!, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  try {
    const tensor = new ort.Tensor(type as 'float32', data as Float32Array, shape);
    return (await session.run({ x: tensor })).y!;
  } finally {
    await session.release();
  }
}

async function infer(
  model: string,
  datatype: string,
  shape: readonly number[],
  content: Buffer | Partial<InferTensorContents>,
): Promise<Buffer> {
  const isRaw = Buffer.isBuffer(content);
  const answer = await client.call('ModelInfer', {
    modelName: model,
    inputs: [{ name: 'x', datatype, shape: [...shape], ...(isRaw ? {} : { contents: content }) }],
    rawInputContents: isRaw ? [content] : [],
  });
  expect(answer.outputs).toMatchObject([{ name: 'y', datatype, shape: shape.map(String) }]);
  return answer.rawOutputContents[0]!;
}

/** Any bits that the datatype can have. */
function bits(type: keyof typeof forms, count: number): fc.Arbitrary<Buffer> {
  const length = count * forms[type].size;
  const any = fc.uint8Array({ minLength: length, maxLength: length });
  return any.map((bytes) => Buffer.from(type === 'BOOL' ? bytes.map((byte) => byte & 1) : bytes));
}
const viewOf = (type: keyof typeof forms, raw: Buffer): View =>
  forms[type].view(Uint8Array.from(raw).buffer as ArrayBuffer);
const bytesOf = (data: unknown): Buffer => {
  const view = data as Uint8Array;
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
};

describe.each(names)('%s', (type) => {
  const { ort: ortType, typed } = forms[type];

  it('comes out of a model as ONNX Runtime itself answers it, bit by bit, with any number of rows', async () => {
    const rows = fc.nat(4).chain((count) => fc.tuple(fc.constant(count), bits(type, count * columns)));
    await fc.assert(
      fc.asyncProperty(rows, async ([count, raw]) => {
        const shape = [count, columns];
        const expected = await direct(type, ortType, viewOf(type, raw), shape);
        expect(await infer(type, type, shape, raw)).toEqual(bytesOf(expected.data));
      }),
      { numRuns: 15 },
    );
  });

  it('may be a scalar', async () => {
    const [raw] = fc.sample(bits(type, 1), 1);
    const expected = await direct(`${type}-scalar`, ortType, viewOf(type, raw!), []);
    expect(await infer(`${type}-scalar`, type, [], raw!)).toEqual(bytesOf(expected.data));
  });

  if (typed === undefined) {
    it('can not be sent by type', async () => {
      await expect(infer(type, type, [1, columns], { fp32Contents: [1, 2, 3] })).rejects.toMatchObject({
        details: expect.stringContaining(`of data-type ${type} can only be sent in raw_input_contents`),
      });
    });
    return;
  }

  it('is the same by type as raw', async () => {
    await fc.assert(
      fc.asyncProperty(bits(type, 2 * columns), async (raw) => {
        const view = viewOf(type, raw);
        // JavaScript does not keep which NaN it was.
        fc.pre(!numbers(view).some(Number.isNaN));
        const shape = [2, columns];
        expect(await infer(type, type, shape, typed(view))).toEqual(await infer(type, type, shape, raw));
      }),
      { numRuns: 15 },
    );
  });
});

describe('BYTES', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0'));

  it('come out of a model as ONNX Runtime itself answers them, raw and by type', async () => {
    const rows = fc
      .integer({ min: 1, max: 4 })
      .chain((count) => fc.array(word, { minLength: count * columns, maxLength: count * columns }));
    await fc.assert(
      fc.asyncProperty(rows, async (texts) => {
        const shape = [texts.length / columns, columns];
        const expected = await direct('BYTES', 'string', texts, shape);
        const raw = await infer('BYTES', 'BYTES', shape, writeElements(texts));
        expect(readElements(raw, texts.length)).toEqual({ texts: expected.data });
        const bytesContents = texts.map((text) => Buffer.from(text));
        expect(await infer('BYTES', 'BYTES', shape, { bytesContents })).toEqual(raw);
      }),
      { numRuns: 15 },
    );
  });

  it('may be a scalar, and none', async () => {
    expect(await infer('BYTES-scalar', 'BYTES', [], writeElements(['é']))).toEqual(writeElements(['é']));
    expect(await infer('BYTES', 'BYTES', [0, columns], Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });
});

describe('BF16', () => {
  it("is refused at load, with what to do, because ONNX Runtime's JavaScript interface has no tensor of it", async () => {
    expect(() => new ort.Tensor('bfloat16' as 'float16', Uint16Array.of(1), [1])).toThrow('bfloat16');
    const other = await startService({ 'm/1/model.onnx': identityModel('BF16', ['N']) });
    try {
      const { models } = await other.inference.RepositoryIndex(
        { repositoryName: '', ready: false },
        newCall(),
      );
      expect(models).toEqual([
        {
          name: 'm',
          version: '1',
          state: 'UNAVAILABLE',
          reason: expect.stringMatching(
            /input 'x' has ONNX element type 16.*; cast it inside the model to one of/,
          ),
        },
      ]);
    } finally {
      await other.closers.close();
    }
  });

  it('is fine inside a model', async () => {
    const model = buildModel({
      inputs: [{ name: 'x', type: 'FP32', shape: ['N'] }],
      outputs: [{ name: 'y', type: 'FP32', shape: ['N'] }],
      nodes: [
        { op: 'Cast', inputs: ['x'], outputs: ['short'], ints: { to: 16 } },
        { op: 'Cast', inputs: ['short'], outputs: ['y'], ints: { to: 1 } },
      ],
    });
    const other = await startService({ 'm/1/model.onnx': model });
    try {
      const wire = await connectHandlers(other.inference, other.closers);
      const { rawOutputContents } = await wire.call('ModelInfer', {
        modelName: 'm',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1], contents: { fp32Contents: [1.0009765625] } }],
      });
      expect(rawOutputContents[0]!.readFloatLE()).toBe(1);
    } finally {
      await other.closers.close();
    }
  });
});
