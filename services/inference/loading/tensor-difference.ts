import type { Datatype } from '../tensors/datatype.ts';
import type { Tensor } from '../tensors/tensor.ts';

export function sameBits(a: Tensor, b: Tensor): boolean {
  if (a.data.length !== b.data.length || a.shape.length !== b.shape.length) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return a.shape.every((dimension, axis) => dimension === b.shape[axis]);
}

/**
 * The largest distance between elements of two tensors of one shape, in units in the last place: how many numbers of the
 * datatype lie between them. Infinity where a NaN meets a number, or for datatypes that have no such unit and differ.
 */
export function ulpDistance(a: Tensor, b: Tensor): number {
  if (sameBits(a, b)) return 0;
  const { data: left } = a;
  const { data: right } = b;
  const width = floatBytes[a.datatype];
  if (width === undefined || !(left instanceof Uint8Array) || !(right instanceof Uint8Array)) return Infinity;
  if (left.length !== right.length) return Infinity;
  const views = [left, right].map((data) => new DataView(data.buffer, data.byteOffset, data.byteLength));
  let largest = 0;
  for (let at = 0; at < left.length; at += width) {
    const [x, y] = views.map((view) => ordinal(view, at, width));
    if (x === y) continue;
    if (x === undefined || y === undefined) return Infinity;
    const distance = x > y ? x - y : y - x;
    largest = Math.max(largest, Number(distance));
  }
  return largest;
}

const floatBytes: Partial<Record<Datatype, 2 | 4 | 8>> = { FP16: 2, FP32: 4, FP64: 8 };
/** Exponent bits that are all set in a NaN or infinity, by width. */
const infinities = { 2: 0x7c00n, 4: 0x7f800000n, 8: 0x7ff0000000000000n } as const;

/** Numbers of a float format in their order, so that neighbours differ by 1; undefined for a NaN. */
function ordinal(view: DataView, at: number, width: 2 | 4 | 8): bigint | undefined {
  const bits =
    width === 8
      ? view.getBigUint64(at, true)
      : BigInt(width === 4 ? view.getUint32(at, true) : view.getUint16(at, true));
  const signBit = 1n << BigInt(width * 8 - 1);
  const size = bits & (signBit - 1n);
  if (size > infinities[width]) return undefined;
  return bits & signBit ? -size : size;
}
