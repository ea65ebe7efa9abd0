import { halfBits, halfValue } from '../../kit/wire/half-float.ts';
import { type Datatype, encodings } from '../tensors/datatype.ts';
import { elementCount, type Tensor } from '../tensors/tensor.ts';

/** One element as a program sees it; 64-bit integers are bigint. */
type Element = number | bigint | boolean | string;

const maxNesting = 32;
const notFinite: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};
const integerBits: Partial<Record<Datatype, number>> = {
  INT8: 8,
  INT16: 16,
  INT32: 32,
  INT64: 64,
  UINT8: 8,
  UINT16: 16,
  UINT32: 32,
  UINT64: 64,
};

/**
 * A tensor from its JSON elements, flat or nested, or what is wrong with it. Numbers round to the datatype; NaN and infinities
 * are texts as in Protobuf's JSON (https://protobuf.dev/programming-guides/json), and so may be 64-bit integers that JSON numbers
 * would round.
 */
export function readData(
  data: unknown,
  datatype: Datatype,
  shape: readonly number[],
): { tensor: Tensor } | { fault: string } {
  const elements: unknown[] = [];
  const count = elementCount(shape);
  if (!flatten(data, elements, count, 0))
    return { fault: `has more than the ${count} elements of its shape, or is nested too deep` };
  if (elements.length !== count)
    return { fault: `has ${elements.length} elements where its shape needs ${count}` };
  if (datatype === 'BYTES') {
    const wrong = elements.findIndex((element) => typeof element !== 'string');
    if (wrong >= 0) return { fault: `element ${wrong} is ${text(elements[wrong])}, not a text` };
    return { tensor: { datatype, shape, data: elements as string[] } };
  }
  const { sizeBytes } = encodings[datatype];
  const bytes = new Uint8Array(count * sizeBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, element] of elements.entries()) {
    const value = readElement(element, datatype);
    if (value === undefined)
      return { fault: `element ${index} is ${text(element)}, which is no ${datatype}` };
    writeElement(view, index * sizeBytes, datatype, value);
  }
  return { tensor: { datatype, shape, data: bytes } };
}

/** Element `index` of a tensor. */
export function elementAt({ datatype, data }: Tensor, index: number): Element {
  if (!(data instanceof Uint8Array)) return data[index] ?? '';
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const at = index * encodings[datatype].sizeBytes;
  switch (datatype) {
    case 'FP16':
      return halfValue(view.getUint16(at, true));
    case 'FP32':
      return view.getFloat32(at, true);
    case 'FP64':
      return view.getFloat64(at, true);
    case 'INT64':
      return view.getBigInt64(at, true);
    case 'UINT64':
      return view.getBigUint64(at, true);
    case 'INT32':
      return view.getInt32(at, true);
    case 'UINT32':
      return view.getUint32(at, true);
    case 'INT16':
      return view.getInt16(at, true);
    case 'UINT16':
      return view.getUint16(at, true);
    case 'INT8':
      return view.getInt8(at);
    case 'BOOL':
      return view.getUint8(at) !== 0;
    default:
      return view.getUint8(at);
  }
}

function flatten(data: unknown, into: unknown[], count: number, depth: number): boolean {
  if (!Array.isArray(data)) {
    into.push(data);
    return into.length <= count;
  }
  return depth < maxNesting && data.every((part) => flatten(part, into, count, depth + 1));
}

function readElement(element: unknown, datatype: Datatype): number | bigint | undefined {
  if (datatype === 'BOOL') return typeof element === 'boolean' ? Number(element) : undefined;
  const bits = integerBits[datatype];
  if (bits === undefined) {
    if (typeof element === 'number') return element;
    return typeof element === 'string' && Object.hasOwn(notFinite, element) ? notFinite[element] : undefined;
  }
  const whole = typeof element === 'string' ? /^-?\d{1,20}$/.test(element) : Number.isSafeInteger(element);
  if (!whole) return undefined;
  const value = BigInt(element as string | number);
  const low = datatype.startsWith('U') ? 0n : -(2n ** BigInt(bits - 1));
  const high = low + 2n ** BigInt(bits) - 1n;
  if (value < low || value > high) return undefined;
  return bits === 64 ? value : Number(value);
}

function writeElement(view: DataView, at: number, datatype: Datatype, value: number | bigint): void {
  if (typeof value === 'bigint') view.setBigInt64(at, BigInt.asIntN(64, value), true);
  else if (datatype === 'FP16') view.setUint16(at, halfBits(value), true);
  else if (datatype === 'FP32') view.setFloat32(at, value, true);
  else if (datatype === 'FP64') view.setFloat64(at, value, true);
  else if (encodings[datatype].sizeBytes === 4) view.setInt32(at, value, true);
  else if (encodings[datatype].sizeBytes === 2) view.setInt16(at, value, true);
  else view.setInt8(at, value);
}

function text(element: unknown): string {
  const json = JSON.stringify(element) ?? 'nothing';
  return json.length > 40 ? `${json.slice(0, 40)}...` : json;
}
