import { MeshError } from '../../kit/errors/mesh-error.ts';

const minRetryMs = 1;
const maxRetryMs = 5_000;

export function deadlinePast(label: string, lateMs: number): MeshError {
  return new MeshError(
    'DEADLINE_PAST',
    `the deadline passed ${lateMs.toFixed(1)} ms before ${label} could be asked; give the call more time`,
  );
}

/** `waitMs` is what goes before the request's own run, which is predicted to take `runMs`. */
export function deadlineUnreachable(
  label: string,
  { waitMs, runMs }: { readonly waitMs: number; readonly runMs: number },
  leftMs: number,
): MeshError {
  return new MeshError(
    'DEADLINE_UNREACHABLE',
    `${label} would answer in ${(waitMs + runMs).toFixed(1)} ms (${waitMs.toFixed(1)} until its run, ${runMs.toFixed(1)} for it), but the deadline leaves ${leftMs.toFixed(1)} ms; it was not run. Give the call more time or send less at once`,
    { retryAfterMs: retryAfter(waitMs + runMs - leftMs) },
  );
}

export function deadlinePassedWaiting(label: string, waitedMs: number): MeshError {
  return new MeshError(
    'DEADLINE_PASSED_WAITING',
    `the deadline passed while the request waited ${waitedMs.toFixed(1)} ms for ${label}; it was not run. Give the call more time or send less at once`,
  );
}

/** `emptiesInMs` is when all that waits is predicted to have run. */
export function queueFull(
  label: string,
  queuedRows: number,
  maxQueuedRows: number,
  emptiesInMs: number,
): MeshError {
  const retryAfterMs = retryAfter(emptiesInMs);
  return new MeshError(
    'QUEUE_FULL',
    `${queuedRows} of at most ${maxQueuedRows} rows wait for ${label}; try again in ${retryAfterMs} ms`,
    { retryAfterMs },
  );
}

export function tooManyRows(label: string, rows: number, maxQueuedRows: number): MeshError {
  return new MeshError(
    'TENSOR_INVALID',
    `the request brings ${rows} rows, but at most ${maxQueuedRows} may wait for ${label}; send it in parts`,
  );
}

export function notARowPerRow(label: string): MeshError {
  return new MeshError('INFERENCE_FAILED', `${label} does not answer one row per input row`);
}

export function shuttingDown(label: string): MeshError {
  return new MeshError(
    'SHUTTING_DOWN',
    `the process that serves ${label} is stopping and takes no new inference requests; ask another`,
  );
}

function retryAfter(ms: number): number {
  return Math.min(maxRetryMs, Math.max(minRetryMs, Math.ceil(ms)));
}
