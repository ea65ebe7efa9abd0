import { setImmediate } from 'node:timers/promises';
import type { Record, Record__Output } from '../../gen/scoremesh/audit/v1/Record.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import type { Log } from '../../kit/log/log.ts';
import { createUuids } from '../../kit/uuid.ts';
import type { Disk } from '../disk.ts';
import type { Indexer } from '../index/indexer.ts';
import type { SegmentStart } from '../log/entry-places.ts';
import { frameEntry, frameIndex, frameRecordId } from '../log/frame.ts';
import { frameChunks } from '../log/frame-chunks.ts';
import {
  minimumIndexOf,
  type PruningNote,
  removePruningNote,
  writePruningNote,
} from '../log/pruning-note.ts';
import type { LogReader } from '../log/reader.ts';
import { segmentPath } from '../log/segment.ts';
import type { LogWriter } from '../log/writer.ts';
import type { RecentEntries } from '../recent-entries.ts';
import type { MerkleTree } from '../tree/merkle-tree.ts';
import { tileWidth } from '../tree/tile.ts';
import type { TreeDisk } from '../tree/tree-disk.ts';
import { type PrunedSegmentsDeps, removePrunedSegments } from './pruned-segments.ts';
import { recordedMs } from './recorded-time.ts';

export interface PrunerDeps extends PrunedSegmentsDeps {
  readonly stateDisk: TreeDisk;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  /** Where an entry of the log's own that tells of a pruning goes; undefined for a replica, whose log is not its own. */
  readonly recent: Pick<RecentEntries, 'add'> | undefined;
  readonly indexer: Indexer;
  readonly tree: MerkleTree;
  readonly log: Log;
}

/** What a pruning came to. */
export interface Pruned {
  readonly entries: number;
  readonly segments: number;
  readonly sizeBytes: number;
  /** Every entry from this index on is there. */
  readonly minimumIndex: number;
  /** Unix ms of an entry that keeps the first segment that is left from going; undefined if it is the end of the log that does. */
  readonly keptByMs: number | undefined;
}

/** Removes the beginning of the log. One at a time. */
export class Pruner {
  readonly #deps: PrunerDeps;
  readonly #codec = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');
  readonly #newId = createUuids();
  /** By segment: the youngest entry that was found in it, which keeps it until then. */
  readonly #keptUntil = new Map<number, number>();

  constructor(deps: PrunerDeps) {
    this.#deps = deps;
  }

  /** Every entry from this index on is there, in whole bundles. */
  get minimumIndex(): number {
    return minimumIndexOf(this.#deps.writer.segments[0]?.firstIndex ?? 0);
  }

  /**
   * Removes the segments at the log's beginning all of whose entries were recorded before this moment. First the log says so, durably, unless it is a replica's; who is
   * interrupted afterwards is finished by the next start. The last segment stays, and what tiles don't cover yet. Reads what it removes.
   */
  async prune(beforeMs: number, principal: string): Promise<Pruned> {
    const { disk, folder, indexer, reader, recent, stateDisk, tree, writer } = this.#deps;
    await tree.flush();
    await indexer.flush();
    const { goes, stays, keptByMs } = await this.#choose(beforeMs);
    const [last] = goes.slice(-1);
    if (last === undefined || stays === undefined)
      return { entries: 0, segments: 0, sizeBytes: 0, minimumIndex: this.minimumIndex, keptByMs };
    const firstIndex = writer.segments[0]?.firstIndex ?? 0;
    const sizes = await Promise.all(goes.map(({ number }) => sizeOf(disk, segmentPath(folder, number))));
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);

    const note: PruningNote = {
      segment: stays.number,
      firstIndex: stays.firstIndex,
      salt: writer.salt,
      recordId: this.#newId(),
    };
    if (recent !== undefined) {
      await writePruningNote(stateDisk, folder, 'pruning', note);
      await this.#append(recent, note, beforeMs, principal);
    }
    await writePruningNote(stateDisk, folder, 'pruned', note);
    writer.beginWith(stays.number, sizeBytes);
    reader.beginWith(stays);
    await removePrunedSegments(
      this.#deps,
      goes.map(({ number }) => number),
    );
    await removePruningNote(stateDisk, folder, 'pruning');
    return {
      entries: stays.firstIndex - firstIndex,
      segments: goes.length,
      sizeBytes,
      minimumIndex: this.minimumIndex,
      keptByMs,
    };
  }

  async #choose(beforeMs: number): Promise<{
    readonly goes: readonly SegmentStart[];
    readonly stays: SegmentStart | undefined;
    readonly keptByMs: number | undefined;
  }> {
    const { tree, writer } = this.#deps;
    const segments = [...writer.segments];
    // The hashes of what is in no full tile come from the log.
    const covered = Math.floor(tree.storedSize / tileWidth) * tileWidth;
    let keptByMs: number | undefined;
    let count = 0;
    for (; count < segments.length - 1; count++) {
      const segment = segments[count] as SegmentStart;
      if ((segments[count + 1]?.firstIndex ?? 0) > covered) break;
      keptByMs = await this.#youngerThan(segment.number, beforeMs);
      if (keptByMs !== undefined) break;
    }
    return { goes: segments.slice(0, count), stays: segments[count], keptByMs };
  }

  /** When an entry of the segment was made that is not older; undefined if all are. */
  async #youngerThan(segment: number, beforeMs: number): Promise<number | undefined> {
    const known = this.#keptUntil.get(segment);
    if (known !== undefined && known >= beforeMs) return known;
    const { disk, folder } = this.#deps;
    for await (const { bytes, offsets } of frameChunks(disk, folder, segment)) {
      for (const offset of offsets) {
        // What tells no time is as old as what stands beside it.
        const atMs = recordedMs(frameEntry(bytes, offset), frameRecordId(bytes, offset));
        if (atMs === undefined || atMs < beforeMs) continue;
        this.#keptUntil.set(segment, atMs);
        this.#deps.log.debug('an entry of the audit log is not old enough to go', {
          index: frameIndex(bytes, offset),
          segment,
        });
        return atMs;
      }
      await setImmediate();
    }
    return undefined;
  }

  async #append(
    recent: Pick<RecentEntries, 'add'>,
    { firstIndex, recordId }: PruningNote,
    beforeMs: number,
    principal: string,
  ): Promise<void> {
    const { store, writer } = this.#deps;
    const nowUs = Date.now() * 1000;
    const record = this.#codec.encode({
      schema: 2,
      recordId,
      receivedAtUs: nowUs,
      recordedAtUs: nowUs,
      principal,
      pruning: { minimumIndex: String(minimumIndexOf(firstIndex)), beforeMs },
    });
    const nothing = Buffer.alloc(0);
    const entry = writer.append({
      recordId,
      keyHash: undefined,
      // What an index that is built again would not know any more.
      slot: store.highestSlot(),
      subject: undefined,
      erases: undefined,
      sealedKind: 'none',
      sealed: nothing,
      sealedField: nothing,
      record,
    });
    if (entry === undefined) throw new Error('an id of our own is no UUID');
    recent.add(entry);
    await entry.commit.done;
  }
}

async function sizeOf(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, 'read');
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}
