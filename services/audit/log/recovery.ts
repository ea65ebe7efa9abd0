import { randomInt } from 'node:crypto';
import type { Log } from '../../kit/log/log.ts';
import { type Disk, type DiskFile, writeFully } from '../disk.ts';
import type { Segment } from './chain.ts';
import type { Location } from './commit.ts';
import {
  findFrame,
  frameChecksum,
  frameCommitStart,
  frameIndex,
  scanFrames,
  validFrameLength,
} from './frame.ts';
import { corrupt, createSegment, headerBytes, readSegment, segmentPath } from './segment.ts';

/** How far the index is complete: after the record with this location, whose frame has this checksum. */
export interface Position {
  readonly last: Location;
  readonly checksum: number;
  readonly salt: number;
}

/** A record that was read back from the log. */
export interface RecoveredEntry extends Location {
  readonly checksum: number;
}

/** Gets what a segment has after the index's position, and the bytes of the segment that their offsets are in. */
export type RecoveryVisitor = (
  entries: readonly RecoveredEntry[],
  salt: number,
  segment: Buffer,
) => Promise<void>;

export interface RecoveredLog {
  readonly salt: number;
  /** Records in the log. */
  readonly records: number;
  /** Oldest first. */
  readonly segments: readonly Segment[];
  /** Bytes of all segments before the last. */
  readonly closedBytes: number;
  /** The segment that is written next, open for writing. */
  readonly file: DiskFile;
  readonly segment: number;
  readonly size: number;
  /** What was cut because its commit never became durable. */
  readonly tornBytes: number;
}

export interface RecoveryOptions {
  readonly disk: Disk;
  /** Folder of the segments. */
  readonly folder: string;
  readonly log: Log;
  /** The writer before ended without closing, so that bytes may be in the file that were never synced. */
  readonly unclean: boolean;
  /**
   * It ended with the operating system. Then the pages of the last, unsynced write may have reached the disk in any order: a
   * damaged frame followed by a valid one *of the same commit* is a torn tail too.
   */
  readonly powerLost: boolean;
  /** The highest index that is known to have been durable; -1 if none is known. */
  readonly durableIndex: number;
  /** Entries that were signed for: with fewer, the log is not what it was, and is left as it is. */
  readonly signedEntries: number;
  /** Of a log that is new: the index of its first record. */
  readonly firstIndex: number;
}

/** Whether the log still has what the index was complete up to. */
export async function holdsPosition(
  disk: Disk,
  folder: string,
  chain: readonly Segment[],
  position: Position,
): Promise<boolean> {
  const { last } = position;
  const segment = chain.find((each) => each.number === last.segment);
  if (segment === undefined || segment.salt !== position.salt) return false;
  if (last.offset + last.length > segment.size) return false;
  const file = await disk.open(segmentPath(folder, last.segment), 'read');
  try {
    const bytes = Buffer.alloc(last.length);
    await file.read(bytes, last.offset);
    return (
      validFrameLength(bytes, 0, position.salt) === last.length &&
      frameIndex(bytes, 0) === last.index &&
      frameChecksum(bytes, 0) === position.checksum
    );
  } finally {
    await file.close();
  }
}

/**
 * Opens the log for writing. Every frame after `from` and all of the last segment is verified; `visit` gets what stands after
 * `from`, oldest first, in one array per segment. When it resolves, all that was visited is durable. Costs one read of each of
 * these segments, one at a time in memory. STATE_CORRUPT if anything but the torn tail of the last commit is damaged.
 */
