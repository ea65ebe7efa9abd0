import { isUtf8 } from 'node:buffer';
import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { halfValue } from '../../../../services/kit/wire/half-float.ts';
import { elementBytes } from './datatype.ts';
import { doubleText, floatText, halfText } from './number-text.ts';

/** What is told of an output. */
export interface OutputHead {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly string[];
}

/**
 * The raw content of an output as a flat JSON array whose numbers read back to the same bits. Costs about a text per element. Fails
 * with TENSOR_INVALID for texts that are not UTF-8, which JSON can't tell.
 */
export function tensorDataText(output: OutputHead, raw: Uint8Array): string {
  const { name, datatype } = output;
  let count = 1;
  for (const dimension of output.shape) count *= Number(dimension);
  if (datatype === 'BYTES') return textsText(name, raw, count);
  const sizeBytes = elementBytes[datatype];
  if (sizeBytes === undefined || datatype === 'BF16')
    throw new MeshError(
      'TENSOR_INVALID',
      `sending ${datatype} data via JSON is not supported. Please use the binary data format for output '${name}'`,
    );
  if (raw.length !== count * sizeBytes)
    throw new Error(`output '${name}' has ${raw.length} bytes for ${count} elements of ${datatype}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const write = writers[datatype];
  if (write === undefined) throw new Error(`no way to write ${datatype}`);
  if (count === 0) return '[]';
  let text = `[${write(view, 0)}`;
  for (let at = sizeBytes; at < raw.length; at += sizeBytes) text += `,${write(view, at)}`;
  return `${text}]`;
}

type WriteElement = (view: DataView, at: number) => string | number | bigint | boolean;

const writers: Readonly<Record<string, WriteElement>> = {
  BOOL: (view, at) => view.getUint8(at) !== 0,
  UINT8: (view, at) => view.getUint8(at),
  UINT16: (view, at) => view.getUint16(at, true),
  UINT32: (view, at) => view.getUint32(at, true),
  UINT64: (view, at) => view.getBigUint64(at, true),
  INT8: (view, at) => view.getInt8(at),
  INT16: (view, at) => view.getInt16(at, true),
  INT32: (view, at) => view.getInt32(at, true),
  INT64: (view, at) => view.getBigInt64(at, true),
  FP16: (view, at) => halfText(halfValue(view.getUint16(at, true))),
  FP32: (view, at) => floatText(view.getFloat32(at, true)),
  FP64: (view, at) => doubleText(view.getFloat64(at, true)),
};

/** Elements of BYTES: each a little-endian uint32 length and that many bytes. */
function textsText(name: string, raw: Uint8Array, count: number): string {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const texts: string[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const start = at + 4;
    const end = start + (start <= bytes.length ? bytes.readUInt32LE(at) : 0);
    if (start > bytes.length || end > bytes.length)
      throw new Error(`output '${name}' ends inside element ${index} of ${count}`);
    const element = bytes.subarray(start, end);
    if (!isUtf8(element))
      throw new MeshError(
        'TENSOR_INVALID',
        `output '${name}' element ${index} is not UTF-8 text, which JSON can't tell; ask for it with "binary_data": true`,
      );
    texts.push(JSON.stringify(element.toString()));
    at = end;
  }
  if (at !== bytes.length) throw new Error(`output '${name}' has bytes left after its ${count} elements`);
  return `[${texts.join(',')}]`;
}
