import type { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Indexer } from '../index/indexer.ts';
import type { IndexStore } from '../index/store.ts';
import type { Entry, SignedHead } from '../log/commit.ts';
import type { EntryPlaces } from '../log/entry-places.ts';
import { minimumIndexOf } from '../log/pruning-note.ts';
import type { LogReader } from '../log/reader.ts';
import type { LogWriter } from '../log/writer.ts';
import type { Pruned } from '../operation/pruner.ts';
import type { MerkleTree } from '../tree/merkle-tree.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { entryId } from './entry-id.ts';

const nothing = Buffer.alloc(0);

/** A log of which this process keeps a copy: the entries, without what is sealed apart, their tree, and the writer's checkpoint. */
export class Replica {
  readonly vkey: string;
  readonly store: IndexStore;
  readonly tree: MerkleTree;
  readonly writer: LogWriter;
  readonly indexer: Indexer;
  readonly reader: LogReader;
  readonly places: EntryPlaces;
  /** Removes segments all of whose entries were recorded before this moment; their places stay provable. */
  readonly prune: (beforeMs: number) => Promise<Pruned>;
  readonly #files: { readonly checkpoint: CheckpointFile; readonly cosigned: CheckpointFile };
  #head: SignedHead | undefined;
  #cosigned: SignedHead | undefined;
  #indexing: Promise<void> = Promise.resolve();

  constructor(
    parts: Pick<Replica, 'vkey' | 'store' | 'tree' | 'writer' | 'indexer' | 'reader' | 'places' | 'prune'>,
    files: { readonly checkpoint: CheckpointFile; readonly cosigned: CheckpointFile },
    kept: { readonly head: SignedHead | undefined; readonly cosigned: SignedHead | undefined },
  ) {
    this.vkey = parts.vkey;
    this.store = parts.store;
    this.tree = parts.tree;
    this.writer = parts.writer;
    this.indexer = parts.indexer;
    this.reader = parts.reader;
    this.places = parts.places;
    this.prune = parts.prune;
    this.#files = files;
    this.#head = kept.head;
    this.#cosigned = kept.cosigned;
  }

  /** The last checkpoint up to which everything is verified, durable and indexed; undefined before the first. */
  get head(): SignedHead | undefined {
    return this.#head;
  }

  /** The newest one that witnesses have cosigned. */
  get cosigned(): SignedHead | undefined {
    return this.#cosigned;
  }

  /** The first index of a whole bundle of entries. */
  get minimumIndex(): number {
    return minimumIndexOf(this.writer.segments[0]?.firstIndex ?? 0);
  }

  /** Why nothing can be appended for now. */
  fault(): MeshError | undefined {
    return this.writer.fault ?? this.tree.fault();
  }

  /** Takes verified entries that come next. Durable when it resolves. */
  async append(entries: readonly Buffer[]): Promise<void> {
    // While these entries were verified; so that no more than two batches wait in memory.
    await this.#indexing.catch(() => this.indexer.flush());
    let last: Entry | undefined;
    for (const entry of entries)
      last = this.writer.append({
        recordId: entryId(entry, this.writer.records + this.writer.pendingRecords),
        keyHash: undefined,
        slot: 0,
        subject: undefined,
        erases: undefined,
        sealedKind: 'none',
        sealed: nothing,
        record: entry,
        sealedField: nothing,
      });
    await last?.commit.done;
    this.#indexing = this.indexer.flush();
    this.#indexing.catch(() => {});
  }

  /** Takes the checkpoint of all that is there. Durable when it resolves. */
  async keep(head: SignedHead): Promise<void> {
    await this.indexer.flush();
    await this.#files.checkpoint.write(head.checkpoint);
    this.#head = head;
  }

  /** Takes a cosigned checkpoint of the tree or of its beginning. Durable when it resolves. */
  async keepCosigned(head: SignedHead): Promise<void> {
    await this.#files.cosigned.write(head.checkpoint);
    this.#cosigned = head;
  }
}
