import { existsSync } from 'node:fs';
import { isMeshError, MeshError } from '../../../kit/errors/mesh-error.ts';
import type { Log } from '../../../kit/log/log.ts';
import { lmdbFile, lmdbFileFault } from '../../../kit/storage/lmdb-file.ts';
import type { TreeHead } from '../../../kit/transparency/merkle-proof.ts';
import type { AuditConfig } from '../../config.ts';
import { factsOf } from '../../index/facts.ts';
import { indexReadFault } from '../../index/readable-index.ts';
import { type IndexStore, openIndexStore } from '../../index/store.ts';
import { lockFolder } from '../../lock.ts';
import { frameLeafHash } from '../../log/frame.ts';
import { minimumIndexOf, readPruningNote } from '../../log/pruning-note.ts';
import { auditFolders } from '../../opening.ts';
import type { KeyStore } from '../../sealing/key-store.ts';
import { openPayloads } from '../../sealing/payloads.ts';
import { createSealer } from '../../sealing/sealer.ts';
import { realSealingDisk, type SealingDisk } from '../../sealing/sealing-disk.ts';
import { requireLog } from '../audit-folder.ts';
import { openKeysOf } from '../open-parts.ts';
import { ContentCheck } from './content-check.ts';
import { type Finding, Findings, rebuildRemedy } from './findings.ts';
import { IndexCheck } from './index-check.ts';
import { type CheckedFrame, type WalkedLog, walkWholeLog } from './log-walk.ts';
import { checkSigningKeys } from './signing-check.ts';
import { TreeCheck } from './tree-check.ts';

export interface CheckOptions {
  readonly config: AuditConfig;
  readonly log: Log;
  /** Only the entries and the tree: neither contents nor keys nor index. */
  readonly treeOnly: boolean;
  /** Destroys keys again that came back, and removes what belongs to no record. */
  readonly repairs: boolean;
  /** Sizes of the tree whose roots are wanted. */
  readonly wantedSizes?: ReadonlySet<number> | undefined;
  /** `share` of the work is done, 0 to 1, and so many entries. */
  readonly progress: (share: number, records: number) => void;
  readonly signal: AbortSignal;
}

export interface CheckReport {
  /** Entries that are there. */
  readonly records: number;
  /** Every entry from this index on is there, if nothing is found. */
  readonly minimumIndex: number;
  /** Of the tree over all entries, the pruned ones too. */
  readonly treeSize: number;
  readonly rootHash: string;
  /** By size: the roots that were wanted. */
  readonly roots: ReadonlyMap<number, Buffer>;
  /** The tree as it was noted on disk. */
  readonly storedHead: TreeHead | undefined;
  readonly sizeBytes: number;
  readonly tiles: number;
  /** Sealed contents that were opened, and those that were erased. */
  readonly contents: number;
  readonly erased: number;
  /** Rows of the index that were compared. */
  readonly rows: number;
  /** The first hundred of each name. */
  readonly findings: readonly Finding[];
  /** How many of each name. */
  readonly counts: ReadonlyMap<string, number>;
  readonly faults: number;
  readonly notes: number;
  readonly repaired: number;
}

/**
 * Checks everything that is kept of a log that no process has open: STATE_LOCKED otherwise. Reads all of it; changes nothing but what it is
 * asked to repair.
 */
export async function checkAudit(options: CheckOptions): Promise<CheckReport> {
  const { folder } = options.config;
  requireLog(folder, 'check');
  const lock = await lockFolder(folder);
  const parts = new Parts(options);
  try {
    return await parts.check(lock.unclean);
  } finally {
    await parts.close();
    // As it was found: nothing was put in order.
    await lock.release(false);
  }
}

/** What a check has open. */
class Parts {
  readonly #options: CheckOptions;
  readonly #folders: ReturnType<typeof auditFolders>;
  readonly #disk: SealingDisk = realSealingDisk();
  readonly #findings = new Findings();
  #keys: KeyStore | undefined;
  #store: IndexStore | undefined;

  constructor(options: CheckOptions) {
    this.#options = options;
    this.#folders = auditFolders(options.config.folder);
  }

