import type { Datatype } from './datatype.ts';

/**
 * A tensor by value: little-endian row-major bytes, or texts for BYTES. The bytes may be a view of a message, so nobody writes
 * to them.
 */
export interface Tensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Uint8Array | readonly string[];
}

/** What a model declares about one input or output. */
export interface TensorInfo {
  readonly name: string;
  readonly datatype: Datatype;
  /** -1 where the model leaves a dimension open. Empty for a scalar, and for a model that leaves the rank open. */
  readonly shape: readonly number[];
  /** The name of each open dimension; empty where it has none or is fixed. Open dimensions of one name must agree. */
  readonly symbols: readonly string[];
}

export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const dimension of shape) count *= dimension;
  return count;
}

/** "[-1,16]", as Triton writes shapes. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(',')}]`;
}

/** The tensors one after the other along their first dimension. They agree in datatype and all other dimensions. */
export function concatRows(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new Error('nothing to concatenate');
  let rows = 0;
  let length = 0;
  for (const part of parts) {
    rows += part.shape[0] ?? 0;
    length += part.data.length;
  }
  const shape = [rows, ...first.shape.slice(1)];
  if (!(first.data instanceof Uint8Array)) {
    return { datatype: first.datatype, shape, data: parts.flatMap((part) => part.data as readonly string[]) };
  }
  const data = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    data.set(part.data as Uint8Array, at);
    at += part.data.length;
  }
  return { datatype: first.datatype, shape, data };
}

/** Rows start .. start + rows of a tensor, as a view where it holds bytes. */
export function sliceRows(tensor: Tensor, start: number, rows: number): Tensor {
  const total = tensor.shape[0] ?? 0;
  const stride = total === 0 ? 0 : tensor.data.length / total;
  const from = start * stride;
  const to = from + rows * stride;
  const { data } = tensor;
  return {
    datatype: tensor.datatype,
    shape: [rows, ...tensor.shape.slice(1)],
    data: data instanceof Uint8Array ? data.subarray(from, to) : data.slice(from, to),
  };
}
