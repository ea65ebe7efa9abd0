import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Metrics } from '../../kit/telemetry/metrics.ts';
import { type Disk, errorCode, isDiskFull, realDisk } from '../disk.ts';
import { lockGuarded } from '../guarded-lock.ts';
import { diskFull } from '../log/fault.ts';
import { createAuditMetrics } from '../metrics.ts';
import { auditFolders, hasEntries } from '../opening.ts';
import type { Pruned } from '../operation/pruner.ts';
import { refuseYoung } from '../operation/retention.ts';
import { finishesWithin } from '../time-limit.ts';
import { realTreeDisk, type TreeDisk } from '../tree/tree-disk.ts';
import type { FollowConfig } from './config.ts';
import { meetWriter } from './first-contact.ts';
import { FollowStatus } from './follow-state.ts';
import { Follower } from './follower.ts';
import { type LogClient, LogSource } from './log-source.ts';
import { pinnedKey } from './pinned-key.ts';
import { keepRefused } from './refused-checkpoints.ts';
import type { Replica } from './replica.ts';
import { createReplicaHandlers } from './replica-handlers.ts';
import { readReplicaNote } from './replica-note.ts';
import { openReplica } from './replica-opening.ts';

export interface AuditReplica {
  readonly handlers: Handlers<AuditContract>;
  /** Why readers should not be sent here now; undefined if they may. What is there is answered all the same. */
  unready(): MeshError | undefined;
  /** Entries up to the last verified checkpoint. */
  size(): number;
  /** Removes entries as the retention of the settings does; see Pruner. */
  prune(beforeMs: number): Promise<Pruned>;
}

export interface AuditReplicaDeps {
  /** The log that is followed. */
  readonly source: LogClient;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where the log is written; the file system unless a test gives another. */
  readonly disk?: Disk;
  readonly treeDisk?: TreeDisk;
}

/**
 * An audit role that follows another one's log in a folder of its own, without any key. Resolves at once, also while the writer is
 * away: what is there already is answered. STATE_CORRUPT if that is damaged; CONFIG_INVALID if the folder is no replica's.
 */
export async function createAuditReplica(
  config: FollowConfig,
  deps: AuditReplicaDeps,
  closers: Closers,
): Promise<AuditReplica> {
  const { log } = deps;
  const disk = deps.disk ?? realDisk();
  const treeDisk = deps.treeDisk ?? realTreeDisk();
  const { folder, writer } = config;
  // The replica may be made later than what is opened after this.
  const parts = createClosers(log);
  closers.add('audit replica', async () => await parts.close());
  await treeDisk.makeFolder(folder);
  const { guard, lock } = await lockGuarded(folder, parts);
  const metrics = createAuditMetrics(deps.metrics);
  const note = await readReplicaNote(folder, treeDisk);
  if (note === undefined && (await hasEntries(disk, auditFolders(folder).log))) throw notReplica(folder);
  const vkey = await pinnedKey(config, treeDisk);

  let replica: Replica | undefined;
  let replicaParts: Closers | undefined;
  const open = async (beginning: {
    readonly firstIndex: number;
    readonly vkey: string;
  }): Promise<Replica> => {
    const opening = createClosers(log);
    try {
      replica = await openReplica({ config, disk, treeDisk, lock, guard, log, metrics }, beginning, opening);
      replicaParts = opening;
      return replica;
    } catch (error) {
      await opening.close();
      throw namedFault(config, error);
    }
  };
  if (note?.firstIndex !== undefined) {
    if (vkey === undefined) throw keyLost(folder);
    parts.add('opened replica', async () => await replicaParts?.close());
    await open({ firstIndex: note.firstIndex, vkey });
  }
  const status = new FollowStatus(log, deps.metrics, { size: () => replica?.head?.size ?? 0 });
  if (replica?.head !== undefined) status.verifiedAtMs = (await stat(join(folder, 'checkpoint'))).mtimeMs;
  const source = new LogSource(deps.source, config.timeoutMs);
  const follower = new Follower({
    config,
    source,
    status,
    log,
    open: async () => replica ?? (await open(await meetWriter({ config, treeDisk, log }, source, vkey))),
    keepEvidence: async (checkpoint, size) =>
      await keepRefused({ folder, disk: treeDisk, log }, checkpoint, size),
  });
  parts.add('following', async () => {
    if (!(await finishesWithin(follower.close(), config.closeTimeoutMs)))
      log.warn('the disk of the audit replica did not answer in time', { folder });
    await replicaParts?.close();
  });
  follower.start();

  const missing = (): MeshError =>
    new MeshError(
      'ROLE_UNREACHABLE',
      `this read replica has not yet verified a checkpoint of ${writer} (${status.fault?.message ?? `it has ${replica?.tree.size ?? 0} entries of ${status.writerSize}`}); try again later, or ask the writer`,
      { retryAfterMs: 1000 },
    );
  return {
    handlers: createReplicaHandlers({
      writer,
      replica: () => {
        if (replica?.head === undefined) throw missing();
        return replica;
      },
      // 0 is said by a writer.
      ageMs: () => Math.max(1, status.ageMs()),
    }),
    unready: () => {
      if (replica?.head === undefined) return missing();
      if (status.state === 'refused') return status.fault;
      const { maxAgeMs } = config;
      return maxAgeMs !== undefined && status.ageMs() > maxAgeMs
        ? tooOld(writer, status.ageMs(), maxAgeMs)
        : undefined;
    },
    size: () => replica?.head?.size ?? 0,
    prune: async (beforeMs) => {
      if (replica === undefined) throw missing();
      refuseYoung(beforeMs, Date.now(), config.retentionMinimumMs);
      return await replica.prune(beforeMs);
    },
  };
}

function namedFault({ folder, probeIntervalMs }: FollowConfig, error: unknown): unknown {
  if (isMeshError(error)) return error;
  if (isDiskFull(error)) return diskFull(folder, error, probeIntervalMs);
  return new MeshError(
    'AUDIT_LOG_FAILED',
    `the replica in ${folder} can not be opened (${errorCode(error)}); check the folder and its disk`,
    {},
    error,
  );
}

function notReplica(folder: string): MeshError {
  return new MeshError(
    'CONFIG_INVALID',
    `${folder} holds an audit log and no replica of one: give SCOREMESH_AUDIT_FOLLOW a SCOREMESH_DATA of its own`,
  );
}

function keyLost(folder: string): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `${join(folder, 'vkey')} is missing: set SCOREMESH_AUDIT_FOLLOW_VKEY to the key of the log that this replica follows`,
  );
}

function tooOld(writer: string, ageMs: number, maxAgeMs: number): MeshError {
  return new MeshError(
    'ROLE_UNREACHABLE',
    `the last checkpoint of ${writer} was verified ${Math.round(ageMs / 1000)} s ago, and SCOREMESH_AUDIT_FOLLOW_MAX_AGE is ${Math.round(maxAgeMs / 1000)} s: check the writer, or ask another replica`,
    { retryAfterMs: 1000 },
  );
}
