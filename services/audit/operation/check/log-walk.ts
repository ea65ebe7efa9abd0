import { setImmediate } from 'node:timers/promises';
import { isMeshError } from '../../../kit/errors/mesh-error.ts';
import { type Disk, errorCode } from '../../disk.ts';
import { type Frame, findFrame, frameIndex, readFrame, validFrameLength } from '../../log/frame.ts';
import { type PruningNote, readPruningNote } from '../../log/pruning-note.ts';
import {
  decodeHeader,
  headerBytes,
  readSegment,
  type SegmentHeader,
  segmentNumber,
  segmentPath,
} from '../../log/segment.ts';
import { type Findings, restoreRemedy } from './findings.ts';

/** A frame that is what was written, where it stands. */
export interface CheckedFrame extends Frame {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly segment: number;
}

export interface LogWalkOptions {
  readonly disk: Disk;
  /** Of the segments. */
  readonly folder: string;
  readonly findings: Findings;
  /** The writer ended without closing: its last commit may be torn. */
  readonly unclean: boolean;
  /** Called for each frame in order; frames that are missing or damaged are left out, and `lost` is told before. */
  readonly visit: (frame: CheckedFrame) => void | Promise<void>;
  /** Entries from..to are not there. */
  readonly lost: (from: number, to: number) => Promise<void>;
  /** Now and then, between frames. */
  readonly progress: (bytes: number, allBytes: number, records: number) => Promise<void>;
}

/** What was walked. */
export interface WalkedLog {
  readonly firstIndex: number;
  /** The index after the last entry. */
  readonly end: number;
  readonly bytes: number;
  readonly segments: number;
  readonly salt: number | undefined;
}

interface SegmentFile {
  readonly number: number;
  readonly path: string;
  readonly size: number;
  readonly header: SegmentHeader | undefined;
}

const framesPerTurn = 512;

/** Walks everything that is there of a log, changes nothing, and goes on behind whatever is damaged, which is told each time. */
export async function walkWholeLog(options: LogWalkOptions): Promise<WalkedLog> {
  const { disk, folder, findings, lost } = options;
  const note = await noteOf(options);
  const files = await segmentFiles(disk, folder, note);
  const salt = note?.salt ?? files.find(({ header }) => header !== undefined)?.header?.salt;
  const allBytes = files.reduce((sum, { size }) => sum + size, 0);
  const firstIndex = note?.firstIndex ?? 0;
  let next = firstIndex;
  let bytes = 0;
  let expected = note?.segment ?? 1;
  for (const [at, file] of files.entries()) {
    const isLast = at === files.length - 1;
    for (; expected < file.number; expected++)
      findings.add({
        name: 'segment_missing',
        severity: 'fault',
        place: segmentPath(folder, expected),
        what: 'the file of this segment is not there',
        remedy: restoreRemedy,
      });
    expected = file.number + 1;
    const begin = beginOf(options, file, isLast, salt, next);
    if (begin === undefined || salt === undefined) continue;
    if (begin > next) {
      await lost(next, begin);
      next = begin;
    }
    next = await walkSegment(
      options,
      { file, next, salt, successor: files[at + 1], isLast },
      async (offset, records) => options.progress(bytes + offset, allBytes, records - firstIndex),
    );
    bytes += file.size;
  }
  if (files.length === 0 && note !== undefined)
    findings.add({
      name: 'segment_missing',
      severity: 'fault',
      place: segmentPath(folder, note.segment),
      what: 'the file of this segment is not there',
      remedy: restoreRemedy,
    });
  return { firstIndex, end: next, bytes: allBytes, segments: files.length, salt };
}

async function noteOf({ disk, folder, findings }: LogWalkOptions): Promise<PruningNote | undefined> {
  try {
    return await readPruningNote(disk, folder, 'pruned');
  } catch (error) {
    if (!isMeshError(error)) throw error;
    findings.add({
      name: 'pruning_note_damaged',
      severity: 'fault',
      place: `${folder}/pruned`,
      what: error.message,
      remedy: 'restore this file from a back-up',
    });
    return undefined;
  }
}

/** Those that belong to the log; what is before its beginning is still to be removed, and that is done by the next start. */
async function segmentFiles(
  disk: Disk,
  folder: string,
  note: PruningNote | undefined,
): Promise<SegmentFile[]> {
  const numbers = (await disk.list(folder).catch(() => []))
    .map(segmentNumber)
    .filter((number) => number !== undefined)
    .filter((number) => number >= (note?.segment ?? 0))
    .sort((a, b) => a - b);
  const files: SegmentFile[] = [];
  for (const number of numbers) {
    const path = segmentPath(folder, number);
    const file = await disk.open(path, 'read');
    try {
      const header = Buffer.alloc(headerBytes);
      const decoded = decodeHeader(header.subarray(0, await file.read(header, 0)));
      files.push({ number, path, size: await file.size(), header: decoded });
    } finally {
      await file.close();
    }
  }
  return files;
}

