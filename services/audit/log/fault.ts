import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import { errorCode } from '../disk.ts';

/** Why the log takes no records, as its callers see it. */
export function diskFull(folder: string, cause: unknown, retryAfterMs: number): MeshError {
  return new MeshError(
    'AUDIT_DISK_FULL',
    `the audit log has no room left in ${folder} (${errorCode(cause)}), and nothing is answered without a record; free space there, it goes on by itself`,
    { retryAfterMs },
    cause,
  );
}

/** The commit whose write or sync failed. */
export function outcomeUnknown(folder: string, cause: unknown, retryAfterMs: number): MeshError {
  return new MeshError(
    'AUDIT_LOG_FAILED',
    `writing the audit log in ${folder} failed (${errorCode(cause)}): whether the record is in the log is unknown; append it again with the same record_id`,
    { retryAfterMs },
    cause,
  );
}

/** Records after it, of which nothing was written. */
export function logFailed(folder: string, cause: unknown, retryAfterMs: number): MeshError {
  return new MeshError(
    'AUDIT_LOG_FAILED',
    `the audit log in ${folder} failed (${errorCode(cause)}) and is being opened anew; check the disk, and try again`,
    { retryAfterMs },
    cause,
  );
}

export function closed(): MeshError {
  return new MeshError('SHUTTING_DOWN', 'the audit role is stopping; try again on another instance or later');
}

/** How soon a full queue may have room again: a few commits. */
const queueRetryMs = 20;

export function queueFull(what: string, limit: number): MeshError {
  return new MeshError(
    'QUEUE_FULL',
    `${what} (limit ${limit}); send fewer requests at once, or give the audit log a faster disk`,
    { retryAfterMs: queueRetryMs },
  );
}

/** A segment that can't be read; what is named already stays. */
export function unreadable(path: string, cause: unknown): MeshError {
  if (isMeshError(cause)) return cause;
  return new MeshError(
    'AUDIT_LOG_FAILED',
    `${path} can not be read (${errorCode(cause)}); check the disk`,
    {},
    cause,
  );
}

/** An entry before the log's beginning. */
export function entryPruned(index: number, minimum: number): MeshError {
  return new MeshError(
    'ENTRY_PRUNED',
    `entry ${index} was removed when its retention had passed; the entries from ${minimum} on are there, and proofs of all`,
    { metadata: { index: String(index), minimum_index: String(minimum) } },
  );
}
