import { join } from 'node:path';
import { type Disk, type DiskFile, writeFully } from '../disk.ts';
import { probeName } from './chain.ts';
import { scanFrames } from './frame.ts';
import { corrupt, createSegment, decodeHeader, headerBytes, readSegment, segmentPath } from './segment.ts';

/** Resolves if a file of this size can be written and synced beside the segments; removes it again. */
export async function probeRoom(disk: Disk, folder: string, sizeBytes: number): Promise<void> {
  const path = join(folder, probeName);
  await disk.remove(path);
  const file = await disk.open(path, 'create');
  try {
    await writeFully(file, Buffer.alloc(sizeBytes), sizeBytes, 0);
    await file.datasync();
  } finally {
    await file.close().catch(() => {});
    await disk.remove(path);
  }
}

/** What a writer knows to be durable. */
export interface DurableEnd {
  readonly number: number;
  readonly salt: number;
  readonly size: number;
  /** Records in the log up to there. */
  readonly records: number;
}

/**
 * After a failed write or sync: reads the segment back, cuts what is beyond its durable end, and goes on in a new segment, whose
 * header says where the old one ends. Resolves to the new one's file. STATE_CORRUPT if the durable part is not what it was.
 */
export async function reopenSegment(disk: Disk, folder: string, end: DurableEnd): Promise<DiskFile> {
  const path = segmentPath(folder, end.number);
  const file = await disk.open(path, 'write');
  try {
    const bytes = await readSegment(file, end.size);
    const firstIndex = decodeHeader(bytes)?.firstIndex;
    if (firstIndex === undefined) throw corrupt(path, 0, 'its header can not be read back');
    const scan = scanFrames(bytes, headerBytes, end.salt, firstIndex, () => {});
    if (scan.end !== end.size || scan.nextIndex !== end.records)
      throw corrupt(path, scan.end, `a durable entry can not be read back after a failed write`);
    await file.truncate(end.size);
    await file.sync();
  } finally {
    await file.close().catch(() => {});
  }
  // What is there under the next number is a segment that was never begun.
  await disk.remove(segmentPath(folder, end.number + 1));
  return await createSegment(disk, folder, {
    number: end.number + 1,
    salt: end.salt,
    firstIndex: end.records,
    previousSize: end.size,
  });
}
