import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { maxRecordBytes, maxSealedInlineBytes } from '../config.ts';
import { readRecordId, recordIdBytes, writeRecordId } from '../record-id.ts';

/*
 * One entry of the log. Little-endian:
 *
 *    0  u32  CRC-32 of all that follows, started with the log's salt
 *    4  u32  length of the whole frame
 *    8  u64  index: the record's place in the log, from 0
 *   16  u32  ordinal: its place in the commit that it was written in, from 0
 *   20  u8   length of the hash of the idempotency key: 0 or 32
 *   21  u8   sealed content: 0 none, 1 here, 2 apart (here is a reference to it)
 *   22  u8   0
 *   23  u8   version of this format: 2
 *   24  16   record id
 *   40  u32  key slot: of the sealed content; of an erasure the one that was destroyed; of a pruning the highest so far
 *   44  u32  length of the sealed content or of the reference
 *   48       SHA-256 of the idempotency key, sealed content, a zero byte, the entry
 *
 * The zero byte is the prefix of an RFC 6962 leaf, so that the leaf hash is taken over bytes that lie together. The salt is
 * random and secret, so that nobody can send a record whose bytes look like a frame.
 */
const crcAt = 0;
const lengthAt = 4;
const indexAt = 8;
const ordinalAt = 16;
const keyHashLengthAt = 20;
const sealedKindAt = 21;
const versionAt = 23;
const idAt = 24;
const slotAt = 40;
const sealedLengthAt = 44;
const keyHashAt = 48;
const version = 2;
const minFrameBytes = keyHashAt + 1;

/** Bytes of the hash of an idempotency key. */
export const keyHashBytes = 32;

/** The largest frame. */
export const maxFrameBytes = minFrameBytes + keyHashBytes + maxSealedInlineBytes + maxRecordBytes;

/** Where the sealed content of a record is. */
export type SealedKind = 'none' | 'here' | 'apart';
const sealedKinds: readonly SealedKind[] = ['none', 'here', 'apart'];

/** What is appended. */
export interface FrameContent {
  readonly recordId: string;
  /** SHA-256 of the idempotency key; undefined without one. */
  readonly keyHash: Buffer | undefined;
  readonly slot: number;
  readonly sealedKind: SealedKind;
  /** The sealed content, or the reference to it. */
  readonly sealed: Buffer;
  /** The entry is these two, one after the other. */
  readonly record: Buffer;
  readonly sealedField: Buffer;
}

/** Bytes of the frame that this will take. */
export function frameLength({ keyHash, sealed, record, sealedField }: FrameContent): number {
  return minFrameBytes + (keyHash?.length ?? 0) + sealed.length + record.length + sealedField.length;
}

/** A frame as it was read; its buffers are views. */
export interface Frame {
  readonly index: number;
  /** Length of the whole frame. */
  readonly length: number;
  readonly recordId: string;
  readonly keyHash: Buffer | undefined;
  readonly slot: number;
  readonly sealedKind: SealedKind;
  readonly sealed: Buffer;
  readonly entry: Buffer;
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
  const { keyHash, sealed, record, sealedField } = content;
  into.writeUInt32LE(length, at + lengthAt);
  into.writeUInt32LE(place.index >>> 0, at + indexAt);
  into.writeUInt32LE(Math.floor(place.index / 2 ** 32), at + indexAt + 4);
  into.writeUInt32LE(place.ordinal, at + ordinalAt);
  into[at + keyHashLengthAt] = keyHash?.length ?? 0;
  into[at + sealedKindAt] = sealedKinds.indexOf(content.sealedKind);
  into[at + sealedKindAt + 1] = 0;
  into[at + versionAt] = version;
  into.writeUInt32LE(content.slot, at + slotAt);
  into.writeUInt32LE(sealed.length, at + sealedLengthAt);
  let to = at + keyHashAt;
  if (keyHash !== undefined) {
    into.set(keyHash, to);
    to += keyHash.length;
  }
  if (sealed.length > 0) into.set(sealed, to);
  to += sealed.length;
  into[to++] = 0;
  into.set(record, to);
  if (sealedField.length > 0) into.set(sealedField, to + record.length);
  into.writeUInt32LE(crc32(into.subarray(at + lengthAt, at + length), place.salt), at + crcAt);
  return true;
}

/** Length of the frame at `at`, or 0 if there is no whole and undamaged frame. */
export function validFrameLength(bytes: Buffer, at: number, salt: number): number {
  if (at + minFrameBytes > bytes.length) return 0;
  const length = bytes.readUInt32LE(at + lengthAt);
  if (length < minFrameBytes || length > maxFrameBytes || at + length > bytes.length) return 0;
  if (crc32(bytes.subarray(at + lengthAt, at + length), salt) !== frameChecksum(bytes, at)) return 0;
  if (bytes[at + versionAt] !== version || leafStart(bytes, at) >= at + length) return 0;
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

/** Where the zero byte before the entry stands. */
function leafStart(bytes: Buffer, at: number): number {
  return at + keyHashAt + bytes.readUInt8(at + keyHashLengthAt) + bytes.readUInt32LE(at + sealedLengthAt);
}

/** The entry of the valid frame at `at`, as a view. */
export function frameEntry(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(leafStart(bytes, at) + 1, at + bytes.readUInt32LE(at + lengthAt));
}

/** The valid frame at `at`; its buffers are views of `bytes`. */
export function readFrame(bytes: Buffer, at: number): Frame {
  const length = bytes.readUInt32LE(at + lengthAt);
  const sealedFrom = at + keyHashAt + bytes.readUInt8(at + keyHashLengthAt);
  const leafFrom = leafStart(bytes, at);
  return {
    index: frameIndex(bytes, at),
    length,
    recordId: readRecordId(bytes, at + idAt),
    keyHash: sealedFrom > at + keyHashAt ? bytes.subarray(at + keyHashAt, sealedFrom) : undefined,
    slot: bytes.readUInt32LE(at + slotAt),
    sealedKind: sealedKinds[bytes.readUInt8(at + sealedKindAt)] ?? 'none',
    sealed: bytes.subarray(sealedFrom, leafFrom),
    entry: bytes.subarray(leafFrom + 1, at + length),
  };
}

/** RFC 6962 section 2.1 leaf hash of the frame's entry: SHA-256(0x00 || entry), 32 bytes. */
export function frameLeafHash(bytes: Buffer, at: number): Buffer {
  const end = at + bytes.readUInt32LE(at + lengthAt);
  // As text and then into Node's pool: a Buffer of its own for every 32 bytes costs more than the hash.
  return Buffer.from(hash('sha256', bytes.subarray(leafStart(bytes, at), end), 'binary'), 'latin1');
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
