import { decrypt, encryptInto, gcmBytes } from './gcm.ts';

/*
 * `subjects` is an array of slots of 64 bytes, so that none crosses a sector of the disk:
 *
 *    0  u8   0: nothing was written; 1: a key; 2: destroyed, and all that follows is zero
 *    1       nonce, the subject's 32-byte key encrypted under the store key, tag
 *   61       zeros
 *
 * The associated data has the slot's number, so that slots can't change places.
 */
export const slotBytes = 64;
export const subjectKeyBytes = 32;

/** The key of records without a data subject. It can't be destroyed. */
export const subjectlessSlot = 0;

const written = 1;
const destroyed = 2;
const encryptedAt = 1;
const encryptedEnd = encryptedAt + gcmBytes + subjectKeyBytes;

const label = 'scoremesh subject key v1';
const associated = Buffer.alloc(label.length + 4);
associated.write(label, 'latin1');

function associatedOf(slot: number): Buffer {
  associated.writeUInt32LE(slot, label.length);
  return associated;
}

/** Writes the slot into zeros at `at`. */
export function writeSlot(
  into: Buffer,
  at: number,
  slot: number,
  storeKey: Buffer,
  nonce: Buffer,
  key: Buffer,
): void {
  into[at] = written;
  encryptInto(into, at + encryptedAt, storeKey, nonce, associatedOf(slot), key);
}

/** What stands in a slot: the subject's key, that it was destroyed, or neither: never written, or damaged. */
export type SlotContent = Buffer | 'destroyed' | 'unknown';

export function readSlot(bytes: Buffer, at: number, slot: number, storeKey: Buffer): SlotContent {
  const whole = bytes.subarray(at, at + slotBytes);
  if (whole.equals(destroyedSlot)) return 'destroyed';
  if (whole.length < slotBytes || whole[0] !== written) return 'unknown';
  const key = decrypt(whole.subarray(encryptedAt, encryptedEnd), storeKey, associatedOf(slot));
  return key ?? 'unknown';
}

/** What is written over a slot to destroy it. */
export const destroyedSlot = Buffer.alloc(slotBytes);
destroyedSlot[0] = destroyed;
