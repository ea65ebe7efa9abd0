import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import { errorCode, isDiskFull } from '../disk.ts';

/** How soon a disk that failed is tried again. */
export const retryAfterFaultMs = 1000;
/** How soon a queue may have room again: a few writes. */
const queueRetryMs = 20;

/** The failure by its name: what is one of ours already stays, a full disk is AUDIT_DISK_FULL, anything else AUDIT_LOG_FAILED. */
export function storageFault(what: string, folder: string, cause: unknown): MeshError {
  if (isMeshError(cause)) return cause;
  if (isDiskFull(cause))
    return new MeshError(
      'AUDIT_DISK_FULL',
      `${what} in ${folder} have no room left (${errorCode(cause)}), and nothing is answered without a record; free space there, it goes on by itself`,
      { retryAfterMs: retryAfterFaultMs },
      cause,
    );
  return new MeshError(
    'AUDIT_LOG_FAILED',
    `${what} in ${folder} can not be read or written (${errorCode(cause)}); check the folder and its disk, and try again`,
    { retryAfterMs: retryAfterFaultMs },
    cause,
  );
}

export function sealingQueueFull(what: string): MeshError {
  return new MeshError(
    'QUEUE_FULL',
    `${what}; send fewer requests at once, or give the audit role a faster disk`,
    {
      retryAfterMs: queueRetryMs,
    },
  );
}

export function keysCorrupt(path: string, what: string): MeshError {
  return new MeshError('STATE_CORRUPT', `${path}: ${what}; restore the key folder from its backup`, {
    metadata: { file: path },
  });
}
