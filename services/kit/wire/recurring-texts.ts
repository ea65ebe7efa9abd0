import type { ByteReader } from './byte-reader.ts';

/** Longer ones are rare, and not worth comparing. */
const maxBytes = 32;
const slots = 64;

/**
 * Texts that come again and again, such as the keys of maps: found by their bytes instead of being made anew, at a third of the cost, and
 * the same string each time, which objects find faster. Holds a few, whatever comes.
 */
export class RecurringTexts {
  readonly #bytes: (Uint8Array | undefined)[] = new Array(slots).fill(undefined);
  readonly #texts: string[] = new Array(slots).fill('');

  /** The next length and text of the reader. */
  read(reader: ByteReader): string {
    const start = reader.at;
    const { buffer } = reader;
    const length = buffer[start];
    const end = start + 1 + (length ?? 0);
    if (length === undefined || length > maxBytes || end > buffer.length) return reader.text();
    let hash = length;
    for (let at = start + 1; at < end; at++) hash = (Math.imul(hash, 31) + (buffer[at] as number)) | 0;
    const slot = hash & (slots - 1);
    const known = this.#bytes[slot];
    if (known !== undefined && known.length === length && isAt(known, buffer, start + 1)) {
      reader.at = end;
      return this.#texts[slot] as string;
    }
    const text = reader.text();
    this.#bytes[slot] = Uint8Array.from(buffer.subarray(start + 1, end));
    this.#texts[slot] = text;
    return text;
  }
}

function isAt(bytes: Uint8Array, buffer: Buffer, start: number): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== buffer[start + at]) return false;
  return true;
}
