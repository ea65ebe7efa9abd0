type IntegerArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** An integer datatype of up to 32 bits. */
export interface SmallInteger {
  readonly sizeBytes: number;
  readonly low: number;
  readonly high: number;
  array(buffer: ArrayBuffer): IntegerArray;
}

export const smallIntegers: Readonly<Record<string, SmallInteger>> = {
  INT8: { sizeBytes: 1, low: -(2 ** 7), high: 2 ** 7 - 1, array: (buffer) => new Int8Array(buffer) },
  INT16: { sizeBytes: 2, low: -(2 ** 15), high: 2 ** 15 - 1, array: (buffer) => new Int16Array(buffer) },
  INT32: { sizeBytes: 4, low: -(2 ** 31), high: 2 ** 31 - 1, array: (buffer) => new Int32Array(buffer) },
  UINT8: { sizeBytes: 1, low: 0, high: 2 ** 8 - 1, array: (buffer) => new Uint8Array(buffer) },
  UINT16: { sizeBytes: 2, low: 0, high: 2 ** 16 - 1, array: (buffer) => new Uint16Array(buffer) },
  UINT32: { sizeBytes: 4, low: 0, high: 2 ** 32 - 1, array: (buffer) => new Uint32Array(buffer) },
};

/** Bytes of one element of each datatype of the protocol; 0 for BYTES, whose elements differ in length. */
export const elementBytes: Readonly<Record<string, number>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: 0,
};