/** The index that a segment begins with; undefined if nothing of it can be walked. */
function beginOf(
  { findings }: LogWalkOptions,
  { header, number, path, size }: SegmentFile,
  isLast: boolean,
  salt: number | undefined,
  next: number,
): number | undefined {
  if (header === undefined || header.number !== number) {
    const isUnmade = isLast && size <= headerBytes;
    findings.add({
      name: isUnmade ? 'tail_torn' : 'segment_damaged',
      severity: isUnmade ? 'note' : 'fault',
      place: `${path}, byte 0`,
      what: isUnmade ? 'a segment that was being made has no header' : 'it has no valid header',
      remedy: isUnmade ? 'the next start removes it' : restoreRemedy,
    });
    return isUnmade ? undefined : next;
  }
  if (header.salt !== salt) {
    findings.add({
      name: 'segment_of_another_log',
      severity: 'fault',
      place: `${path}, byte 12`,
      what: 'it belongs to another log',
      remedy: restoreRemedy,
    });
    return undefined;
  }
  if (header.firstIndex < next)
    findings.add({
      name: 'segment_damaged',
      severity: 'fault',
      place: `${path}, byte 16`,
      what: `it begins with entry ${header.firstIndex}, but ${next} comes next`,
      remedy: restoreRemedy,
    });
  return Math.max(header.firstIndex, next);
}

interface WalkedFile {
  readonly file: SegmentFile;
  readonly next: number;
  readonly salt: number;
  readonly successor: SegmentFile | undefined;
  readonly isLast: boolean;
}

/** Resolves to the index that comes next. */
async function walkSegment(
  options: LogWalkOptions,
  { file, next: first, salt, successor, isLast }: WalkedFile,
  progress: (offset: number, next: number) => Promise<void>,
): Promise<number> {
  const { findings, lost, visit } = options;
  const { number, path, size } = file;
  let next = first;
  const end = successor?.header?.previousSize ?? size;
  if (size < end)
    findings.add({
      name: 'segment_cut_short',
      severity: 'fault',
      place: `${path}, byte ${size}`,
      what: `the file ends here, but ${end} bytes of it belong to the log`,
      remedy: restoreRemedy,
    });
  if (size > end)
    findings.add({
      name: 'tail_not_synced',
      severity: 'note',
      place: `${path}, byte ${end}`,
      what: `${size - end} bytes that a failed sync left`,
      remedy: 'the next start cuts them',
    });
  const bytes = await readBytes(options, path, Math.min(size, end));
  let count = 0;
  for (let at = headerBytes; at < bytes.length; ) {
    const length = validFrameLength(bytes, at, salt);
    if (length > 0 && frameIndex(bytes, at) === next) {
      const visited = visit({ ...readFrame(bytes, at), bytes, offset: at, segment: number });
      if (visited !== undefined) await visited;
      at += length;
      next++;
      if (++count % framesPerTurn === 0) {
        await progress(at, next);
        await setImmediate();
      }
      continue;
    }
    const follower = findFrame(bytes, at + (length > 0 ? length : 1), salt, next, () => true);
    tellDamage(options, { path, at, next, follower, bytes, isLast });
    if (follower === undefined) break;
    const found = frameIndex(bytes, follower);
    if (found > next) await lost(next, found);
    next = found;
    at = follower;
  }
  return next;
}

interface Damage {
  readonly path: string;
  readonly at: number;
  readonly next: number;
  readonly follower: number | undefined;
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

function tellDamage(options: LogWalkOptions, { path, at, next, follower, bytes, isLast }: Damage): void {
  const place = `${path}, byte ${at}`;
  if (follower !== undefined) {
    const found = frameIndex(bytes, follower);
    const which = found > next + 1 ? `entries ${next} to ${found - 1}` : `entry ${next}`;
    const what = found === next ? `rubbish before entry ${next}` : `${which} can not be read`;
    options.findings.add({
      name: 'entry_damaged',
      severity: 'fault',
      place,
      what: `${what}: no valid entry begins here, and the next one stands at byte ${follower}`,
      remedy: restoreRemedy,
    });
    return;
  }
  const left = `${bytes.length - at} bytes from entry ${next} on are no valid entry`;
  if (isLast && options.unclean)
    options.findings.add({
      name: 'tail_torn',
      severity: 'note',
      place,
      what: `${left}: the last commit was interrupted before it was answered`,
      remedy: 'the next start cuts it',
    });
  else
    options.findings.add({
      name: isLast ? 'tail_damaged' : 'entry_damaged',
      severity: 'fault',
      place,
      what: `${left}${isLast ? ', though the log was closed in order' : ''}`,
      remedy: restoreRemedy,
    });
}

async function readBytes({ disk, findings }: LogWalkOptions, path: string, size: number): Promise<Buffer> {
  try {
    const file = await disk.open(path, 'read');
    try {
      return await readSegment(file, size);
    } finally {
      await file.close();
    }
  } catch (error) {
    findings.add({
      name: 'segment_damaged',
      severity: 'fault',
      place: path,
      what: `it can not be read (${errorCode(error)})`,
      remedy: restoreRemedy,
    });
    return Buffer.alloc(0);
  }
}
