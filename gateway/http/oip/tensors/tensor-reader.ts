import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { elementBytes } from './datatype.ts';
import { type ElementReader, elementReader } from './element-reader.ts';
import { Byte, type JsonReader } from './json-reader.ts';

/** What is known of an input before its data is read. */
export interface TensorHead {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/**
 * Reads the `data` of an input, flat or nested as its shape says, straight into the protocol's raw form. Costs one pass and one
 * buffer. Fails with TENSOR_INVALID that names the element and its value, INVALID_REQUEST if it is not JSON.
 */
export function readTensorData(json: JsonReader, tensor: TensorHead): Uint8Array {
  const { name, datatype, shape } = tensor;
  if (!Object.hasOwn(elementBytes, datatype))
    throw invalid(`invalid datatype '${datatype.slice(0, 40)}' for input '${name}'`);
  let count = 1;
  for (const dimension of shape) count *= dimension;
  // Each element takes a byte at least: what is allocated is bounded by what was sent.
  if (!(count <= json.left)) throw tooFew(tensor, count);
  const reader = elementReader(datatype, count, name);

  const from = json.at;
  if (json.peek() !== Byte.open) {
    if (shape.length > 0) throw invalid(`the data of input '${name}' is not an array`);
    reader.read(json, 0);
    return reader.raw();
  }
  json.enter(Byte.open, Byte.close);
  const isNested = shape.length > 1 && json.peek() === Byte.open;
  json.seek(from);
  const read = isNested ? readNested(json, tensor, reader, 0, 0) : readRow(json, tensor, reader, 0, count);
  if (read !== count) throw tooFew(tensor, count);
  return reader.raw();
}

/** Reads the arrays of one dimension; returns how many elements have been read with them. */
function readNested(
  json: JsonReader,
  tensor: TensorHead,
  reader: ElementReader,
  dimension: number,
  first: number,
): number {
  const length = tensor.shape[dimension] ?? 0;
  if (dimension === tensor.shape.length - 1) {
    const read = readRow(json, tensor, reader, first, length);
    if (read - first !== length) throw ragged(tensor, dimension, read - first);
    return read;
  }
  let next = first;
  let rows = 0;
  for (let more = enterRow(json, tensor, next); more; more = json.more(Byte.close)) {
    if (rows === length) throw ragged(tensor, dimension, rows + 1);
    next = readNested(json, tensor, reader, dimension + 1, next);
    rows++;
  }
  if (rows !== length) throw ragged(tensor, dimension, rows);
  return next;
}

/** Reads at most `length` elements of one array; returns the index after the last. */
function readRow(
  json: JsonReader,
  tensor: TensorHead,
  reader: ElementReader,
  first: number,
  length: number,
): number {
  const end = first + length;
  let index = first;
  for (let more = enterRow(json, tensor, first); more; more = json.more(Byte.close)) {
    if (index === end)
      throw invalid(
        `the data of input '${tensor.name}' has more elements than its shape [${tensor.shape.join(',')}] takes, from element ${index} on`,
      );
    reader.read(json, index);
    index++;
  }
  return index;
}

function enterRow(json: JsonReader, tensor: TensorHead, index: number): boolean {
  if (json.peek() !== Byte.open)
    throw invalid(
      `the data of input '${tensor.name}' is ragged: at element ${index} it is nested less deep than its shape [${tensor.shape.join(',')}]`,
    );
  return json.enter(Byte.open, Byte.close);
}

function ragged({ name, shape }: TensorHead, dimension: number, length: number): MeshError {
  return invalid(
    `the data of input '${name}' is ragged: an array of dimension ${dimension} has ${length} entries where its shape [${shape.join(',')}] has ${shape[dimension]}`,
  );
}

function tooFew({ name, shape }: TensorHead, count: number): MeshError {
  return invalid(
    `the data of input '${name}' has fewer elements than the ${count} of its shape [${shape.join(',')}]`,
  );
}

function invalid(message: string): MeshError {
  return new MeshError('TENSOR_INVALID', message);
}
