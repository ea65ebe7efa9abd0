import { MeshError } from '../kit/errors/mesh-error.ts';
import { daysText, leastRetentionMs } from './operation/retention.ts';
import type { WitnessConfig } from './tree/witness/witness.ts';

/** Settings of the audit role. */
export interface AuditConfig {
  /** Where log, index and lock are kept; made when absent. A file system of this host: the lock can't see other hosts. */
  readonly folder: string;
  /** Where keys are kept, apart from the log and from its backups; made when absent. */
  readonly keysFolder: string;
  /** The log's signing key; `log.key` in the folder of keys if not given, made at the first start. */
  readonly logKeyFile?: string | undefined;
  /** Name of the log in checkpoints, for a key that is made; that of this host if not given. */
  readonly origin?: string | undefined;
  /** Who is asked to cosign checkpoints; nobody if not given. */
  readonly witnesses?: readonly WitnessConfig[] | undefined;
  /** How many must have cosigned a checkpoint before it counts; 1 if not given. */
  readonly witnessQuorum?: number | undefined;
  /** 32 bytes as base64 or hex; else a file that has them; else `master.key` in the folder of keys, made at the first start. */
  readonly masterKey?: string | undefined;
  readonly masterKeyFile?: string | undefined;
  /** A segment file is closed when the next commit would make it larger, 128 KiB to 256 MiB. One commit is never split. */
  readonly segmentBytes: number;
  /** Records that may wait for durability; beyond it appends are refused. */
  readonly maxPendingRecords: number;
  /** Bytes that may wait for durability, at least 128 KiB; beyond it appends are refused. */
  readonly maxPendingBytes: number;
  /** Durable records that the index may lag behind and that are therefore kept in memory; beyond it appends are refused. */
  readonly maxUnindexedRecords: number;
  /** Records that start an index transaction at once; it takes at most 1024. */
  readonly indexBatchRecords: number;
  /** The longest that a durable record waits for its index transaction to start. */
  readonly indexDelayMs: number;
  /** How often a log that can't be written is tried again. */
  readonly probeIntervalMs: number;
  /** Room that must be there before a log that met a full disk takes records again. */
  readonly probeBytes: number;
  /** How long closing waits for the disk. */
  readonly closeTimeoutMs: number;
  /** How long entries are kept, in segments: a little longer at times. For ever if not given. */
  readonly retentionMs?: number | undefined;
  /** How long entries must be kept: pruning refuses less. */
  readonly retentionMinimumMs: number;
}

/** The largest entry without its tie to sealed content: an entry of a C2SP tile is at most 65,535 bytes. */
export const maxRecordBytes = 60 * 1024;

/** Sealed content that is larger is stored apart, so that a commit stays small. */
export const maxSealedInlineBytes = 32 * 1024;

/** The most that is personal of one record: what one message may have. */
export const maxPersonalBytes = 64 * 1024 * 1024;

/** The longest "entity=key" of a data subject, in bytes of UTF-8. */
export const maxSubjectBytes = 512;

/** The largest idempotency key, in bytes of UTF-8: a scope and a request_id. */
export const maxKeyBytes = 1024;

export const auditDefaults = {
  /** A start scans the last segment: 64 MiB take about 0.1 s. */
  segmentBytes: 64 * 1024 * 1024,
  /** Under one second of work for a disk that commits 256 records in 10 ms. */
  maxPendingRecords: 16_384,
  /** Two commits of 16 MiB: what a slow disk writes in about a second. */
  maxPendingBytes: 32 * 1024 * 1024,
  /** About 25 MB of memory, three seconds of appends at full rate. */
  maxUnindexedRecords: 65_536,
  /** A transaction of 1024 costs two thirds of four of 256, and holds the event loop for half a millisecond. */
  indexBatchRecords: 1024,
  /** Five index transactions a second on a quiet log; each costs the disk one flush. */
  indexDelayMs: 200,
  /** Often enough for a reader of a readiness probe, seldom enough to leave a sick disk alone. */
  probeIntervalMs: 1000,
  /** Some thousand records, so that the log does not flap between full and writable. */
  probeBytes: 1024 * 1024,
  /** Below the grace period that orchestrators give (30 s), far above any healthy commit. */
  closeTimeoutMs: 10_000,
  retentionMinimumMs: leastRetentionMs,
} as const satisfies Partial<AuditConfig>;

const bounds: Readonly<Record<keyof typeof auditDefaults, readonly [least: number, most: number]>> = {
  segmentBytes: [128 * 1024, 256 * 1024 * 1024],
  maxPendingRecords: [1, 1_000_000],
  maxPendingBytes: [128 * 1024, 512 * 1024 * 1024],
  maxUnindexedRecords: [1, 10_000_000],
  indexBatchRecords: [1, 1_000_000],
  indexDelayMs: [0, 60_000],
  probeIntervalMs: [1, 60_000],
  probeBytes: [1, 1024 * 1024 * 1024],
  closeTimeoutMs: [1, 600_000],
  retentionMinimumMs: [0, Number.MAX_SAFE_INTEGER],
};

/** The defaults with these settings over them, frozen. Every setting out of bounds is named in one CONFIG_INVALID. */
export function auditConfig(
  settings: Pick<AuditConfig, 'folder' | 'keysFolder'> & Partial<AuditConfig>,
): AuditConfig {
  const config: AuditConfig = { ...auditDefaults, ...settings };
  const faults: string[] = [];
  if (config.folder === '') faults.push('folder is empty: give the folder where the audit log is kept');
  if (config.keysFolder === '') faults.push('keysFolder is empty: give the folder where its keys are kept');
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = config[name as keyof typeof bounds];
    if (!Number.isInteger(value) || value < least || value > most)
      faults.push(`${name} is ${value}: give a whole number from ${least} to ${most}`);
  }
  const { retentionMs, retentionMinimumMs } = config;
  if (retentionMs !== undefined && retentionMs < retentionMinimumMs)
    faults.push(
      `SCOREMESH_AUDIT_RETENTION is ${daysText(retentionMs)}, less than the ${daysText(retentionMinimumMs)} that must be kept: give more, or set SCOREMESH_AUDIT_RETENTION_MINIMUM lower where the law allows it`,
    );
  if (faults.length > 0) throw new MeshError('CONFIG_INVALID', `audit: ${faults.join('; ')}`);
  return Object.freeze(config);
}
