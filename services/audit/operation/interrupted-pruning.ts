import type { Log } from '../../kit/log/log.ts';
import type { IndexStore } from '../index/store.ts';
import { readPruningNote, removePruningNote, writePruningNote } from '../log/pruning-note.ts';
import type { RecoveredLog } from '../log/recovery.ts';
import { recordIdBytes, writeRecordId } from '../record-id.ts';
import type { TreeDisk } from '../tree/tree-disk.ts';

export interface InterruptedPruningDeps {
  readonly stateDisk: TreeDisk;
  /** Of the segments. */
  readonly folder: string;
  readonly store: IndexStore;
  readonly log: Log;
  readonly removePruned: (segments: readonly number[]) => Promise<void>;
}

/** Finishes a pruning that the log tells of, forgets one that it does not tell of. Resolves to the log as it is then. */
export async function finishPruning(
  deps: InterruptedPruningDeps,
  recovered: RecoveredLog,
): Promise<RecoveredLog> {
  const { folder, log, removePruned, stateDisk, store } = deps;
  const note = await readPruningNote(stateDisk, folder, 'pruning');
  if (note === undefined) return recovered;
  const id = Buffer.alloc(recordIdBytes);
  const isTold = writeRecordId(note.recordId, id, 0) && store.findRecord(id) !== undefined;
  const goes = recovered.segments.filter(({ number }) => number < note.segment);
  if (isTold && goes.length > 0) {
    await writePruningNote(stateDisk, folder, 'pruned', note);
    await removePruned(goes.map(({ number }) => number));
  }
  await removePruningNote(stateDisk, folder, 'pruning');
  if (!isTold) return recovered;
  log.warn('a pruning of the audit log that was interrupted is finished', { segment: note.segment });
  const bytes = goes.reduce((sum, { size }) => sum + size, 0);
  return {
    ...recovered,
    segments: recovered.segments.filter(({ number }) => number >= note.segment),
    closedBytes: recovered.closedBytes - bytes,
  };
}
