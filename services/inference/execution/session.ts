import { createRequire } from 'node:module';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { datatypeOfOnnx, encodings } from '../tensors/datatype.ts';
import { elementCount, type Tensor, type TensorInfo } from '../tensors/tensor.ts';

/** A model that ONNX Runtime has loaded. */
export interface Session {
  /** In the model's order. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * Runs the model on one tensor per input, in the order of `inputs`, and answers one per output. Blocks the JavaScript thread
   * for as long as the model takes. Fails with INFERENCE_FAILED, carrying ONNX Runtime's message. The answer owns its memory.
   */
  run(inputs: readonly Tensor[]): Tensor[];
  /** Gives the model's memory back. No run may follow. */
  close(): void;
}

const require = createRequire(import.meta.url);

const sessionOptions = {
  // Default threads spin: 50-85 times the CPU when paced, and with more than one, results depend on the batch.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // A failed run is answered to its caller; ONNX Runtime would print it to standard error as well.
  logSeverityLevel: 4,
} as const;

type OrtPackage = typeof import('onnxruntime-node');
type OrtBinding = typeof import('onnxruntime-node/dist/binding.js');
type OrtTensor = import('onnxruntime-node').Tensor;
type RawMetadata = import('onnxruntime-node/dist/binding.js').Binding.ValueMetadata;

/** What all sessions have in common, as records say it. The library has no other provider than the processor here. */
export function sessionFacts(): { library: string; provider: string; threads: number; optimization: string } {
  const { name, version } = require('onnxruntime-node/package.json') as { name: string; version: string };
  return {
    library: `${name} ${version}`,
    provider: 'cpu',
    threads: sessionOptions.intraOpNumThreads,
    optimization: sessionOptions.graphOptimizationLevel,
  };
}

/**
 * Loads a model from its bytes, which are not needed afterwards. Blocks the JavaScript thread while ONNX Runtime optimises the
 * graph. Fails with MODEL_INVALID if the bytes are no model, or naming all inputs and outputs that can't be carried.
 *
 * The binding is called directly, not through `InferenceSession.run` of the package: that defers every run by a setImmediate of
 * its own, which costs 1.7 us and a turn of the event loop after the batch is closed, and blocks the thread all the same.
 */
export function loadSession(bytes: Buffer): Session {
  // Loaded on first use, so that a process which hosts no inference doesn't carry the native library.
  const { Tensor: OrtTensor } = require('onnxruntime-node') as OrtPackage;
  const { binding, initOrt } = require('onnxruntime-node/dist/binding.js') as OrtBinding;
  initOrt();

  const native = new binding.InferenceSession();
  try {
    native.loadModel(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength, sessionOptions);
  } catch (error) {
    throw new MeshError(
      'MODEL_INVALID',
      `ONNX Runtime can't load model.onnx: ${messageOf(error)}`,
      {},
      error,
    );
  }
  const faults: string[] = [];
  const inputs = native.inputMetadata.flatMap((raw) => tensorInfo('input', raw, faults));
  const outputs = native.outputMetadata.flatMap((raw) => tensorInfo('output', raw, faults));
  if (faults.length > 0) {
    native.dispose();
    throw new MeshError('MODEL_INVALID', faults.join('; '));
  }
  const fetches = Object.fromEntries(outputs.map(({ name }) => [name, null]));
  const noOptions = {};

  return {
    inputs,
    outputs,
    run: (tensors) => {
      const feeds: Record<string, OrtTensor> = {};
      for (let i = 0; i < inputs.length; i++) {
        const tensor = tensors[i];
        const info = inputs[i];
        if (tensor === undefined || info === undefined) throw new Error(`no tensor for input ${i}`);
        // The constructor is overloaded by type; which array goes with which type is decided in nativeData.
        feeds[info.name] = new OrtTensor(
          encodings[tensor.datatype].ort as 'float32',
          nativeData(tensor) as Float32Array,
          tensor.shape,
        );
      }
      let results: Record<string, unknown>;
      try {
        results = native.run(feeds, fetches, noOptions);
      } catch (error) {
        throw new MeshError('INFERENCE_FAILED', `ONNX Runtime failed: ${messageOf(error)}`, {}, error);
      }
      return outputs.map((info) => fromNative(info, results[info.name] as OrtTensor));
    },
    close: () => native.dispose(),
  };
}

function tensorInfo(what: string, raw: RawMetadata, faults: string[]): TensorInfo | [] {
  if (!raw.isTensor) {
    faults.push(
      `${what} '${raw.name}' is not a tensor but a sequence, map or optional; export the model without it (for scikit-learn: zipmap=False)`,
    );
    return [];
  }
  const datatype = datatypeOfOnnx(raw.type);
  if (datatype === undefined) {
    faults.push(
      `${what} '${raw.name}' has ONNX element type ${raw.type}, which ONNX Runtime can't exchange here; cast it inside the model to one of ${Object.keys(encodings).join(', ')}`,
    );
    return [];
  }
  return { name: raw.name, datatype, shape: raw.shape, symbols: raw.symbolicDimensions };
}

function nativeData({ datatype, shape, data }: Tensor): ArrayBufferView | readonly string[] {
  if (!(data instanceof Uint8Array)) return data;
  const { sizeBytes } = encodings[datatype];
  const count = elementCount(shape);
  // A typed array must start at a multiple of its element's size; bytes inside a message need not.
  if (data.byteOffset % sizeBytes === 0) return viewOf(datatype, data.buffer, data.byteOffset, count);
  const aligned = new Uint8Array(data.length);
  aligned.set(data);
  return viewOf(datatype, aligned.buffer, 0, count);
}

function viewOf(
  datatype: Tensor['datatype'],
  buffer: ArrayBufferLike,
  offset: number,
  count: number,
): ArrayBufferView {
  switch (datatype) {
    case 'FP32':
      return new Float32Array(buffer, offset, count);
    case 'FP64':
      return new Float64Array(buffer, offset, count);
    case 'INT64':
      return new BigInt64Array(buffer, offset, count);
    case 'UINT64':
      return new BigUint64Array(buffer, offset, count);
    case 'INT32':
      return new Int32Array(buffer, offset, count);
    case 'UINT32':
      return new Uint32Array(buffer, offset, count);
    case 'INT16':
      return new Int16Array(buffer, offset, count);
    case 'UINT16':
    case 'FP16':
      return new Uint16Array(buffer, offset, count);
    case 'INT8':
      return new Int8Array(buffer, offset, count);
    case 'UINT8':
    case 'BOOL':
      return new Uint8Array(buffer, offset, count);
    case 'BYTES':
      throw new Error('BYTES tensors hold texts');
  }
}

function fromNative(info: TensorInfo, result: OrtTensor): Tensor {
  const { data } = result;
  return {
    datatype: info.datatype,
    shape: result.dims,
    data: ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : (data as unknown as readonly string[]),
  };
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}
