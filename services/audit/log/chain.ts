import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Disk } from '../disk.ts';
import { type PruningNote, readPruningNote } from './pruning-note.ts';
import {
  corrupt,
  decodeHeader,
  headerBytes,
  isEarlierFormat,
  type SegmentHeader,
  segmentNumber,
  segmentPath,
} from './segment.ts';

/** A segment file as its header and its successor tell. */
export interface Segment {
  readonly number: number;
  readonly salt: number;
  readonly firstIndex: number;
  /** Bytes of it that belong to the log; of the last segment all that the file has. */
  readonly size: number;
}

/** Name of the file that tells whether there is room. */
export const probeName = 'probe';

/** The segments of a log, oldest first. */
export interface Chain {
  readonly segments: readonly Segment[];
  /** Numbers of segments before them that were pruned and are still to be removed, whatever is in them. */
  readonly pruned: readonly number[];
}

/**
 * The segments; reads one header each. Every header is checked, that none is missing but those that a note says were pruned, and that each
 * has at least the bytes that its successor says: a failed sync may have left more, which is cut. A last segment without a whole header is
 * one that was being made and holds nothing: it is removed. STATE_CORRUPT for anything else.
 */
export async function readChain(disk: Disk, folder: string, log: Log): Promise<Chain> {
  const note = await readPruningNote(disk, folder, 'pruned');
  const numbers: number[] = [];
  for (const name of await disk.list(folder)) {
    const number = segmentNumber(name);
    if (number !== undefined) numbers.push(number);
    else if (name === probeName) await disk.remove(join(folder, name));
  }
  numbers.sort((a, b) => a - b);
  const first = note?.segment ?? 1;
  const kept = numbers.filter((number) => number >= first);
  if (note !== undefined && kept.length === 0)
    throw corrupt(segmentPath(folder, first), 0, 'the file is missing');
  const files: FileState[] = [];
  for (const [at, number] of kept.entries()) {
    const path = segmentPath(folder, number);
    if (number !== first + at) throw corrupt(segmentPath(folder, first + at), 0, 'the file is missing');
    const { size, header } = await readHeader(disk, path);
    if (header?.number === number) files.push({ path, size, header });
    else if (at === kept.length - 1 && size <= headerBytes) await removeUnmade(disk, folder, path, log);
    else throw corrupt(path, 0, 'it has no valid header');
  }
  const chain: Segment[] = [];
  for (const [at, file] of files.entries()) {
    const { number, salt, firstIndex } = file.header;
    const successor = files[at + 1];
    const size = successor?.header.previousSize ?? file.size;
    if (salt !== files[0]?.header.salt) throw corrupt(file.path, 12, 'it belongs to another log');
    if (size > file.size)
      throw corrupt(file.path, file.size, `the file ends here, but ${size} bytes of it belong to the log`);
    if (size < file.size) await cut(disk, file, size, log);
    chain.push({ number, salt, firstIndex, size });
  }
  if (note !== undefined) refuseOther(folder, chain[0], note);
  return { segments: chain, pruned: numbers.filter((number) => number < first) };
}

function refuseOther(folder: string, first: Segment | undefined, note: PruningNote): void {
  if (first?.salt !== note.salt || first.firstIndex !== note.firstIndex)
    throw corrupt(segmentPath(folder, note.segment), 16, 'it is not what the log was pruned up to');
}

interface FileState {
  readonly path: string;
  readonly size: number;
  readonly header: SegmentHeader;
}

async function readHeader(
  disk: Disk,
  path: string,
): Promise<{ size: number; header: SegmentHeader | undefined }> {
  const file = await disk.open(path, 'read');
  try {
    const bytes = Buffer.alloc(headerBytes);
    const count = await file.read(bytes, 0);
    if (isEarlierFormat(bytes)) throw earlierLog(path);
    return { size: await file.size(), header: decodeHeader(bytes.subarray(0, count)) };
  } finally {
    await file.close();
  }
}

async function removeUnmade(disk: Disk, folder: string, path: string, log: Log): Promise<void> {
  await disk.remove(path);
  await disk.syncFolder(folder);
  log.warn('removed a segment of the audit log that was being made', { file: path });
}

async function cut(disk: Disk, file: FileState, size: number, log: Log): Promise<void> {
  const open = await disk.open(file.path, 'write');
  try {
    await open.truncate(size);
    await open.sync();
  } finally {
    await open.close();
  }
  log.warn('cut what a failed sync left in the audit log', {
    file: file.path,
    offset: size,
    bytes: file.size - size,
  });
}

function earlierLog(path: string): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `${path} was written by an earlier version, which kept personal data in the clear; this version can not continue its log: move the audit folder away, to keep it or to destroy it, and a new log begins`,
    { metadata: { file: path } },
  );
}
