import { setTimeout as sleep } from 'node:timers/promises';
import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Checkpoint } from '../../kit/transparency/checkpoint.ts';
import { CompactTree } from '../../kit/transparency/compact-tree.ts';
import { proofInvalid } from '../../kit/transparency/proof-fault.ts';
import { trustedCheckpoint } from '../operation/back-up/trusted-checkpoint.ts';
import type { FollowConfig } from './config.ts';
import { diverged, isBeginning, requireExtension } from './extension.ts';
import { fetchEntries } from './fetched-entries.ts';
import type { FollowStatus } from './follow-state.ts';
import type { LogSource } from './log-source.ts';
import type { Replica } from './replica.ts';

export interface FollowerDeps {
  readonly config: Pick<FollowConfig, 'pollMs' | 'maxBackoffMs' | 'writer'>;
  readonly source: LogSource;
  readonly status: FollowStatus;
  readonly log: Log;
  /** The replica; made at first contact. */
  readonly open: () => Promise<Replica>;
  /** Keeps a signed checkpoint that does not continue what was verified before. */
  readonly keepEvidence: (checkpoint: string, size: number) => Promise<void>;
}

const progressEveryMs = 5000;

/** Follows a writer for ever: what is taken was verified before, and the writer never waits. */
export class Follower {
  readonly #deps: FollowerDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends what is in flight. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#deps.source.cancellation.cancel(new MeshError('SHUTTING_DOWN', 'this process is stopping'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { config, status } = this.#deps;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.step();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        status.failed(error);
        failures = Math.min(failures + 1, 30);
      }
      // Jitter, so that many replicas of a writer don't come at once.
      const mostMs = Math.min(config.maxBackoffMs, config.pollMs * 2 ** failures);
      await sleep(mostMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  /** Takes what the writer has now. */
  async step(): Promise<void> {
    const { open, source, status } = this.#deps;
    const replica = await open();
    const text = await source.checkpoint();
    const checkpoint = trustedCheckpoint(text, replica.vkey);
    status.writerSize = checkpoint.size;
    await this.#refuseDivergence(replica, checkpoint, text);
    if (checkpoint.size > replica.tree.size) await this.#catchUp(replica, checkpoint);
    if ((replica.head?.size ?? -1) < checkpoint.size)
      await replica.keep({ size: checkpoint.size, checkpoint: text });
    status.verified();
    await this.#followCosigned(replica);
  }

  async #refuseDivergence(replica: Replica, checkpoint: Checkpoint, text: string): Promise<void> {
    try {
      await requireExtension(replica.tree, checkpoint, this.#deps.source);
    } catch (error) {
      if (isMeshError(error) && error.reason === 'LOG_DIVERGED')
        await this.#deps.keepEvidence(text, checkpoint.size);
      throw error;
    }
  }

  async #catchUp(replica: Replica, checkpoint: Checkpoint): Promise<void> {
    const { config, log, source, status } = this.#deps;
    const from = replica.tree.size;
    const startedAt = performance.now();
    let toldAt = startedAt;
    let hasTold = false;
    status.enter('catching_up');
    try {
      for await (const entries of fetchEntries(source, from, checkpoint.size)) {
        if (this.#stop.signal.aborted) throw new MeshError('SHUTTING_DOWN', 'this process is stopping');
        await this.#take(replica, entries, checkpoint);
        const now = performance.now();
        if (now - toldAt < progressEveryMs) continue;
        toldAt = now;
        hasTold = true;
        const { size } = replica.tree;
        log.info('the audit replica catches up', {
          entries: size,
          of: checkpoint.size,
          entriesPerSecond: Math.round((size - from) / ((now - startedAt) / 1000)),
        });
      }
    } catch (error) {
      if (!isMeshError(error) || error.reason !== 'ENTRY_PRUNED') throw error;
      throw new MeshError(
        'ENTRY_PRUNED',
        `the writer ${config.writer} has pruned entries from ${replica.tree.size} on that this replica has not got (${error.message}): what is here stays as it is; move the folder away to begin again with what the writer has`,
        error.details,
        error,
      );
    }
    if (hasTold)
      log.info('the audit replica has caught up', {
        entries: checkpoint.size,
        seconds: Math.round((performance.now() - startedAt) / 1000),
      });
  }

  /** Verifies that these entries come next in the log of the checkpoint, then takes them. */
  async #take(replica: Replica, entries: readonly Buffer[], checkpoint: Checkpoint): Promise<void> {
    const tree = new CompactTree(replica.tree.subtrees());
    for (const entry of entries) tree.add(entry);
    if (!(await isBeginning(tree.head(), checkpoint, this.#deps.source)))
      throw proofInvalid(
        'entry_differs',
        `the entries from ${replica.tree.size} to ${tree.size} that the writer serves are not those of its checkpoint of ${checkpoint.size}, or its proof is false: nothing of them is taken`,
      );
    const fault = replica.fault();
    if (fault !== undefined) throw fault;
    await replica.append(entries);
  }

  async #followCosigned(replica: Replica): Promise<void> {
    const text = await this.#deps.source.cosigned();
    if (text === undefined || text === replica.cosigned?.checkpoint) return;
    const checkpoint = trustedCheckpoint(text, replica.vkey);
    const { size } = checkpoint;
    // Made after the checkpoint that was fetched, or older than the one that is kept.
    if (size > (replica.head?.size ?? 0) || size < (replica.cosigned?.size ?? 0)) return;
    const head = await replica.tree.headAt(size);
    if (!head.rootHash.equals(checkpoint.rootHash)) {
      await this.#deps.keepEvidence(text, checkpoint.size);
      throw diverged(
        head,
        checkpoint,
        `of ${size} entries that witnesses have cosigned has another root: it was forked`,
      );
    }
    await replica.keepCosigned({ size, checkpoint: text });
  }
}
