import { randomFillSync, timingSafeEqual } from 'node:crypto';
import type { SealedContent__Output } from '../../gen/scoremesh/audit/v1/SealedContent.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { type Content, readContent, saltBytes, sizeOf, writeContent } from './content.ts';
import { decrypt, encryptInto, gcmBytes, nonceBytes } from './gcm.ts';
import { hmacBytes, hmacInto, hmacRoomBytes } from './hmac.ts';
import type { KeyStore } from './key-store.ts';

/*
 * Sealed content:
 *
 *    0  u8   version of this format: 1
 *    1       nonce (12 bytes), the serialized SealedContent encrypted with AES-256-GCM, tag (16 bytes)
 *
 * Its key is HMAC-SHA256(key of the slot, "scoremesh record key v1" || handle), its associated data handle || u32 slot, little-endian.
 * The entry has HMAC-SHA256(salt, serialized SealedContent) beside the handle: AES-GCM does not commit to its plaintext, and without
 * the salt, which is encrypted with the content, what has few possible values could be guessed from a plain hash.
 */
const version = 1;
const sealedAt = 1;
const handleBytes = 16;

/** What ties the sealed content to its entry. */
export interface SealedTie {
  /** 16 random bytes. */
  readonly handle: Buffer;
  /** 32 bytes. */
  readonly commitment: Buffer;
}

export interface SealedRecord extends SealedTie {
  /** The encrypted content. */
  readonly sealed: Buffer;
}

/** Its buffers are views of the serialized content. */
export interface OpenedContent extends SealedContent__Output {
  readonly serialized: Buffer;
}

export interface Sealer {
  /**
   * Seals a record's content under the key of its slot. STATE_CORRUPT if the slot has none: ask stateOf first for a slot that was not
   * just handed out. At once: about 8 us for 1 KiB, and a large one holds the event loop.
   */
  seal(content: Content & { readonly slot: number }): SealedRecord;
  /**
   * The content, if it is what the entry commits to; `destroyed` if the slot's key was. `damaged` if a byte of what is given is not what it
   * was, or the key is lost. Its buffers are views of one that is the caller's.
   */
  open(record: SealedRecord & { readonly slot: number }): OpenedContent | 'destroyed' | 'damaged';
}

const keyLabel = 'scoremesh record key v1';
const handleAt = hmacRoomBytes + keyLabel.length;
const keyMessageBytes = handleAt + handleBytes;

/** Random bytes are drawn for so many records at once. */
const poolRecords = 256;
const randomBytesEach = handleBytes + saltBytes + nonceBytes;
/** Larger contents get a buffer of their own, so that one of them does not hold memory for ever. */
const keptWorkBytes = 64 * 1024;

