import type { AuditContract } from '../contracts.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { isMeshError, MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import { createAppend } from './append.ts';
import type { AuditConfig } from './config.ts';
import { type Disk, errorCode, isDiskFull, realDisk } from './disk.ts';
import { Indexer } from './index/indexer.ts';
import { openIndexStore } from './index/store.ts';
import { lockFolder } from './lock.ts';
import { diskFull, queueFull } from './log/fault.ts';
import { LogReader } from './log/reader.ts';
import { LogWriter } from './log/writer.ts';
import { createAuditMetrics } from './metrics.ts';
import { auditFolders, openLog } from './opening.ts';
import { createReads } from './read.ts';
import { RecentEntries } from './recent-entries.ts';
import { finishesWithin } from './time-limit.ts';

export interface AuditService {
  readonly handlers: Handlers<AuditContract>;
  /** Why an append would be refused now; undefined if it would not. For readiness. */
  writable(): MeshError | undefined;
  /** Durable records in the log. */
  size(): number;
}

export interface AuditDeps {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where the log is written; the file system unless a test gives another. */
  readonly disk?: Disk;
}

/**
 * Opens the audit log in `config.folder`, alone: STATE_LOCKED if another process has it. What was answered before is there when
 * it resolves, torn commits are cut, and the index fits the log. STATE_CORRUPT if the log is damaged. Takes about 0.1 s per
 * 64 MiB of log that the index lacks, plus the last segment.
 */
export async function createAuditService(
  config: AuditConfig,
  deps: AuditDeps,
  closers: Closers,
): Promise<AuditService> {
  try {
    return await openService(config, deps, closers);
  } catch (error) {
    if (isMeshError(error)) throw error;
    if (isDiskFull(error)) throw diskFull(config.folder, error, config.probeIntervalMs);
    throw new MeshError(
      'AUDIT_LOG_FAILED',
      `the audit log in ${config.folder} can not be opened (${errorCode(error)}); check the folder and its disk`,
      {},
      error,
    );
  }
}

async function openService(config: AuditConfig, deps: AuditDeps, closers: Closers): Promise<AuditService> {
  const { log } = deps;
  const disk = deps.disk ?? realDisk();
  const metrics = createAuditMetrics(deps.metrics);
  const folders = auditFolders(config.folder);
  await realDisk().makeFolder(config.folder);

  const lock = await lockFolder(config.folder);
  let isInOrder = false;
  let isQuiet = true;
  closers.add('audit lock', async () => {
    // A disk that does not answer may still write: nobody else may have the folder while this process lives.
    if (isQuiet) await lock.release(isInOrder);
  });

  const { store, wasDamaged } = await openIndexStore(folders.index);
  let isIndexQuiet = true;
  closers.add('audit index', async () => {
    // Closing it under a transaction would end the process.
    if (isIndexQuiet) await finishesWithin(store.close(), config.closeTimeoutMs);
  });
  if (wasDamaged)
    log.warn('the audit index could not be opened and is built again', { folder: folders.index });

  const recovered = await openLog({ disk, folder: folders.log, store, lock, log });
  isInOrder = true;
  metrics.torn(recovered.tornBytes);

  const recent = new RecentEntries();
  const reader = new LogReader(disk, folders.log, recovered.salt);
  closers.add('audit log reader', () => reader.close());

  const indexer = new Indexer({
    config,
    store,
    salt: recovered.salt,
    log,
    indexed: (entries) => recent.remove(entries),
  });
  closers.add('audit indexer', async () => {
    isIndexQuiet = await finishesWithin(indexer.close(), config.closeTimeoutMs);
    if (!isIndexQuiet)
      log.warn('the disk of the audit index did not answer in time', { folder: folders.index });
  });

  const writer = new LogWriter(
    {
      config,
      disk,
      folder: folders.log,
      log,
      observer: {
        durable: (commit, seconds) => {
          metrics.commit(commit.entries.length, seconds);
          indexer.add(commit);
        },
        failed: (commit) => recent.remove(commit.entries),
      },
    },
    recovered,
  );
  closers.add('audit log', async () => {
    isQuiet = await writer.close(config.closeTimeoutMs);
    if (!isQuiet)
      log.error('the disk of the audit log did not answer in time', { timeoutMs: config.closeTimeoutMs });
  });

  const indexFault = (): MeshError | undefined => {
    if (recent.size < config.maxUnindexedRecords) return undefined;
    const why =
      indexer.failure === undefined ? '' : `, which can not be written: ${errorCode(indexer.failure)}`;
    return queueFull(`${recent.size} records wait for the audit index${why}`, config.maxUnindexedRecords);
  };

  metrics.watch({
    pendingRecords: () => writer.pendingRecords,
    unindexedRecords: () => recent.size - writer.pendingRecords,
    records: () => writer.records,
    bytes: () => writer.bytes,
    state: () => writer.state,
  });
  log.info('audit log open', { folder: config.folder, records: recovered.records, bytes: writer.bytes });

  return {
    handlers: {
      Append: createAppend({ writer, reader, recent, store, metrics, indexFault }),
      ...createReads({ reader, recent, store, indexer }),
    },
    writable: () => writer.fault ?? indexFault(),
    size: () => writer.records,
  };
}