export async function recoverLog(
  options: RecoveryOptions,
  chain: readonly Segment[],
  from: Position | undefined,
  visit: RecoveryVisitor,
): Promise<RecoveredLog> {
  const { disk, folder } = options;
  const last = chain.at(-1);
  if (last === undefined) return await beginLog(disk, folder, options.firstIndex);
  const known = from?.last.index ?? -1;
  let nextIndex: number | undefined;
  for (const segment of chain) {
    if (segment === last || segment.number < (from?.last.segment ?? 0)) continue;
    const path = segmentPath(folder, segment.number);
    const file = await disk.open(path, 'read');
    try {
      const scan = await scanSegment(file, path, segment, nextIndex, known);
      if (scan.end < segment.size)
        throw corrupt(path, scan.end, 'no valid entry begins here and more of the log follows');
      nextIndex = scan.nextIndex;
      await visit(scan.entries, segment.salt, scan.bytes);
    } finally {
      await file.close();
    }
  }
  const path = segmentPath(folder, last.number);
  const file = await disk.open(path, 'write');
  try {
    const scan = await scanSegment(file, path, last, nextIndex, known);
    if (scan.nextIndex < options.signedEntries)
      throw corrupt(
        path,
        scan.end,
        `the tree had ${options.signedEntries} entries, but the log has only ${scan.nextIndex}; restore it from a back-up`,
      );
    const tornBytes = last.size - scan.end;
    if (tornBytes > 0) {
      refuseDamage(options, path, scan, last.salt);
      await file.truncate(scan.end);
      await file.sync();
      options.log.warn('cut the torn tail of the audit log', {
        file: path,
        offset: scan.end,
        bytes: tornBytes,
      });
    }
    const since = from?.last.segment === last.number ? from.last.offset + from.last.length : headerBytes;
    // A kill between write and sync leaves whole frames that may be in the page cache only; after a failed sync not even
    // another sync would write them. Written again they are durable for sure, and may be answered.
    if (options.unclean) await writeFully(file, scan.bytes.subarray(since), scan.end - since, since);
    await file.sync();
    // A kill may have come between the making of a segment and the sync of its name.
    if (options.unclean) await disk.syncFolder(folder);
    await visit(scan.entries, last.salt, scan.bytes);
    return {
      salt: last.salt,
      records: scan.nextIndex,
      segments: chain.map((each) => (each === last ? { ...each, size: scan.end } : each)),
      closedBytes: chain.reduce((sum, each) => sum + (each === last ? 0 : each.size), 0),
      file,
      segment: last.number,
      size: scan.end,
      tornBytes,
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Scan {
  readonly bytes: Buffer;
  /** Where the last valid frame ends. */
  readonly end: number;
  readonly nextIndex: number;
  /** What stands after the index's position. */
  readonly entries: RecoveredEntry[];
}

async function scanSegment(
  file: DiskFile,
  path: string,
  segment: Segment,
  expectedIndex: number | undefined,
  known: number,
): Promise<Scan> {
  if (expectedIndex !== undefined && expectedIndex !== segment.firstIndex)
    throw corrupt(path, 16, `it begins with record ${segment.firstIndex}, but ${expectedIndex} comes next`);
  const bytes = await readSegment(file, segment.size);
  const entries: RecoveredEntry[] = [];
  const visit = (offset: number, length: number, index: number): void => {
    if (index > known) entries.push(recoveredEntry(bytes, segment.number, offset, length));
  };
  const scan = scanFrames(bytes, headerBytes, segment.salt, segment.firstIndex, visit);
  return { bytes, entries, ...scan };
}

/** Throws STATE_CORRUPT unless what follows the valid frames can be the rest of a commit that never became durable. */
function refuseDamage(options: RecoveryOptions, path: string, scan: Scan, salt: number): void {
  const { bytes, end, nextIndex } = scan;
  const mayReorder = options.powerLost && nextIndex > options.durableIndex;
  const follower = findFrame(
    bytes,
    end,
    salt,
    nextIndex,
    (at) => !mayReorder || frameCommitStart(bytes, at) > nextIndex,
  );
  if (follower === undefined) return;
  const what = `no valid entry begins here, but entry ${frameIndex(bytes, follower)} follows at byte ${follower}`;
  throw corrupt(path, end, what);
}

async function beginLog(disk: Disk, folder: string, firstIndex: number): Promise<RecoveredLog> {
  // Not 0, which is what an absent checksum start means.
  const salt = randomInt(1, 2 ** 32);
  const file = await createSegment(disk, folder, { number: 1, salt, firstIndex, previousSize: 0 });
  const segments = [{ number: 1, salt, firstIndex, size: headerBytes }];
  return {
    salt,
    records: firstIndex,
    segments,
    closedBytes: 0,
    file,
    segment: 1,
    size: headerBytes,
    tornBytes: 0,
  };
}

function recoveredEntry(bytes: Buffer, segment: number, offset: number, length: number): RecoveredEntry {
  return {
    index: frameIndex(bytes, offset),
    segment,
    offset,
    length,
    checksum: frameChecksum(bytes, offset),
  };
}
