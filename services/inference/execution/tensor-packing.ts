import type { Datatype } from '../tensors/datatype.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** Tensors in one buffer, which can be moved to another thread without a copy. */
export interface PackedTensors {
  readonly buffer: ArrayBuffer;
  readonly parts: readonly PackedTensor[];
}

interface PackedTensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Where its bytes stand in the buffer, at a multiple of 8. */
  readonly at: number;
  readonly length: number;
  /** The elements of BYTES. */
  readonly texts: readonly string[] | undefined;
}

/** Copies the tensors' bytes. */
export function packTensors(tensors: readonly Tensor[]): PackedTensors {
  let size = 0;
  for (const { data } of tensors) if (data instanceof Uint8Array) size += roundUp(data.length);
  const bytes = new Uint8Array(size);
  const parts: PackedTensor[] = [];
  let at = 0;
  for (const { datatype, shape, data } of tensors) {
    if (data instanceof Uint8Array) {
      bytes.set(data, at);
      parts.push({ datatype, shape, at, length: data.length, texts: undefined });
      at += roundUp(data.length);
    } else parts.push({ datatype, shape, at, length: 0, texts: data });
  }
  return { buffer: bytes.buffer, parts };
}

/** Views of the buffer. */
export function unpackTensors({ buffer, parts }: PackedTensors): Tensor[] {
  return parts.map(({ datatype, shape, at, length, texts }) => ({
    datatype,
    shape,
    data: texts ?? new Uint8Array(buffer, at, length),
  }));
}

/** The widest element has 8 bytes, so that each tensor can be read in place. */
function roundUp(length: number): number {
  return Math.ceil(length / 8) * 8;
}