  async check(unclean: boolean): Promise<CheckReport> {
    const { progress, signal, treeOnly, wantedSizes } = this.#options;
    const disk = this.#disk;
    const findings = this.#findings;
    const firstIndex = await this.#firstIndex();
    const tree = await TreeCheck.begin(
      { disk, folder: this.#folders.tree, findings, wantedSizes },
      firstIndex,
    );
    await tree.addStored(firstIndex);
    await checkSigningKeys(this.#options.config, findings);
    const isPruning = await this.#findUnfinished();
    this.#store = treeOnly ? undefined : await this.#openIndex();
    const content = treeOnly ? undefined : await this.#openContent();
    const index =
      this.#store === undefined
        ? undefined
        : new IndexCheck({ store: this.#store, findings, firstIndex, knowsSubjects: content !== undefined });
    // It may still have what is about to go.
    if (isPruning) index?.skip();
    const visit = (frame: CheckedFrame): void | Promise<void> => {
      tree.add(frameLeafHash(frame.bytes, frame.offset));
      if (treeOnly) return;
      const facts = factsOf(frame.entry);
      const subject = content?.add(frame, facts);
      if (subject instanceof Promise) return subject.then((found) => index?.add(frame, facts, found));
      index?.add(frame, facts, subject);
    };
    const walked = await walkWholeLog({
      disk,
      folder: this.#folders.log,
      findings,
      unclean,
      visit,
      lost: async (_, to) => {
        index?.skip();
        await tree.addStored(to);
      },
      progress: async (bytes, allBytes, records) => {
        if (signal.aborted) throw new MeshError('CALL_CANCELLED', 'the check was stopped before its end');
        await tree.compareTiles();
        progress(bytes / allBytes, records);
      },
    });
    await tree.end();
    await content?.end();
    index?.finish(walked.end, content?.lostSlots ?? new Set());
    return this.#report(walked, tree, content, index);
  }

  async close(): Promise<void> {
    await this.#store?.close();
    await this.#keys?.close();
  }

  #report(
    walked: WalkedLog,
    tree: TreeCheck,
    content: ContentCheck | undefined,
    index: IndexCheck | undefined,
  ): CheckReport {
    const { counts, faults, listed, notes, repaired } = this.#findings;
    return {
      records: walked.end - walked.firstIndex,
      minimumIndex: minimumIndexOf(walked.firstIndex),
      treeSize: tree.size,
      rootHash: tree.root().toString('base64'),
      roots: tree.roots,
      storedHead: tree.storedHead,
      sizeBytes: walked.bytes,
      tiles: tree.tiles,
      contents: content?.opened ?? 0,
      erased: content?.erased ?? 0,
      rows: index?.rows ?? 0,
      findings: listed,
      counts,
      faults,
      notes,
      repaired,
    };
  }

  /** A note that is damaged is told by the walk. */
  async #firstIndex(): Promise<number> {
    const note = await readPruningNote(this.#disk, this.#folders.log, 'pruned').catch(() => undefined);
    return note?.firstIndex ?? 0;
  }

  /** Resolves to whether a pruning is. */
  async #findUnfinished(): Promise<boolean> {
    const note = (name: 'pruning_unfinished' | 'erasure_unfinished', place: string, what: string): void =>
      this.#findings.add({ name, severity: 'note', place, what, remedy: 'the next start finishes it' });
    const pruning = await readPruningNote(this.#disk, this.#folders.log, 'pruning').catch(() => undefined);
    if (pruning !== undefined)
      note(
        'pruning_unfinished',
        this.#folders.log,
        `a pruning up to entry ${pruning.firstIndex} was interrupted`,
      );
    const slots = await this.#disk.list(this.#folders.erasing).catch(() => []);
    for (const slot of slots)
      note('erasure_unfinished', `key slot ${slot}`, 'the erasure of its subject was interrupted');
    return pruning !== undefined;
  }

  async #openIndex(): Promise<IndexStore | undefined> {
    const folder = this.#folders.index;
    const tell = (name: 'index_missing' | 'index_damaged', what: string): undefined => {
      const severity = name === 'index_missing' ? 'note' : 'fault';
      const remedy = name === 'index_missing' ? 'the next start builds it' : rebuildRemedy;
      this.#findings.add({ name, severity, place: lmdbFile(folder), what, remedy });
    };
    if (!existsSync(lmdbFile(folder))) return tell('index_missing', 'there is no index');
    const fault = await lmdbFileFault(folder);
    if (fault !== undefined) return tell('index_damaged', fault);
    const readFault = await indexReadFault(folder);
    if (readFault !== undefined) return tell('index_damaged', readFault);
    const { store, wasDamaged } = await openIndexStore(folder);
    if (!wasDamaged) return store;
    await store.close();
    return tell('index_damaged', 'it could not be opened, and was removed');
  }

  async #openContent(): Promise<ContentCheck | undefined> {
    const { config, log, repairs } = this.#options;
    const disk = this.#disk;
    try {
      const usedUpTo = this.#store?.highestSlot() ?? 0;
      this.#keys = await openKeysOf(config, { disk, log, usedUpTo });
    } catch (error) {
      if (!isMeshError(error) || error.reason === 'STATE_LOCKED') throw error;
      this.#findings.add({
        name: 'keys_unreadable',
        severity: 'fault',
        place: config.keysFolder,
        what: `no content can be checked: ${error.message}`,
        remedy: 'restore the folder of keys from a back-up, or check with --tree-only',
      });
      return undefined;
    }
    return new ContentCheck({
      disk,
      payloadsFolder: this.#folders.payloads,
      keys: this.#keys,
      sealer: createSealer(this.#keys),
      payloads: await openPayloads({ folder: this.#folders.payloads, disk }),
      findings: this.#findings,
      repairs,
    });
  }
}
