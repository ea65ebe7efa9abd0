import { setImmediate } from 'node:timers/promises';
import { isMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Disk } from '../disk.ts';
import { factsOf } from '../index/facts.ts';
import type { RemovedRecord } from '../index/removal.ts';
import { hasContent, roundLength } from '../index/rows.ts';
import type { IndexStore } from '../index/store.ts';
import type { SubjectSlot } from '../log/commit.ts';
import { type Frame, frameRecordId, readFrame } from '../log/frame.ts';
import { frameChunks } from '../log/frame-chunks.ts';
import { segmentPath } from '../log/segment.ts';
import type { KeyStore } from '../sealing/key-store.ts';
import type { Payloads } from '../sealing/payloads.ts';

export interface PrunedSegmentsDeps {
  readonly disk: Disk;
  /** Of the segments. */
  readonly folder: string;
  readonly store: IndexStore;
  readonly keys: Pick<KeyStore, 'destroy' | 'stateOf'>;
  readonly payloads: Pick<Payloads, 'remove'>;
  readonly log: Log;
  readonly subjectOf: (frame: Frame) => Promise<SubjectSlot | undefined>;
  /** Runs the work while nothing is appended about the subject, unless something is on its way. Not given while nothing is appended at all. */
  readonly whileQuiet?: (tag: Buffer, work: () => Promise<void>) => Promise<void>;
}

const slotsPerTurn = 32;

/**
 * Removes segments that a durable note says are no longer part of the log: what the index has of their records, their large contents, the
 * keys of subjects of whom nothing is left, and at last the file, so that whoever is interrupted begins again with the same. Oldest first.
 */
export async function removePrunedSegments(
  deps: PrunedSegmentsDeps,
  segments: readonly number[],
): Promise<void> {
  const { disk, folder, log } = deps;
  for (const number of segments) {
    try {
      await removeSubjects(deps, await removeRecords(deps, number));
    } catch (error) {
      if (!isMeshError(error) || error.reason !== 'STATE_CORRUPT') throw error;
      // It goes all the same: what the index keeps of it is found by the next start, which builds the index again.
      log.warn('a segment of the audit log that is removed is damaged', { error });
    }
    await disk.remove(segmentPath(folder, number));
    await disk.syncFolder(folder);
    log.info('removed a segment of the audit log whose retention has passed', {
      file: segmentPath(folder, number),
    });
  }
}

/** What contents a segment had. */
interface Removed {
  /** By slot: the tag of its subject, where that can be told. */
  readonly slots: ReadonlyMap<number, Buffer | undefined>;
  readonly lastIndex: number;
}

async function removeRecords(deps: PrunedSegmentsDeps, segment: number): Promise<Removed> {
  const { disk, folder, payloads, store, subjectOf } = deps;
  const slots = new Map<number, Buffer | undefined>();
  let lastIndex = -1;
  for await (const { bytes, offsets } of frameChunks(disk, folder, segment)) {
    const records: RemovedRecord[] = [];
    const apart: Buffer[] = [];
    for (const offset of offsets) {
      const frame = readFrame(bytes, offset);
      const { entry, index, keyHash, sealed, sealedKind, slot } = frame;
      const facts = factsOf(entry);
      lastIndex = index;
      if (sealedKind === 'apart') apart.push(sealed);
      if (slot > 0 && hasContent(facts) && slots.get(slot) === undefined)
        slots.set(slot, (await subjectOf(frame).catch(() => undefined))?.tag);
      records.push({ recordId: frameRecordId(bytes, offset), index, keyHash, slot, facts });
    }
    for (let from = 0; from < records.length; ) {
      const to = from + roundLength(records, from);
      await store.remove(records.slice(from, to));
      from = to;
    }
    for (const reference of apart) await payloads.remove(reference);
    await setImmediate();
  }
  return { slots, lastIndex };
}

async function removeSubjects(deps: PrunedSegmentsDeps, { slots, lastIndex }: Removed): Promise<void> {
  const { keys, store } = deps;
  const whileQuiet = deps.whileQuiet ?? (async (_, work) => await work());
  const destroy = async (slot: number): Promise<void> => {
    if (keys.stateOf(slot) === 'live') await keys.destroy([slot]);
  };
  const unnamed = new Set<number>();
  let checked = 0;
  for (const [slot, tag] of slots) {
    if (++checked % slotsPerTurn === 0) await setImmediate();
    if (hasRecordsAfter(store, slot, lastIndex)) continue;
    if (tag === undefined) unnamed.add(slot);
    else
      await whileQuiet(tag, async () => {
        if (hasRecordsAfter(store, slot, lastIndex)) return;
        await store.removeSubjects([{ tag, slot }]);
        await destroy(slot);
      });
  }
  if (unnamed.size === 0) return;
  // Content that can't be opened: of a subject that was erased, or that an interrupted removal has left behind.
  for (const { slot, tag } of store.subjectsOf(unnamed))
    await whileQuiet(tag, async () => {
      if (hasRecordsAfter(store, slot, lastIndex)) return;
      await store.removeSubjects([{ tag, slot }]);
      await destroy(slot);
    });
}

function hasRecordsAfter(store: IndexStore, slot: number, index: number): boolean {
  for (const _ of store.slotRecords(slot, index)) return true;
  return false;
}
