import { bytesElements } from '../datatypes.ts';

/** How far two lists of elements are apart. */
export interface Distance {
  /** The largest distance of two elements in units in the last place; 0 where elements are no floats. */
  readonly maxUlp: bigint;
  /** Elements whose bits differ. */
  readonly elements: number;
}

/** Of a number from what is none, for example NaN or an element that is not there. */
export const farthest = 2n ** 64n - 1n;

/** Bits of a float: its whole, and of its fraction. */
const floats: Readonly<Record<string, { readonly bits: number; readonly fraction: number }>> = {
  FP16: { bits: 16, fraction: 10 },
  BF16: { bits: 16, fraction: 7 },
  FP32: { bits: 32, fraction: 23 },
  FP64: { bits: 64, fraction: 52 },
};
const integerBytes: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, INT8: 1, UINT8: 1, INT16: 2, UINT16: 2 },
  ...{ INT32: 4, UINT32: 4, INT64: 8, UINT64: 8 },
};

/**
 * Compares elements of an Open Inference Protocol datatype, little-endian, bit by bit: 0 and -0 differ, by one unit in the last place.
 * All NaNs count as one, because a record keeps that a value is NaN, not which. Undefined if nothing differs.
 */
export function elementDistance(datatype: string, one: Buffer, other: Buffer): Distance | undefined {
  if (one.equals(other)) return undefined;
  const float = floats[datatype];
  if (float !== undefined) return floatDistance(float, one, other);
  const size = integerBytes[datatype];
  const parts = (data: Buffer): Buffer[] => (size === undefined ? bytesElements(data) : slices(data, size));
  const [ones, others] = [parts(one), parts(other)];
  let elements = 0;
  for (let i = 0; i < Math.max(ones.length, others.length); i++)
    if (!ones[i]?.equals(others[i] ?? noElement)) elements++;
  return elements === 0 ? undefined : { maxUlp: 0n, elements };
}

/** Longer than any element that is none. */
const noElement = Buffer.alloc(9);

function slices(data: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, i) =>
    data.subarray(i * size, (i + 1) * size),
  );
}

function floatDistance(
  { bits, fraction }: { readonly bits: number; readonly fraction: number },
  one: Buffer,
  other: Buffer,
): Distance | undefined {
  const size = bits / 8;
  const sign = 1n << BigInt(bits - 1);
  // Above the bits of infinity are NaNs.
  const infinity = sign - (1n << BigInt(fraction));
  const length = Math.min(one.length, other.length);
  const missing = Math.abs(one.length - other.length) / size;
  let elements = missing;
  let maxUlp = missing > 0 ? farthest : 0n;
  for (let at = 0; at + size <= length; at += size) {
    if (sameBytes(one, other, at, size)) continue;
    const [a, b] = [bitsAt(one, at, size), bitsAt(other, at, size)];
    const [noNumber, neither] = [(a & ~sign) > infinity, (b & ~sign) > infinity];
    if (noNumber && neither) continue;
    elements++;
    const ulp = noNumber || neither ? farthest : distance(a, b, sign);
    if (ulp > maxUlp) maxUlp = ulp;
  }
  return elements === 0 ? undefined : { maxUlp, elements };
}

function sameBytes(one: Buffer, other: Buffer, at: number, size: number): boolean {
  for (let i = at; i < at + size; i++) if (one[i] !== other[i]) return false;
  return true;
}

function bitsAt(data: Buffer, at: number, size: number): bigint {
  return size === 8 ? data.readBigUInt64LE(at) : BigInt(data.readUIntLE(at, size));
}

/** Floats in the order of their values are integers in the order of their bits, but for the sign. */
function distance(a: bigint, b: bigint, sign: bigint): bigint {
  const place = (bits: bigint): bigint => (bits & sign ? -(bits & ~sign) - 1n : bits);
  const apart = place(a) - place(b);
  return apart < 0n ? -apart : apart;
}
