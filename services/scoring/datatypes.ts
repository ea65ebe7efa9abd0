/** How numbers of each Open Inference Protocol datatype are read and written, little-endian. */
export interface Datatype {
  readonly sizeBytes: number;
  /** Whether the value can be written without becoming another one. Floating point rounds, but never to infinity. */
  holds(value: number | bigint): boolean;
  /** Only of a value that it holds. */
  write(target: Buffer, offset: number, value: number | bigint): void;
  /** A number, or a bigint for 64-bit integers. */
  read(source: Buffer, offset: number): number | bigint;
}

const int = (value: number | bigint): number => Number(value);
const big = (value: number | bigint): bigint =>
  typeof value === 'bigint' ? value : BigInt(Math.trunc(value));

/** A whole number of so many bits. */
const whole =
  (bits: number, signed: boolean) =>
  (value: number | bigint): boolean => {
    if (typeof value === 'number' && !Number.isInteger(value)) return false;
    const exact = BigInt(value);
    return (signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact)) === exact;
  };
/** What neither loses nor bends any number. */
const everything = (): boolean => true;

/** The datatypes that columns of single values may have. FP16, BF16 and BYTES only travel as whole tensors. */
export const datatypes: Readonly<Record<string, Datatype>> = {
  BOOL: {
    sizeBytes: 1,
    holds: everything,
    write: (target, offset, value) => target.writeUInt8(Number(value) === 0 ? 0 : 1, offset),
    read: (source, offset) => source.readUInt8(offset),
  },
  UINT8: {
    sizeBytes: 1,
    holds: whole(8, false),
    write: (t, o, v) => t.writeUInt8(int(v), o),
    read: (s, o) => s.readUInt8(o),
  },
  INT8: {
    sizeBytes: 1,
    holds: whole(8, true),
    write: (t, o, v) => t.writeInt8(int(v), o),
    read: (s, o) => s.readInt8(o),
  },
  UINT16: {
    sizeBytes: 2,
    holds: whole(16, false),
    write: (t, o, v) => t.writeUInt16LE(int(v), o),
    read: (s, o) => s.readUInt16LE(o),
  },
  INT16: {
    sizeBytes: 2,
    holds: whole(16, true),
    write: (t, o, v) => t.writeInt16LE(int(v), o),
    read: (s, o) => s.readInt16LE(o),
  },
  UINT32: {
    sizeBytes: 4,
    holds: whole(32, false),
    write: (t, o, v) => t.writeUInt32LE(int(v), o),
    read: (s, o) => s.readUInt32LE(o),
  },
  INT32: {
    sizeBytes: 4,
    holds: whole(32, true),
    write: (t, o, v) => t.writeInt32LE(int(v), o),
    read: (s, o) => s.readInt32LE(o),
  },
  UINT64: {
    sizeBytes: 8,
    holds: whole(64, false),
    write: (t, o, v) => t.writeBigUInt64LE(big(v), o),
    read: (s, o) => s.readBigUInt64LE(o),
  },
  INT64: {
    sizeBytes: 8,
    holds: whole(64, true),
    write: (t, o, v) => t.writeBigInt64LE(big(v), o),
    read: (s, o) => s.readBigInt64LE(o),
  },
  FP32: {
    sizeBytes: 4,
    holds: (value) => Number.isFinite(Math.fround(int(value))) || !Number.isFinite(int(value)),
    write: (t, o, v) => t.writeFloatLE(int(v), o),
    read: (s, o) => s.readFloatLE(o),
  },
  FP64: {
    sizeBytes: 8,
    holds: everything,
    write: (t, o, v) => t.writeDoubleLE(int(v), o),
    read: (s, o) => s.readDoubleLE(o),
  },
};

/** Splits raw BYTES content: each element is a uint32 length followed by its bytes. */
export function bytesElements(data: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  for (let offset = 0; offset + 4 <= data.length; ) {
    const end = offset + 4 + data.readUInt32LE(offset);
    elements.push(data.subarray(offset + 4, end));
    offset = end;
  }
  return elements;
}

/** The raw BYTES content of one element. */
export function bytesElement(text: string): Buffer {
  const content = Buffer.from(text, 'utf8');
  const framed = Buffer.allocUnsafe(4 + content.length);
  framed.writeUInt32LE(content.length, 0);
  content.copy(framed, 4);
  return framed;
}
