import type { AuditContract } from '../contracts.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { isMeshError, MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import { createAppend } from './append.ts';
import { CompleteRecords } from './complete-records.ts';
import type { AuditConfig } from './config.ts';
import { type Disk, errorCode, isDiskFull, realDisk } from './disk.ts';
import { createErasure, finishErasures } from './erasure.ts';
import { closeLogWith } from './guarded-opening.ts';
import { Indexer } from './index/indexer.ts';
import { KnownRecords } from './known-records.ts';
import type { Location } from './log/commit.ts';
import { EntryPlaces } from './log/entry-places.ts';
import { diskFull, queueFull } from './log/fault.ts';
import { minimumIndexOf } from './log/pruning-note.ts';
import { LogReader } from './log/reader.ts';
import { LogWriter } from './log/writer.ts';
import { createLogReads } from './log-reads.ts';
import { createAuditMetrics } from './metrics.ts';
import { type Pruned, Pruner } from './operation/pruner.ts';
import { refuseYoung } from './operation/retention.ts';
import { startRetention } from './operation/start-retention.ts';
import { createQueries } from './query/queries.ts';
import { createReads } from './read.ts';
import { Receipts } from './receipts.ts';
import { RecentEntries } from './recent-entries.ts';
import { createSealedContent } from './sealed-content.ts';
import { Sealing } from './sealed-record.ts';
import { realSealingDisk, type SealingDisk } from './sealing/sealing-disk.ts';
import { startWitnesses } from './start-witnesses.ts';
import { openState } from './state.ts';
import { Subjects } from './subjects.ts';
import { finishesWithin } from './time-limit.ts';

export interface AuditService {
  readonly handlers: Handlers<AuditContract>;
  /** Why an append would be refused now; undefined if it would not. For readiness. */
  writable(): MeshError | undefined;
  /** Durable records in the log. */
  size(): number;
  /** Removes segments all of whose entries were recorded before this moment; see Pruner. */
  prune(beforeMs: number, principal: string): Promise<Pruned>;
}

export interface AuditDeps {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where the log is written; the file system unless a test gives another. */
  readonly disk?: Disk;
  /** Where keys, tree and large contents are. */
  readonly stateDisk?: SealingDisk;
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
  const stateDisk = deps.stateDisk ?? realSealingDisk();
  const metrics = createAuditMetrics(deps.metrics);
  const state = await openState({ config, disk, stateDisk, log, metrics }, closers);
  const { store, keys, sealer, payloads, pending, tree, signer, recovered, guard } = state;

  const recent = new RecentEntries();
  const reader = new LogReader(disk, state.folders.log, recovered.salt);
  closers.add('audit log reader', () => reader.close());
  const receipts = new Receipts(tree, signer);
  const records = new CompleteRecords({ sealer, payloads, store, pending, metrics, log });
  await finishErasures({ store, reader, keys, payloads, pending, log });

  const indexer = new Indexer({
    config,
    store,
    salt: recovered.salt,
    log,
    indexed: (entries) => recent.remove(entries),
  });
  closers.add('audit indexer', async () => {
    guard.isIndexQuiet = await finishesWithin(indexer.close(), config.closeTimeoutMs);
    if (!guard.isIndexQuiet)
      log.warn('the disk of the audit index did not answer in time', { folder: state.folders.index });
  });

  const writer = new LogWriter(
    {
      config,
      disk,
      folder: state.folders.log,
      log,
      observer: {
        durable: (commit, seconds) => {
          receipts.add(commit);
          metrics.commit(commit.entries.length, seconds);
          indexer.add(commit);
        },
        failed: (commit) => recent.drop(commit.entries),
      },
    },
    recovered,
  );
  closeLogWith(writer, { config, log }, guard, closers);

  const indexFault = (): MeshError | undefined => {
    if (recent.size < config.maxUnindexedRecords) return tree.fault();
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
    minimumIndex: () => minimumIndexOf(writer.segments[0]?.firstIndex ?? 0),
  });
  log.info('audit log open', {
    folder: config.folder,
    records: recovered.records,
    bytes: writer.bytes,
    vkey: signer.vkey,
  });

  const subjects = new Subjects({ keys, recent, store, reader, records, pending });
  const sealing = new Sealing({ keys, sealer, payloads, subjects });
  const known = new KnownRecords({ reader, recent, store, receipts, records });
  const witnesses = await startWitnesses(
    config,
    { tree, receipts, signer, folder: state.folders.tree, ...deps },
    closers,
  );
  const places = new EntryPlaces(disk, state.folders.log, recovered.salt, () => writer.segments);
  const answerOf = async (place: Location) => await records.response(await reader.read(place));
  const pruner = new Pruner({
    disk,
    stateDisk,
    folder: state.folders.log,
    store,
    keys,
    payloads,
    log,
    subjectOf: state.subjectOf,
    whileQuiet: async (tag, work) =>
      await subjects.erase(tag, async () => {
        if (recent.about(tag) === undefined) await work();
      }),
    writer,
    reader,
    recent,
    indexer,
    tree,
  });
  let lastPruning: Promise<unknown> = Promise.resolve();
  const prune = async (beforeMs: number, principal: string): Promise<Pruned> => {
    refuseYoung(beforeMs, Date.now(), config.retentionMinimumMs);
    const pruning = lastPruning.then(() => pruner.prune(beforeMs, principal));
    lastPruning = pruning.catch(() => {});
    return await pruning;
  };
  startRetention(config, prune, log, closers);
  const erasure = { writer, reader, recent, store, indexer, keys, payloads, pending, subjects, log };
  return {
    handlers: {
      Append: createAppend({
        writer,
        recent,
        store,
        known,
        subjects,
        sealing,
        receipts,
        metrics,
        indexFault,
      }),
      ...createReads({ reader, recent, store, indexer, records }),
      GetSealedContent: createSealedContent({ reader, recent, store, records }),
      ...createLogReads({
        tree,
        receipts,
        reader,
        places,
        recent,
        store,
        witnesses,
        minimumIndex: () => pruner.minimumIndex,
        vkey: signer.vkey,
      }),
      ...createQueries({
        store,
        indexer,
        answerOf,
        tagOf: (subject) => keys.tagOf(subject),
        earlySlots: async (place) => subjects.early(await reader.read(place)).map(({ slot }) => slot),
      }),
      EraseSubject: createErasure(erasure),
    },
    writable: () => writer.fault ?? indexFault(),
    size: () => writer.records,
    prune,
  };
}
