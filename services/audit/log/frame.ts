import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { maxKeyBytes, maxRecordBytes } from '../config.ts';
import { readRecordId, recordIdBytes, writeRecordId } from '../record-id.ts';

/*
 * One entry of the log. Little-endian:
 *
 *    0  u32  CRC-32 of all that follows, started with the log's salt
 *    4  u32  length of the whole frame
 *    8  u64  index: the record's place in the log, from 0
 *   16  u32  ordinal: its place in the commit that it was written in, from 0
 *   20  u16  length of the idempotency key
 *   22  u8   length of the body digest: 0 or 32
 *   23  u8   version of this format: 1
 *   24  16   record id
 *   40       idempotency key in UTF-8, body digest, a zero byte, the record
 *
 * The zero byte is the prefix of an RFC 6962 leaf, so that the leaf hash is taken over bytes that lie together. The salt is
 * random and secret, so that nobody can send a record whose bytes look like a frame.
 */
const crcAt = 0;
const lengthAt = 4;
const indexAt = 8;
const ordinalAt = 16;
const keyLengthAt = 20;
const digestLengthAt = 22;
const versionAt = 23;
const idAt = 24;
const keyAt = 40;
const version = 1;
const digestBytes = 32;
const minFrameBytes = keyAt + 1;

/** The largest frame. */
export const maxFrameBytes = minFrameBytes + maxKeyBytes + digestBytes + maxRecordBytes;

/** What is appended. */
export interface FrameContent {
  readonly recordId: string;
  readonly idempotencyKey: string;
  readonly bodyDigest: Buffer;
  readonly record: Buffer;
}

/** Bytes of the frame that this will take. */
export function frameLength(content: FrameContent): number {
  const keyBytes = content.idempotencyKey === '' ? 0 : Buffer.byteLength(content.idempotencyKey);
  return minFrameBytes + keyBytes + content.bodyDigest.length + content.record.length;
}

export interface Frame extends FrameContent {
  readonly index: number;
  /** Length of the whole frame. */
  readonly length: number;
}

/** Where a frame stands among the others. */
export interface FramePlace {
  readonly index: number;
  readonly ordinal: number;
  readonly salt: number;
}

/** Writes a frame of `length` bytes at `at`. False, and nothing that counts, if the record id is not a UUID. */
export function writeFrame(
  into: Buffer,
  at: number,
  length: number,
  place: FramePlace,
  content: FrameContent,
): boolean {
  if (!writeRecordId(content.recordId, into, at + idAt)) return false;
  const { idempotencyKey, bodyDigest, record } = content;
  into.writeUInt32LE(length, at + lengthAt);
  into.writeUInt32LE(place.index >>> 0, at + indexAt);
  into.writeUInt32LE(Math.floor(place.index / 2 ** 32), at + indexAt + 4);
  into.writeUInt32LE(place.ordinal, at + ordinalAt);
  const leafFrom = at + length - record.length - 1;
  const digestFrom = leafFrom - bodyDigest.length;
  into.writeUInt16LE(digestFrom - at - keyAt, at + keyLengthAt);
  into[at + digestLengthAt] = bodyDigest.length;
  into[at + versionAt] = version;
  if (idempotencyKey !== '') into.write(idempotencyKey, at + keyAt, 'utf8');
  if (bodyDigest.length > 0) into.set(bodyDigest, digestFrom);
  into[leafFrom] = 0;
  into.set(record, leafFrom + 1);
  into.writeUInt32LE(crc32(into.subarray(at + lengthAt, at + length), place.salt), at + crcAt);
  return true;
}

/** Length of the frame at `at`, or 0 if there is no whole and undamaged frame. */
export function validFrameLength(bytes: Buffer, at: number, salt: number): number {
  if (at + minFrameBytes > bytes.length) return 0;
  const length = bytes.readUInt32LE(at + lengthAt);
  if (length < minFrameBytes || length > maxFrameBytes || at + length > bytes.length) return 0;
  if (crc32(bytes.subarray(at + lengthAt, at + length), salt) !== frameChecksum(bytes, at)) return 0;
  if (bytes[at + versionAt] !== version) return 0;
  return length;
}

export function frameChecksum(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + crcAt);
}

export function frameIndex(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + indexAt) + bytes.readUInt32LE(at + indexAt + 4) * 2 ** 32;
}

/** Index of the first record of the commit that the frame was written in. */
export function frameCommitStart(bytes: Buffer, at: number): number {
  return frameIndex(bytes, at) - bytes.readUInt32LE(at + ordinalAt);
}

/** The frame's 16 bytes of record id, as a copy. */
export function frameRecordId(bytes: Buffer, at: number): Buffer {
  return Buffer.from(bytes.subarray(at + idAt, at + idAt + recordIdBytes));
}

/** The frame's idempotency key; empty for none. */
export function frameKey(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at + keyAt, at + keyAt + bytes.readUInt16LE(at + keyLengthAt));
}

/** The valid frame at `at`; its buffers are views of `bytes`. */
export function readFrame(bytes: Buffer, at: number): Frame {
  const length = bytes.readUInt32LE(at + lengthAt);
  const digestFrom = at + keyAt + bytes.readUInt16LE(at + keyLengthAt);
  const leafFrom = digestFrom + bytes.readUInt8(at + digestLengthAt);
  return {
    index: frameIndex(bytes, at),
    length,
    recordId: readRecordId(bytes, at + idAt),
    idempotencyKey: frameKey(bytes, at),
    bodyDigest: bytes.subarray(digestFrom, leafFrom),
    record: bytes.subarray(leafFrom + 1, at + length),
  };
}

/** RFC 6962 section 2.1 leaf hash of the frame's record: SHA-256(0x00 || record), 32 bytes. */
export function frameLeafHash(bytes: Buffer, at: number): Buffer {
  const leafFrom = at + keyAt + bytes.readUInt16LE(at + keyLengthAt) + bytes.readUInt8(at + digestLengthAt);
  const end = at + bytes.readUInt32LE(at + lengthAt);
  // As text and then into Node's pool: a Buffer of its own for every 32 bytes costs more than the hash.
  return Buffer.from(hash('sha256', bytes.subarray(leafFrom, end), 'binary'), 'latin1');
}

/**
 * Visits valid frames one after another, as long as their indexes go on from `firstIndex`.
 * Answers where the first byte stands that is not part of one, and the index that would be next.
 */
export function scanFrames(
  bytes: Buffer,
  from: number,
  salt: number,
  firstIndex: number,
  visit: (at: number, length: number, index: number) => void,
): { end: number; nextIndex: number } {
  let at = from;
  let index = firstIndex;
  for (;;) {
    const length = validFrameLength(bytes, at, salt);
    if (length === 0 || frameIndex(bytes, at) !== index) return { end: at, nextIndex: index };
    visit(at, length, index);
    at += length;
    index++;
  }
}

/** More than any commit holds: no frame that follows a damaged one can be further on. */
const maxIndexStep = 2 ** 24;

/** Where a valid frame stands at or after `from` that continues a log of `nextIndex` records; undefined if none does. */
export function findFrame(
  bytes: Buffer,
  from: number,
  salt: number,
  nextIndex: number,
  accept: (at: number) => boolean,
): number | undefined {
  for (let at = from; at + minFrameBytes <= bytes.length; at++) {
    // The index rules out nearly every place before a checksum is taken.
    const step = frameIndex(bytes, at) - nextIndex;
    if (step < 0 || step > maxIndexStep) continue;
    if (validFrameLength(bytes, at, salt) !== 0 && accept(at)) return at;
  }
  return undefined;
}
