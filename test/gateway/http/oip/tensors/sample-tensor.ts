import fc from 'fast-check';

/** A tensor with the values that it was made of and its raw form, made the plainest way. */
export interface SampleTensor {
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Numbers, bigints, booleans or texts. */
  readonly values: readonly unknown[];
  readonly raw: Buffer;
}

const writers: Readonly<
  Record<string, readonly [number, (view: DataView, at: number, value: never) => void]>
> = {
  INT8: [1, (view, at, value) => view.setInt8(at, value)],
  INT16: [2, (view, at, value) => view.setInt16(at, value, true)],
  INT32: [4, (view, at, value) => view.setInt32(at, value, true)],
  INT64: [8, (view, at, value) => view.setBigInt64(at, value, true)],
  UINT8: [1, (view, at, value) => view.setUint8(at, value)],
  UINT16: [2, (view, at, value) => view.setUint16(at, value, true)],
  UINT32: [4, (view, at, value) => view.setUint32(at, value, true)],
  UINT64: [8, (view, at, value) => view.setBigUint64(at, value, true)],
  FP32: [4, (view, at, value) => view.setFloat32(at, value, true)],
  FP64: [8, (view, at, value) => view.setFloat64(at, value, true)],
  BOOL: [1, (view, at, value) => view.setUint8(at, value ? 1 : 0)],
};

const integers = (bits: number, signed: boolean): fc.Arbitrary<number> =>
  signed
    ? fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
    : fc.integer({ min: 0, max: 2 ** bits - 1 });

const elements: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  INT8: integers(8, true),
  INT16: integers(16, true),
  INT32: integers(32, true),
  INT64: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt)),
  UINT8: integers(8, false),
  UINT16: integers(16, false),
  UINT32: integers(32, false),
  UINT64: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat().map(BigInt)),
  FP32: fc.float(),
  FP64: fc.double(),
  BOOL: fc.boolean(),
  BYTES: fc.string({ unit: 'grapheme', maxLength: 8 }),
};

export function rawOf(datatype: string, values: readonly unknown[]): Buffer {
  if (datatype === 'BYTES')
    return Buffer.concat(
      values.flatMap((value) => {
        const bytes = Buffer.from(value as string);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        return [length, bytes];
      }),
    );
  const [sizeBytes, write] = writers[datatype]!;
  const raw = Buffer.alloc(values.length * sizeBytes);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (const [i, value] of values.entries()) write(view, i * sizeBytes, value as never);
  return raw;
}

export const sampleTensor: fc.Arbitrary<SampleTensor> = fc
  .tuple(fc.constantFrom(...Object.keys(elements)), fc.array(fc.nat(3), { maxLength: 4 }))
  .chain(([datatype, shape]) => {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    return fc
      .array(elements[datatype]!, { minLength: count, maxLength: count })
      .map((values) => ({ datatype, shape, values, raw: rawOf(datatype, values) }));
  });

/** An element as JSON. */
export function elementText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return JSON.stringify(value);
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The elements as nested arrays of the shape; a scalar without one. */
export function nestedText(texts: readonly string[], shape: readonly number[]): string {
  const [length, ...rest] = shape;
  if (length === undefined) return texts[0] ?? '';
  const size = rest.reduce((product, dimension) => product * dimension, 1);
  const rows = Array.from({ length }, (_, i) => nestedText(texts.slice(i * size, (i + 1) * size), rest));
  return `[${rows.join(',')}]`;
}
