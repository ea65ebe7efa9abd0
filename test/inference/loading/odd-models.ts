import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import { buildModel, type Dimension, floats } from '../onnx-models.ts';

const { AttributeProto, ModelProto } = onnxProto.onnx;

/** The model, with something of it changed. */
export function edited(
  bytes: Buffer,
  edit: (model: onnx.IModelProto & { graph: onnx.IGraphProto }) => void,
): Buffer {
  const model = ModelProto.decode(bytes) as onnx.IModelProto & { graph: onnx.IGraphProto };
  edit(model);
  return Buffer.from(ModelProto.encode(model).finish());
}

/** y = op(x), element by element. */
export function elementwiseModel(op: string, shape: readonly Dimension[] = ['N', 8]): Buffer {
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape }],
    outputs: [{ name: 'y', type: 'FP32', shape }],
    nodes: [{ op, inputs: ['x'], outputs: ['y'] }],
  });
}

/** y[N] = the largest of n[N], counted up to one by one. */
export function countingModel(): Buffer {
  const bytes = buildModel({
    inputs: [{ name: 'n', type: 'INT64', shape: ['N'] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N'] }],
    constants: [
      floats('zero', [], [0]),
      { name: 'always', type: 'BOOL', shape: [], bytes: Uint8Array.of(1) },
    ],
    nodes: [
      { op: 'ReduceMax', inputs: ['n'], outputs: ['times'], ints: { keepdims: 0 } },
      { op: 'Loop', inputs: ['times', 'always', 'zero'], outputs: ['count'] },
      { op: 'Cast', inputs: ['n'], outputs: ['reals'], ints: { to: 1 } },
      { op: 'Mul', inputs: ['reals', 'zero'], outputs: ['zeros'] },
      { op: 'Add', inputs: ['zeros', 'count'], outputs: ['y'] },
    ],
  });
  const scalar = (name: string, elemType: number): onnx.IValueInfoProto => ({
    name,
    type: { tensorType: { elemType, shape: { dim: [] } } },
  });
  const body: onnx.IGraphProto = {
    name: 'body',
    input: [scalar('turn', 7), scalar('goOn', 9), scalar('before', 1)],
    output: [scalar('goesOn', 9), scalar('after', 1)],
    initializer: [{ name: 'one', dims: [], dataType: 1, rawData: new Uint8Array(Float32Array.of(1).buffer) }],
    node: [
      { opType: 'Identity', input: ['goOn'], output: ['goesOn'] },
      { opType: 'Add', input: ['before', 'one'], output: ['after'] },
    ],
  };
  return edited(bytes, ({ graph }) => {
    graph.node![1]!.attribute = [{ name: 'body', g: body, type: AttributeProto.AttributeType.GRAPH }];
  });
}

/** y[N] = mean of x[N,width] along its rows. */
export function rowMeanModel(width: number): Buffer {
  const bytes = buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['N', width] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N'] }],
    nodes: [{ op: 'ReduceMean', inputs: ['x'], outputs: ['y'], ints: { keepdims: 0 } }],
  });
  return edited(bytes, ({ graph }) => {
    graph.node![0]!.attribute!.push({ name: 'axes', ints: [1], type: AttributeProto.AttributeType.INTS });
  });
}

/** A perceptron: y[N,1] = sigmoid(w2 * tanh(w1 * x[N,8] + b1) + b2). */
export function perceptronModel(hidden: number): Buffer {
  const weights = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(i * 1.7) / 3);
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['N', 8] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N', 1] }],
    constants: [
      floats('w1', [8, hidden], weights(8 * hidden)),
      floats('b1', [hidden], weights(hidden)),
      floats('w2', [hidden, 1], weights(hidden)),
      floats('b2', [1], [0.1]),
    ],
    nodes: [
      { op: 'Gemm', inputs: ['x', 'w1', 'b1'], outputs: ['h'] },
      { op: 'Tanh', inputs: ['h'], outputs: ['t'] },
      { op: 'Gemm', inputs: ['t', 'w2', 'b2'], outputs: ['z'] },
      { op: 'Sigmoid', inputs: ['z'], outputs: ['y'] },
    ],
  });
}
