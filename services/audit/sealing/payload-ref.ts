import { hash } from 'node:crypto';

/*
 * What a frame holds in place of a sealed content that is stored apart: SHA-256 of the sealed bytes (32 bytes), their number (u32,
 * little-endian).
 */
const digestBytes = 32;

export const payloadRefBytes = digestBytes + 4;

export function payloadRefOf(sealed: Buffer): Buffer {
  const ref = Buffer.alloc(payloadRefBytes);
  ref.write(hash('sha256', sealed, 'hex'), 'hex');
  ref.writeUInt32LE(sealed.length, digestBytes);
  return ref;
}

/** Name of the payload's file. */
export function payloadName(ref: Buffer): string {
  return ref.toString('hex', 0, digestBytes);
}

export function payloadBytes(ref: Buffer): number {
  return ref.readUInt32LE(digestBytes);
}
