import type { Disk } from '../disk.ts';
import type { Segment } from './chain.ts';
import { scanFrames } from './frame.ts';
import { corrupt, headerBytes, readSegment, segmentPath } from './segment.ts';

/** A segment in memory, with where its frames stand. */
export interface WalkedSegment {
  readonly number: number;
  readonly bytes: Buffer;
  /** Index of the frame at the first offset. */
  readonly firstIndex: number;
  readonly offsets: readonly number[];
}

/** The frames of these segments, a segment at a time, each verified. STATE_CORRUPT where one is not what was written. */
export async function* walkLog(
  disk: Disk,
  folder: string,
  segments: readonly Segment[],
): AsyncGenerator<WalkedSegment> {
  for (const { number, size, salt, firstIndex } of segments) {
    const path = segmentPath(folder, number);
    const file = await disk.open(path, 'read');
    try {
      const bytes = await readSegment(file, size);
      const offsets: number[] = [];
      const { end } = scanFrames(bytes, headerBytes, salt, firstIndex, (offset) => offsets.push(offset));
      if (end < size) throw corrupt(path, end, 'no valid entry begins here and more of the log follows');
      yield { number, bytes, firstIndex, offsets };
    } finally {
      await file.close();
    }
  }
}