export function createSealer(keys: Pick<KeyStore, 'keyOf' | 'stateOf'>): Sealer {
  const pool = Buffer.alloc(poolRecords * randomBytesEach);
  let drawn = pool.length;
  const work = Buffer.alloc(hmacRoomBytes + keptWorkBytes);
  const keyMessage = Buffer.alloc(keyMessageBytes);
  keyMessage.write(keyLabel, hmacRoomBytes, 'latin1');
  const recordKey = Buffer.alloc(hmacBytes);
  const associated = Buffer.alloc(handleBytes + 4);
  const expected = Buffer.alloc(hmacBytes);

  /** Sets key and associated data of one record. */
  const prepare = (subjectKey: Buffer, slot: number, handle: Buffer, from: number): void => {
    handle.copy(keyMessage, handleAt, from, from + handleBytes);
    hmacInto(recordKey, 0, subjectKey, 0, keyMessage, keyMessageBytes);
    handle.copy(associated, 0, from, from + handleBytes);
    associated.writeUInt32LE(slot, handleBytes);
  };

  return {
    seal: (content) => {
      const subjectKey = keys.keyOf(content.slot);
      if (subjectKey === undefined)
        throw new MeshError(
          'STATE_CORRUPT',
          `the key in slot ${content.slot} is ${keys.stateOf(content.slot)}: nothing can be sealed with it`,
        );
      if (drawn === pool.length) {
        randomFillSync(pool);
        drawn = 0;
      }
      const from = drawn;
      drawn += randomBytesEach;
      const saltAt = from + handleBytes;
      const nonceAt = saltAt + saltBytes;
      prepare(subjectKey, content.slot, pool, from);

      const size = sizeOf(content);
      const end = hmacRoomBytes + size.total;
      const bytes = end <= work.length ? work : Buffer.allocUnsafeSlow(end);
      writeContent(bytes, hmacRoomBytes, content, size, pool, saltAt);
      // One buffer for all that leaves.
      const out = Buffer.allocUnsafe(handleBytes + hmacBytes + sealedAt + gcmBytes + size.total);
      const encryptedAt = handleBytes + hmacBytes;
      pool.copy(out, 0, from, saltAt);
      hmacInto(out, handleBytes, pool, saltAt, bytes, end);
      out[encryptedAt] = version;
      const nonce = pool.subarray(nonceAt, drawn);
      encryptInto(
        out,
        encryptedAt + sealedAt,
        recordKey,
        nonce,
        associated,
        bytes.subarray(hmacRoomBytes, end),
      );
      pool.fill(0, from, drawn);
      return {
        handle: out.subarray(0, handleBytes),
        commitment: out.subarray(handleBytes, encryptedAt),
        sealed: out.subarray(encryptedAt),
      };
    },

    open: ({ slot, sealed, handle, commitment }) => {
      const subjectKey = keys.keyOf(slot);
      if (subjectKey === undefined) return keys.stateOf(slot) === 'destroyed' ? 'destroyed' : 'damaged';
      if (sealed[0] !== version || handle.length !== handleBytes || commitment.length !== hmacBytes)
        return 'damaged';
      prepare(subjectKey, slot, handle, 0);
      const plain = decrypt(sealed.subarray(sealedAt), recordKey, associated);
      if (plain === undefined) return 'damaged';
      try {
        const content = readContent(plain);
        if (content.salt.length !== saltBytes) return 'damaged';
        const end = hmacRoomBytes + plain.length;
        const bytes = end <= work.length ? work : Buffer.allocUnsafeSlow(end);
        bytes.set(plain, hmacRoomBytes);
        hmacInto(expected, 0, content.salt, 0, bytes, end);
        return timingSafeEqual(expected, commitment) ? { ...content, serialized: plain } : 'damaged';
      } catch {
        return 'damaged';
      }
    },
  };
}

/*
 * Field 20 of a Record: tag (2 bytes), length, and a Sealed of handle (16 bytes) and commitment (32 bytes), each with tag and length.
 */
const sealedBytes = 2 + handleBytes + 2 + hmacBytes;
const lengthDelimited = 2;
const tag = (20 << 3) | lengthDelimited;
const fieldHandleAt = 5;
const fieldCommitmentAt = fieldHandleAt + handleBytes + 2;

/** By how much an entry is longer than the record that it was made of. */
export const sealedFieldBytes = 3 + sealedBytes;

const frame = Buffer.alloc(sealedFieldBytes);
frame[0] = (tag & 127) | 128;
frame[1] = tag >>> 7;
frame[2] = sealedBytes;
frame[3] = (1 << 3) | lengthDelimited;
frame[4] = handleBytes;
frame[fieldCommitmentAt - 2] = (2 << 3) | lengthDelimited;
frame[fieldCommitmentAt - 1] = hmacBytes;

/** What is appended to a serialized Record without field 20, whose last field it is. */
export function encodeSealedField(sealed: SealedTie): Buffer {
  const bytes = Buffer.from(frame);
  bytes.set(sealed.handle, fieldHandleAt);
  bytes.set(sealed.commitment, fieldCommitmentAt);
  return bytes;
}

/** The tie at the end of an entry whose record was sealed; undefined if none is there. Views. */
export function readSealedField(entry: Buffer): SealedTie | undefined {
  const at = entry.length - sealedFieldBytes;
  if (at < 0 || !entry.subarray(at, at + fieldHandleAt).equals(frame.subarray(0, fieldHandleAt)))
    return undefined;
  const commitmentAt = at + fieldCommitmentAt;
  return {
    handle: entry.subarray(at + fieldHandleAt, at + fieldHandleAt + handleBytes),
    commitment: entry.subarray(commitmentAt, commitmentAt + hmacBytes),
  };
}
