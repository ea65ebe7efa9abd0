import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';

/** Element types of ONNX by their Open Inference Protocol name (onnx.TensorProto.DataType). */
export const elementTypes = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
  BF16: 16,
} as const;
export type ElementType = keyof typeof elementTypes;

/** A number is fixed, a text is symbolic; an empty one is open without a name. */
export type Dimension = number | string;

export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ints?: Readonly<Record<string, number>>;
}

export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

function valueInfo(port: Port): onnx.IValueInfoProto {
  const dim = port.shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name: port.name, type: { tensorType: { elemType: elementTypes[port.type], shape: { dim } } } };
}

/** Bytes of an ONNX model (IR 8, opset 17). */
export function buildModel(graph: {
  inputs: readonly Port[];
  outputs: readonly Port[];
  nodes: readonly Node[];
  constants?: readonly Constant[];
}): Buffer {
  const model = onnxProto.onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'g',
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      initializer: (graph.constants ?? []).map((c) => ({
        name: c.name,
        dims: [...c.shape],
        dataType: elementTypes[c.type],
        rawData: c.bytes,
      })),
      node: graph.nodes.map((node) => ({
        opType: node.op,
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.ints ?? {}).map(([name, value]) => ({
          name,
          i: value,
          type: onnxProto.onnx.AttributeProto.AttributeType.INT,
        })),
      })),
    },
  });
  return Buffer.from(onnxProto.onnx.ModelProto.encode(model).finish());
}

export function floats(name: string, shape: readonly number[], values: readonly number[]): Constant {
  return { name, type: 'FP32', shape, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** y[N,1] = x[N,k] * w[k,1] + b. */
export function linearModel(weights: readonly number[], bias: number): Buffer {
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['N', weights.length] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N', 1] }],
    constants: [floats('w', [weights.length, 1], weights), floats('b', [1], [bias])],
    nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['y'] }],
  });
}

/** y = x, of any type and shape. */
export function identityModel(type: ElementType, shape: readonly Dimension[]): Buffer {
  return buildModel({
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type, shape }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
}

/** y[N] = table[index[N]]: ONNX Runtime fails on an index outside the table, so one bad row fails the whole run. */
export function gatherModel(table: readonly number[]): Buffer {
  return buildModel({
    inputs: [{ name: 'index', type: 'INT64', shape: ['N'] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N'] }],
    constants: [floats('table', [table.length], table)],
    nodes: [{ op: 'Gather', inputs: ['table', 'index'], outputs: ['y'], ints: { axis: 0 } }],
  });
}

/** total[N,M] = a[N,M] + b[N,M]; the symbols must agree between a and b. */
export function sumModel(shape: readonly Dimension[] = ['N', 'M']): Buffer {
  return buildModel({
    inputs: [
      { name: 'a', type: 'FP32', shape },
      { name: 'b', type: 'FP32', shape },
    ],
    outputs: [{ name: 'total', type: 'FP32', shape }],
    nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['total'] }],
  });
}

/** y[T] = running sum of x[T] along its first dimension, so that rows depend on the rows before them. */
export function runningSumModel(): Buffer {
  return buildModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['T'] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['T'] }],
    constants: [
      { name: 'axis', type: 'INT64', shape: [], bytes: new Uint8Array(BigInt64Array.from([0n]).buffer) },
    ],
    nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }],
  });
}
