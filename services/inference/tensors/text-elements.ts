/**
 * Elements of a BYTES tensor in its raw form: each a little-endian uint32 length and that many bytes
 * (https://github.com/kserve/open-inference-protocol, "Raw tensor contents").
 * ONNX strings are UTF-8 text, and its JavaScript binding ends them at the first NUL, so other bytes are refused, not mangled.
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of one element, or what is wrong with it. */
export function readElement(bytes: Uint8Array): { text: string } | { fault: string } {
  if (bytes.includes(0)) return { fault: 'has a NUL byte, which ONNX Runtime would cut it at' };
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { fault: 'is not UTF-8 text' };
  }
}

/** All elements of a raw tensor, or what is wrong with it. Reads no more than `count` + 1 of them. */
export function readElements(raw: Uint8Array, count: number): { texts: string[] } | { fault: string } {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const texts: string[] = [];
  let at = 0;
  while (at < raw.length) {
    if (texts.length === count) return { fault: `has bytes left after its ${count} elements` };
    if (at + 4 > raw.length) return { fault: `ends inside the length of element ${texts.length}` };
    const end = at + 4 + view.getUint32(at, true);
    if (end > raw.length) return { fault: `ends inside element ${texts.length}` };
    const element = readElement(raw.subarray(at + 4, end));
    if ('fault' in element) return { fault: `element ${texts.length} ${element.fault}` };
    texts.push(element.text);
    at = end;
  }
  if (texts.length < count) return { fault: `has ${texts.length} elements where its shape needs ${count}` };
  return { texts };
}

/** The raw form of these elements. */
export function writeElements(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const raw = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = 0;
  for (const [i, text] of texts.entries()) {
    at = raw.writeUInt32LE(lengths[i] ?? 0, at);
    at += raw.write(text, at);
  }
  return raw;
}
