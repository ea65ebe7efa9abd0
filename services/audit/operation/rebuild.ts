import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createClosers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { AuditConfig } from '../config.ts';
import { openIndexStore } from '../index/store.ts';
import { lockFolder } from '../lock.ts';
import { auditFolders, openLog } from '../opening.ts';
import { openPayloads } from '../sealing/payloads.ts';
import { createSealer } from '../sealing/sealer.ts';
import { realSealingDisk } from '../sealing/sealing-disk.ts';
import { createSubjectReader } from '../subject-reader.ts';
import { requireLog } from './audit-folder.ts';
import { openKeysOf } from './open-parts.ts';
import { removePrunedSegments } from './pruned-segments.ts';
import { rebuildTree } from './rebuild-tree.ts';

export interface RebuildOptions {
  readonly config: AuditConfig;
  readonly log: Log;
  /** So many entries are in the new index. */
  readonly progress: (records: number) => void;
}

export interface Rebuilt {
  /** Entries in the index. */
  readonly records: number;
  readonly treeSize: number;
  readonly rootHash: string;
}

/**
 * Makes index and tree of a log that no process has open anew, from the log and the keys. The old index serves until the new one is whole; an
 * interruption does no harm.
 */
export async function rebuildAudit({ config, log, progress }: RebuildOptions): Promise<Rebuilt> {
  const folders = auditFolders(config.folder);
  requireLog(config.folder, 'rebuild');
  const disk = realSealingDisk();
  const closers = createClosers(log);
  try {
    const lock = await lockFolder(config.folder);
    let isInOrder = false;
    closers.add('audit lock', async () => await lock.release(isInOrder));
    const keys = await openKeysOf(config, { disk, log, usedUpTo: 0 });
    closers.add('audit keys', async () => await keys.close());
    const payloads = await openPayloads({ folder: folders.payloads, disk });
    const draft = `${folders.index}.rebuilding`;
    await rm(draft, { recursive: true, force: true });
    const { store } = await openIndexStore(draft);
    let isStoreOpen = true;
    closers.add('audit index', async () => {
      if (isStoreOpen) await store.close();
    });

    const read = createSubjectReader({ keys, sealer: createSealer(keys), payloads });
    let records = 0;
    const subjectOf: typeof read = async (frame) => {
      if (++records % 4096 === 0) progress(records);
      return await read(frame);
    };
    const parts = { disk, folder: folders.log, store, keys, payloads, log, subjectOf };
    const recovered = await openLog({
      ...parts,
      lock,
      isLive: (slot) => keys.stateOf(slot) === 'live',
      // What is left is the log: whoever rebuilds it was told what is missing.
      signedEntries: 0,
      removePruned: async (segments) => await removePrunedSegments(parts, segments),
    });
    await recovered.file.close();
    isInOrder = true;
    const { rootHash, size } = await rebuildTree({
      disk,
      logFolder: folders.log,
      treeFolder: folders.tree,
      segments: recovered.segments,
      size: recovered.records,
      log,
    });
    const indexed = store.size();
    await store.close();
    isStoreOpen = false;
    await rm(folders.index, { recursive: true, force: true });
    await rename(draft, folders.index);
    await disk.syncFolder(dirname(folders.index));
    return { records: indexed, treeSize: size, rootHash: rootHash.toString('base64') };
  } finally {
    await closers.close();
  }
}
