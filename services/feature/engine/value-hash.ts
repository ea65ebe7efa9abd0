import type { Datatype } from '../declarations/declarations.ts';
import type { EventRow } from '../events/event-row.ts';

const scratch = Buffer.alloc(8);

/** A hash of 53 bits of a field's value: the same for equal values of a field, for 0 and -0 too. Of no meaning if it is null. */
export function hashField(row: EventRow, field: string, datatype: Datatype): number {
  if (datatype === 'BYTES') return hashBytes(row.text(field));
  if (datatype === 'INT64') scratch.writeBigInt64LE(row.integer(field));
  else scratch.writeDoubleLE(row.number(field) + 0);
  return hashBytes(scratch);
}

/**
 * The lower 53 bits of HalfSipHash-2-4 with 64 bits of output (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF",
 * 2012, and their reference code) under the key 00 01 .. 07: as many as a double holds.
 */
export function hashBytes(bytes: Buffer): number {
  let v0 = 0x03020100;
  let v1 = 0x07060504 ^ 0xee;
  let v2 = 0x6c796765 ^ 0x03020100;
  let v3 = 0x74656462 ^ 0x07060504;
  let lower = 0;
  const words = (bytes.length >> 2) + 1;
  // Two rounds for each word, then two times two for each half of the output.
  for (let step = 0; step < words + 4; step++) {
    const word = step < words ? wordAt(bytes, step) : 0;
    if (step === words) v2 ^= 0xee;
    if (step === words + 2) {
      lower = v1 ^ v3;
      v1 ^= 0xdd;
    }
    v3 ^= word;
    for (let round = 0; round < 2; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    v0 ^= word;
  }
  return ((v1 ^ v3) & 0x1fffff) * 2 ** 32 + (lower >>> 0);
}

/** Four bytes; the last word has what is left, and the length in its upper byte. */
function wordAt(bytes: Buffer, index: number): number {
  const from = index * 4;
  if (from + 4 <= bytes.length) return bytes.readInt32LE(from);
  let word = bytes.length << 24;
  for (let at = from; at < bytes.length; at++) word |= (bytes[at] ?? 0) << (8 * (at - from));
  return word;
}
