import { ByteReader, malformed } from '../../kit/wire/byte-reader.ts';

/** What a model file says of itself, apart from what ONNX Runtime tells. */
export interface OnnxFacts {
  /** Undefined if the file does not say. */
  readonly irVersion: number | undefined;
  /** Imported operator sets: version by domain; "" is ONNX itself. */
  readonly opsets: Readonly<Record<string, number>>;
  /** "<domain>:<operator>" of every node, in subgraphs and functions too. */
  readonly operators: ReadonlySet<string>;
  /** "<domain>:<name>" of the functions that the file defines. */
  readonly functions: ReadonlySet<string>;
  /** Names of tensors whose content is in other files. */
  readonly externalTensors: readonly string[];
  readonly hasGraph: boolean;
}

interface Findings {
  irVersion: number | undefined;
  hasGraph: boolean;
  readonly opsets: Map<string, number>;
  readonly operators: Set<string>;
  readonly functions: Set<string>;
  readonly externalTensors: string[];
}

/** How a scan ended: with the facts, or where the bytes stop making sense. */
export type OnnxScan =
  | { readonly facts: OnnxFacts }
  /** `looksRight`: what stood before the fault was ONNX. */
  | { readonly fault: string; readonly looksRight: boolean };

/** Called on each field of a message; answers whether it has read it. */
type Visit = (field: number) => boolean;

const lengthDelimited = 2;
const varint = 0;
// Graphs stand in attributes of nodes of graphs; real models nest two or three deep.
const maxDepth = 32;
const maxExternalTensors = 20;
const dataLocationExternal = '1';

/**
 * Reads the few facts without copying anything; weights are passed over. Takes time by the number of nodes. Never throws.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export function scanOnnx(bytes: Buffer): OnnxScan {
  const found: Findings = {
    irVersion: undefined,
    hasGraph: false,
    opsets: new Map(),
    operators: new Set(),
    functions: new Set(),
    externalTensors: [],
  };
  try {
    scanModel(new ByteReader(bytes), bytes.length, found);
  } catch (error) {
    const looksRight = found.irVersion !== undefined && (found.hasGraph || found.opsets.size > 0);
    return { fault: error instanceof Error ? error.message : String(error), looksRight };
  }
  return { facts: { ...found, opsets: Object.fromEntries(found.opsets) } };
}

/** ModelProto: ir_version = 1, graph = 7, opset_import = 8, training_info = 20 (passed over), functions = 25. */
function scanModel(reader: ByteReader, end: number, found: Findings): void {
  eachField(reader, end, {
    [varint]: (field) => {
      if (field !== 1) return false;
      found.irVersion = Number(reader.int64());
      return true;
    },
    [lengthDelimited]: (field) => {
      if (field === 7) {
        found.hasGraph = true;
        scanGraph(reader, reader.contentEnd(), found, 0);
      } else if (field === 8) scanOpset(reader, reader.contentEnd(), found);
      else if (field === 25) scanFunction(reader, reader.contentEnd(), found);
      else return false;
      return true;
    },
  });
}

/** OperatorSetIdProto: domain = 1, version = 2. */
function scanOpset(reader: ByteReader, end: number, found: Findings): void {
  let domain = '';
  let version = 0;
  eachField(reader, end, {
    [varint]: (field) => {
      if (field !== 2) return false;
      version = Number(reader.int64());
      return true;
    },
    [lengthDelimited]: (field) => {
      if (field !== 1) return false;
      domain = reader.text();
      return true;
    },
  });
  found.opsets.set(domain, version);
}

/** FunctionProto: name = 1, node = 7, domain = 10. */
function scanFunction(reader: ByteReader, end: number, found: Findings): void {
  let name = '';
  let domain = '';
  eachField(reader, end, {
    [lengthDelimited]: (field) => {
      if (field === 1) name = reader.text();
      else if (field === 7) scanNode(reader, reader.contentEnd(), found, 0);
      else if (field === 10) domain = reader.text();
      else return false;
      return true;
    },
  });
  found.functions.add(`${domain}:${name}`);
}

/** GraphProto: node = 1, initializer = 5, sparse_initializer = 15. */
function scanGraph(reader: ByteReader, end: number, found: Findings, depth: number): void {
  if (depth > maxDepth) throw malformed(`graphs nested more than ${maxDepth} deep`);
  eachField(reader, end, {
    [lengthDelimited]: (field) => {
      if (field === 1) scanNode(reader, reader.contentEnd(), found, depth);
      else if (field === 5) scanTensor(reader, reader.contentEnd(), found);
      else if (field === 15) scanSparseTensor(reader, reader.contentEnd(), found);
      else return false;
      return true;
    },
  });
}

/** NodeProto: op_type = 4, attribute = 5, domain = 7. */
function scanNode(reader: ByteReader, end: number, found: Findings, depth: number): void {
  let operator = '';
  let domain = '';
  eachField(reader, end, {
    [lengthDelimited]: (field) => {
      if (field === 4) operator = reader.text();
      else if (field === 5) scanAttribute(reader, reader.contentEnd(), found, depth);
      else if (field === 7) domain = reader.text();
      else return false;
      return true;
    },
  });
  found.operators.add(`${domain}:${operator}`);
}

/** AttributeProto: t = 5, g = 6, tensors = 10, graphs = 11, sparse_tensor = 22, sparse_tensors = 23. */
function scanAttribute(reader: ByteReader, end: number, found: Findings, depth: number): void {
  eachField(reader, end, {
    [lengthDelimited]: (field) => {
      if (field === 5 || field === 10) scanTensor(reader, reader.contentEnd(), found);
      else if (field === 6 || field === 11) scanGraph(reader, reader.contentEnd(), found, depth + 1);
      else if (field === 22 || field === 23) scanSparseTensor(reader, reader.contentEnd(), found);
      else return false;
      return true;
    },
  });
}

/** SparseTensorProto: values = 1, indices = 2. */
function scanSparseTensor(reader: ByteReader, end: number, found: Findings): void {
  eachField(reader, end, {
    [lengthDelimited]: (field) => {
      if (field !== 1 && field !== 2) return false;
      scanTensor(reader, reader.contentEnd(), found);
      return true;
    },
  });
}

/** TensorProto: name = 8, external_data = 13, data_location = 14. */
function scanTensor(reader: ByteReader, end: number, found: Findings): void {
  let name = '';
  let external = false;
  eachField(reader, end, {
    [varint]: (field) => {
      if (field !== 14) return false;
      if (reader.uint64() === dataLocationExternal) external = true;
      return true;
    },
    [lengthDelimited]: (field) => {
      if (field === 8) name = reader.text();
      else {
        if (field === 13) external = true;
        return false;
      }
      return true;
    },
  });
  if (external && found.externalTensors.length < maxExternalTensors) found.externalTensors.push(name);
}

/** Reads a message up to its end; fields whose number or wire type nobody asks for are passed over. */
function eachField(
  reader: ByteReader,
  end: number,
  visits: { readonly [varint]?: Visit; readonly [lengthDelimited]?: Visit },
): void {
  while (reader.at < end) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (field === 0) throw malformed('field number 0');
    const visit =
      wireType === varint
        ? visits[varint]
        : wireType === lengthDelimited
          ? visits[lengthDelimited]
          : undefined;
    if (visit === undefined || !visit(field)) reader.skip(wireType);
  }
  if (reader.at !== end) throw malformed('a field that goes beyond its message');
}
