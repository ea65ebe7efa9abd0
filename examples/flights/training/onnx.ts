import onnxProto from 'onnx-proto';

const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;
type Attribute = onnxProto.onnx.IAttributeProto;
type Model = onnxProto.onnx.IModelProto;
type Tensor = onnxProto.onnx.ITensorProto;
type ValueInfo = onnxProto.onnx.IValueInfoProto;

const IR_VERSION = 8;
const OPSET_VERSION = 17;
const ML_OPSET_VERSION = 3;

/** One node of a graph; operators of trees are in the domain `ai.onnx.ml`, most others in `''`. */
export interface GraphNode {
  op: string;
  inputs: string[];
  outputs: string[];
  attributes?: Attribute[];
  domain?: '' | 'ai.onnx.ml';
}

export interface Graph {
  name: string;
  description: string;
  /** float32 tensors of shape [N, columns]; N is any number of rows. */
  inputs: { name: string; columns: number }[];
  outputs: { name: string; columns: number }[];
  constants: Tensor[];
  nodes: GraphNode[];
}

/** The file of a graph: an ONNX ModelProto. Equal graphs give equal bytes. */
export function encodeModel(graph: Graph): Uint8Array {
  const model: Model = {
    irVersion: IR_VERSION,
    opsetImport: [
      { domain: '', version: OPSET_VERSION },
      { domain: 'ai.onnx.ml', version: ML_OPSET_VERSION },
    ],
    producerName: 'scoremesh flights example',
    graph: {
      name: graph.name,
      docString: graph.description,
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      initializer: graph.constants,
      node: graph.nodes.map(({ op, inputs, outputs, attributes = [], domain = '' }) => ({
        opType: op,
        name: outputs[0] ?? op,
        input: inputs,
        output: outputs,
        attribute: attributes,
        domain,
      })),
    },
  };
  return ModelProto.encode(model).finish();
}

export function floatTensor(name: string, dims: number[], values: ArrayLike<number>): Tensor {
  return { name, dims, dataType: TensorProto.DataType.FLOAT, rawData: bytesOf(Float32Array.from(values)) };
}

export function intTensor(name: string, dims: number[], values: readonly number[]): Tensor {
  return {
    name,
    dims,
    dataType: TensorProto.DataType.INT64,
    rawData: bytesOf(BigInt64Array.from(values, BigInt)),
  };
}

export function intAttribute(name: string, i: number): Attribute {
  return { name, type: AttributeProto.AttributeType.INT, i };
}

export function intsAttribute(name: string, ints: number[]): Attribute {
  return { name, type: AttributeProto.AttributeType.INTS, ints };
}

export function floatsAttribute(name: string, floats: number[]): Attribute {
  return { name, type: AttributeProto.AttributeType.FLOATS, floats };
}

export function stringAttribute(name: string, text: string): Attribute {
  return { name, type: AttributeProto.AttributeType.STRING, s: Buffer.from(text) };
}

export function stringsAttribute(name: string, texts: string[]): Attribute {
  return {
    name,
    type: AttributeProto.AttributeType.STRINGS,
    strings: texts.map((text) => Buffer.from(text)),
  };
}

function valueInfo({ name, columns }: { name: string; columns: number }): ValueInfo {
  const dim = [{ dimParam: 'N' }, { dimValue: columns }];
  return { name, type: { tensorType: { elemType: TensorProto.DataType.FLOAT, shape: { dim } } } };
}

/** ONNX stores raw data in little endian, the order of every machine that Node 20 runs on but s390x. */
function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
