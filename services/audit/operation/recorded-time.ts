import { ByteReader } from '../../kit/wire/byte-reader.ts';
import { hasTime, recordIdBytes } from '../record-id.ts';

const recordedAtTag = (4 << 3) | 1;

/** When a record was made, Unix ms: as it says, else by its id (UUIDv7). Undefined if neither tells. */
export function recordedMs(entry: Buffer, recordId: Buffer): number | undefined {
  const toldUs = recordedUs(entry);
  if (toldUs !== undefined && toldUs > 0) return toldUs / 1000;
  return recordId.length === recordIdBytes && hasTime(recordId) ? recordId.readUIntBE(0, 6) : undefined;
}

function recordedUs(entry: Buffer): number | undefined {
  const reader = new ByteReader(entry);
  try {
    while (reader.at < entry.length) {
      const tag = reader.uint32();
      if (tag === recordedAtTag) return reader.double();
      // The fields stand in order of number.
      if (tag >>> 3 > 4) return undefined;
      reader.skip(tag & 7);
    }
  } catch {
    // Bytes that are no Record.
  }
  return undefined;
}
