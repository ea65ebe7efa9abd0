import type { InferTensorContents__Output as Contents } from '../../gen/inference/InferTensorContents.ts';
import type { Datatype } from './datatype.ts';
import { readElement } from './text-elements.ts';

type Field = keyof Contents;

const fieldOf: Record<Datatype, Field | undefined> = {
  BOOL: 'boolContents',
  INT8: 'intContents',
  INT16: 'intContents',
  INT32: 'intContents',
  INT64: 'int64Contents',
  UINT8: 'uintContents',
  UINT16: 'uintContents',
  UINT32: 'uintContents',
  UINT64: 'uint64Contents',
  FP16: undefined,
  FP32: 'fp32Contents',
  FP64: 'fp64Contents',
  BYTES: 'bytesContents',
};

const wireNames: Record<Field, string> = {
  boolContents: 'bool_contents',
  intContents: 'int_contents',
  int64Contents: 'int64_contents',
  uintContents: 'uint_contents',
  uint64Contents: 'uint64_contents',
  fp32Contents: 'fp32_contents',
  fp64Contents: 'fp64_contents',
  bytesContents: 'bytes_contents',
};

const ranges: Partial<Record<Datatype, readonly [number, number]>> = {
  INT8: [-(2 ** 7), 2 ** 7 - 1],
  INT16: [-(2 ** 15), 2 ** 15 - 1],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  UINT8: [0, 2 ** 8 - 1],
  UINT16: [0, 2 ** 16 - 1],
  UINT32: [0, 2 ** 32 - 1],
};

/** Whether a tensor's typed contents hold anything at all. */
export function hasContents(contents: Contents): boolean {
  for (const field in wireNames) if (contents[field as Field].length > 0) return true;
  return false;
}

/** The content of `count` elements given by type, or what is wrong with it. Integers out of range are refused, not narrowed. */
export function readContents(
  contents: Contents,
  datatype: Datatype,
  count: number,
): { data: Uint8Array | string[] } | { fault: string } {
  const wanted = fieldOf[datatype];
  if (wanted === undefined)
    return { fault: `of data-type ${datatype} can only be sent in raw_input_contents` };
  for (const field in wireNames) {
    if (field !== wanted && contents[field as Field].length > 0)
      return {
        fault: `of data-type ${datatype} takes ${wireNames[wanted]}, but ${wireNames[field as Field]} was sent`,
      };
  }
  const got = contents[wanted].length;
  if (got !== count)
    return { fault: `has ${got} elements in ${wireNames[wanted]} where its shape needs ${count}` };
  return convert(contents, datatype);
}

function convert(
  contents: Contents,
  datatype: Datatype,
): { data: Uint8Array | string[] } | { fault: string } {
  switch (datatype) {
    case 'BOOL':
      return { data: Uint8Array.from(contents.boolContents, Number) };
    case 'FP32':
      return { data: bytesOf(Float32Array.from(contents.fp32Contents)) };
    case 'FP64':
      return { data: bytesOf(Float64Array.from(contents.fp64Contents)) };
    case 'INT64':
      return { data: bytesOf(BigInt64Array.from(contents.int64Contents, BigInt)) };
    case 'UINT64':
      return { data: bytesOf(BigUint64Array.from(contents.uint64Contents, BigInt)) };
    case 'BYTES':
      return texts(contents.bytesContents);
    case 'FP16':
      return { fault: 'of data-type FP16 can only be sent in raw_input_contents' };
    default: {
      const values = datatype.startsWith('U') ? contents.uintContents : contents.intContents;
      const [low, high] = ranges[datatype] ?? [0, 0];
      const wrong = values.findIndex((value) => !(value >= low && value <= high));
      if (wrong >= 0)
        return { fault: `element ${wrong} is ${values[wrong]}, outside ${low}..${high} of ${datatype}` };
      return { data: bytesOf(integers(datatype, values)) };
    }
  }
}

function integers(datatype: Datatype, values: readonly number[]): ArrayBufferView {
  switch (datatype) {
    case 'INT8':
      return Int8Array.from(values);
    case 'INT16':
      return Int16Array.from(values);
    case 'INT32':
      return Int32Array.from(values);
    case 'UINT8':
      return Uint8Array.from(values);
    case 'UINT16':
      return Uint16Array.from(values);
    default:
      return Uint32Array.from(values);
  }
}

function texts(elements: readonly Uint8Array[]): { data: string[] } | { fault: string } {
  const data: string[] = [];
  for (const [i, bytes] of elements.entries()) {
    const element = readElement(bytes);
    if ('fault' in element) return { fault: `element ${i} ${element.fault}` };
    data.push(element.text);
  }
  return { data };
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
