import { join } from 'node:path';
import type { Log } from '../kit/log/log.ts';
import type { Disk } from './disk.ts';
import { factsOf } from './index/facts.ts';
import { type IndexEntry, roundLength } from './index/rows.ts';
import { type IndexStore, maxPutEntries } from './index/store.ts';
import type { FolderLock } from './lock.ts';
import { readChain } from './log/chain.ts';
import type { SubjectSlot } from './log/commit.ts';
import { type Frame, frameRecordId, readFrame } from './log/frame.ts';
import {
  holdsPosition,
  type RecoveredEntry,
  type RecoveredLog,
  type RecoveryVisitor,
  recoverLog,
} from './log/recovery.ts';
import { headerBytes, segmentNumber, segmentPath } from './log/segment.ts';

export interface OpeningOptions {
  readonly disk: Disk;
  /** Folder of the segments. */
  readonly folder: string;
  readonly store: IndexStore;
  /** Entries of the tree when it was last stored; 0 where it was not. */
  readonly signedEntries: number;
  readonly lock: Pick<FolderLock, 'unclean' | 'powerLost'>;
  readonly log: Log;
  /** What a new log begins with; 0 if not given. */
  readonly firstIndex?: number;
  /** Whose content a frame has, as the index keeps it; undefined for nobody's, and where it can't be opened any more. */
  readonly subjectOf: (frame: Frame) => Promise<SubjectSlot | undefined>;
  /** Whether content under this slot can still be opened. */
  readonly isLive: (slot: number) => boolean;
  /** Removes segments that were pruned, and what the index has of them. */
  readonly removePruned: (segments: readonly number[]) => Promise<void>;
}

/**
 * Opens the log for writing and makes the index agree with it: only what the index lacks is read back, or everything if the two
 * do not belong together. The log is the truth: what only the index knows is forgotten, and said.
 */
export async function openLog(options: OpeningOptions): Promise<RecoveredLog> {
  const { disk, folder, store, lock, log, signedEntries, firstIndex: begin = 0 } = options;
  await disk.makeFolder(folder);
  const { segments: chain, pruned } = await readChain(disk, folder, log);
  const position = store.position();
  const isOurs = position !== undefined && position.salt === chain[0]?.salt;
  const durableIndex = isOurs ? position.last.index : -1;
  const recovery = { disk, folder, log, ...lock, durableIndex, signedEntries, firstIndex: begin };
  let from = position;
  const visit: RecoveryVisitor = async (entries, salt, segment) =>
    await putRecovered(options, entries, salt, segment, from !== undefined);

  if (position === undefined || !(await holdsPosition(disk, folder, chain, position))) {
    from = undefined;
    if (store.size() > 0 || position !== undefined) {
      log.warn('the audit index does not fit the log and is built again', { folder });
      await store.clear();
    }
  }
  let recovered = await recoverLog(recovery, chain, from, visit);
  await options.removePruned(pruned);
  const firstIndex = recovered.segments[0]?.firstIndex ?? 0;
  if (store.size() !== recovered.records - firstIndex) {
    log.warn('the audit index has records that the log has not, or lacks some, and is built again', {
      indexed: store.size(),
      records: recovered.records - firstIndex,
    });
    await recovered.file.close();
    await store.clear();
    from = undefined;
    const { tornBytes } = recovered;
    const { segments } = await readChain(disk, folder, log);
    recovered = await recoverLog(recovery, segments, undefined, visit);
    recovered = { ...recovered, tornBytes: recovered.tornBytes + tornBytes };
  }
  if (recovered.records <= durableIndex)
    log.error('the audit log has lost records that were durable; restore it from a backup', {
      folder,
      lost: durableIndex + 1 - recovered.records,
      records: recovered.records,
    });
  return recovered;
}

async function putRecovered(
  options: Pick<OpeningOptions, 'store' | 'subjectOf' | 'isLive'>,
  entries: readonly RecoveredEntry[],
  salt: number,
  segment: Buffer,
  goesOn: boolean,
): Promise<void> {
  const { store } = options;
  for (let from = 0; from < entries.length; ) {
    const some = entries.slice(from, from + maxPutEntries);
    const found = await Promise.all(some.map((entry) => indexEntry(segment, entry, options, goesOn)));
    const round = found.slice(0, roundLength(found));
    const last = some[round.length - 1];
    if (last === undefined) return;
    await store.put(round, { last, checksum: last.checksum, salt });
    from += round.length;
  }
}

async function indexEntry(
  segment: Buffer,
  location: RecoveredEntry,
  { subjectOf, isLive }: Pick<OpeningOptions, 'subjectOf' | 'isLive'>,
  goesOn: boolean,
): Promise<IndexEntry> {
  const frame = readFrame(segment, location.offset);
  const { keyHash, slot } = frame;
  const facts = factsOf(frame.entry);
  // An index that is built from nothing never got a subject whose key is gone already.
  const erases = facts?.event === 'erasure' && slot > 0 && (goesOn || isLive(slot));
  return {
    recordId: frameRecordId(segment, location.offset),
    location,
    keyHash: keyHash === undefined ? undefined : Buffer.from(keyHash),
    slot,
    subject: await subjectOf(frame),
    erases: undefined,
    erasesSlot: erases ? slot : undefined,
    facts,
  };
}

/** Whether anything was ever appended. */
export async function hasEntries(disk: Disk, folder: string): Promise<boolean> {
  await disk.makeFolder(folder);
  const numbers = (await disk.list(folder)).map(segmentNumber).filter((number) => number !== undefined);
  if (numbers.length !== 1) return numbers.length > 1;
  const file = await disk.open(segmentPath(folder, numbers[0] ?? 0), 'read');
  try {
    return (await file.size()) > headerBytes;
  } finally {
    await file.close();
  }
}

/** Where the parts of an audit folder stand. */
export function auditFolders(
  folder: string,
): Readonly<Record<'log' | 'index' | 'tree' | 'payloads' | 'erasing', string>> {
  const of = (name: string): string => join(folder, name);
  return {
    log: of('log'),
    index: of('index'),
    tree: of('tree'),
    payloads: of('payloads'),
    erasing: of('erasing'),
  };
}
