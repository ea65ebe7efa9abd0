import { ByteReader } from '../../kit/wire/byte-reader.ts';
import { readRecordId, recordIdBytes, writeRecordId } from '../record-id.ts';

/** Field 2 of a Record. */
const recordIdTag = (2 << 3) | 2;

/**
 * The id that an entry says it has; of bytes that are no Record one that its index makes (RFC 9562 section 5.8), so that every entry has
 * one.
 */
export function entryId(entry: Buffer, index: number): string {
  const id = Buffer.alloc(recordIdBytes);
  if (!writeRecordId(idText(entry), id, 0)) {
    id.fill(0);
    id[6] = 0x80;
    id[8] = 0x80;
    id.writeUIntBE(index, recordIdBytes - 6, 6);
  }
  return readRecordId(id, 0);
}

function idText(entry: Buffer): string {
  const reader = new ByteReader(entry);
  try {
    while (reader.at < entry.length) {
      const tag = reader.uint32();
      if (tag === recordIdTag) return reader.text();
      reader.skip(tag & 7);
    }
  } catch {
    // Not a Record.
  }
  return '';
}
