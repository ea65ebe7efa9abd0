import type { Disk } from '../disk.ts';
import { frameIndex, validFrameLength } from './frame.ts';
import { corrupt, decodeHeader, headerBytes, segmentPath } from './segment.ts';

/** Some frames of a segment, each verified. */
export interface FrameChunk {
  readonly bytes: Buffer;
  /** Where they begin in the bytes. */
  readonly offsets: readonly number[];
  /** Place of the bytes in the file. */
  readonly at: number;
}

/** Verified at once: about a millisecond. Larger than any frame. */
const chunkBytes = 1024 * 1024;

/**
 * The frames of a closed segment, some at a time, so that other work gets its turn. The bytes are overwritten by the next chunk. STATE_CORRUPT
 * where one is not what was written.
 */
export async function* frameChunks(disk: Disk, folder: string, number: number): AsyncGenerator<FrameChunk> {
  const path = segmentPath(folder, number);
  const file = await disk.open(path, 'read');
  try {
    const size = await file.size();
    const header = Buffer.alloc(headerBytes);
    const begin = decodeHeader(header.subarray(0, await file.read(header, 0)));
    if (begin?.number !== number) throw corrupt(path, 0, 'it has no valid header');
    const bytes = Buffer.allocUnsafeSlow(chunkBytes);
    let index = begin.firstIndex;
    for (let at = headerBytes; at < size; ) {
      const chunk = bytes.subarray(0, await file.read(bytes, at));
      const offsets: number[] = [];
      let end = 0;
      for (;;) {
        const length = validFrameLength(chunk, end, begin.salt);
        if (length === 0 || frameIndex(chunk, end) !== index) break;
        offsets.push(end);
        end += length;
        index++;
      }
      if (end === 0) throw corrupt(path, at, 'no valid entry begins here and more of the log follows');
      yield { bytes: chunk, offsets, at };
      at += end;
    }
  } finally {
    await file.close();
  }
}
