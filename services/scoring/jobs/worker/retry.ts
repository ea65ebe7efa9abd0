import type { CodeName, Reason } from '../../../kit/errors/catalogue.ts';
import type { MeshError } from '../../../kit/errors/mesh-error.ts';
import { codeName } from '../../../kit/errors/status.ts';

/**
 * What an error means for its job. final: no repeat changes it. wait: nothing is wrong with the job, but the mesh can't take it now; the worker
 * keeps it and asks again. retry: it is handed back for a while, which counts as an attempt.
 */
export type ErrorClass = 'final' | 'wait' | 'retry';

const finalCodes: ReadonlySet<CodeName> = new Set<CodeName>([
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
]);

/** Overload, and roles or their disks that are away: the same for every job, so that handing jobs back would only use up their attempts. */
const waitReasons: ReadonlySet<Reason> = new Set<Reason>([
  'QUEUE_FULL',
  'DEADLINE_UNREACHABLE',
  'ROLE_UNREACHABLE',
  'AUDIT_DISK_FULL',
  'AUDIT_LOG_FAILED',
  'FEATURE_STORE_UNREACHABLE',
]);

/** Too large an answer stays too large. */
const finalReasons: ReadonlySet<Reason> = new Set<Reason>(['MESSAGE_TOO_LARGE']);

export function classOf({ code, reason }: MeshError): ErrorClass {
  if (finalReasons.has(reason) || finalCodes.has(codeName(code))) return 'final';
  return waitReasons.has(reason) ? 'wait' : 'retry';
}

/** What fails a job is recorded for good, or was. */
export function isRecordedForGood(error: MeshError): boolean {
  return classOf(error) === 'final' || wasRefused(error);
}

/** How a job ends whose request such an error refuses: as its record says, if it was refused before. */
export function endOf(error: MeshError): 'failed' | 'cancelled' | 'expired' {
  if (!wasRefused(error)) return 'failed';
  if (error.reason === 'CALL_CANCELLED') return 'cancelled';
  return error.reason === 'DEADLINE_PAST' ? 'expired' : 'failed';
}

function wasRefused({ details }: MeshError): boolean {
  return details.metadata?.refused_by !== undefined;
}

const retryBaseMs = 500;
const maxRetryMs = 60_000;
const waitBaseMs = 25;
const maxWaitMs = 2000;
const minDelayMs = 20;
/** An attempt that was cut off by its deadline may be recorded all the same, a moment later. */
export const settlingMs = 1000;

/** How long a job is handed back for after this attempt (1 at first): full jitter, and not before the error says. */
export function retryDelayMs(error: MeshError, attempt: number, random: () => number = Math.random): number {
  const delay = delayMs(error, attempt, retryBaseMs, maxRetryMs, random);
  return wasCutOff(error) ? Math.max(settlingMs, delay) : delay;
}

export function wasCutOff({ code }: MeshError): boolean {
  return codeName(code) === 'DEADLINE_EXCEEDED';
}

/** How long a worker waits before it asks again; `tries` is 1 at first. */
export function waitDelayMs(error: MeshError, tries: number, random: () => number = Math.random): number {
  return delayMs(error, tries, waitBaseMs, maxWaitMs, random);
}

/** https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function delayMs(
  { details }: MeshError,
  tries: number,
  baseMs: number,
  maxMs: number,
  random: () => number,
): number {
  const drawn = random() * Math.min(maxMs, baseMs * 2 ** Math.min(tries - 1, 30));
  return Math.max(minDelayMs, Math.min(details.retryAfterMs ?? 0, maxMs), drawn);
}
