import { invalidRequest, type MeshError } from '../kit/errors/mesh-error.ts';

/** Bytes of a record id as the log and the index keep it. Sorted bytewise, UUIDv7s are sorted by time. */
export const recordIdBytes = 16;

const hyphen = 45;
const nibbles = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  nibbles[digit.charCodeAt(0)] = value;
  nibbles[digit.toUpperCase().charCodeAt(0)] = value;
}

function nibbleAt(text: string, at: number): number {
  return nibbles[text.charCodeAt(at)] ?? -1;
}

/** Writes the 16 bytes of a UUID in its text form (any version, either case); false if the text is none. */
export function writeRecordId(text: string, into: Buffer, at: number): boolean {
  if (text.length !== 36) return false;
  let out = at;
  for (let from = 0; from < 36; from += 2) {
    if (from === 8 || from === 13 || from === 18 || from === 23) {
      if (text.charCodeAt(from) !== hyphen) return false;
      from++;
    }
    const byte = (nibbleAt(text, from) << 4) | nibbleAt(text, from + 1);
    if (byte < 0) return false;
    into[out++] = byte;
  }
  return true;
}

/** The text form, lower case, of the 16 bytes at this place. */
export function readRecordId(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + recordIdBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of the id in this field of a request, or INVALID_REQUEST. */
export function parseRecordId(text: string, field: string): Buffer {
  const bytes = Buffer.allocUnsafe(recordIdBytes);
  if (!writeRecordId(text, bytes, 0)) throw recordIdInvalid(text, field);
  return bytes;
}

export function recordIdInvalid(text: string, field: string): MeshError {
  const shown = text.length > 64 ? `${text.slice(0, 64)}...` : text;
  return invalidRequest([
    { field, description: `"${shown}" is not a UUID; give one such as 01890a5d-ac96-774b-bcce-b302099a8057` },
  ]);
}

/** Whether the id tells its time: UUIDv7 (RFC 9562 section 5.7). */
export function hasTime(id: Buffer): boolean {
  return (id.readUInt8(6) & 0xf0) === 0x70;
}

/** Milliseconds that 48 bits can hold: the time range of UUIDv7. */
export const maxTimeMs = 2 ** 48 - 1;

/** The smallest id of this millisecond. */
export function firstIdAt(timeMs: number): Buffer {
  const id = Buffer.alloc(recordIdBytes);
  id.writeUIntBE(timeMs, 0, 6);
  return id;
}
