import { MeshError } from '../../../kit/errors/mesh-error.ts';
import { diskRetryMs } from '../../config.ts';

/** Of a server that will answer again by itself, or by its operator's hand: nothing is wrong with the command. */
const passing: ReadonlySet<string> = new Set([
  'BUSY',
  'LOADING',
  'MASTERDOWN',
  'NOREPLICAS',
  'READONLY',
  'TRYAGAIN',
  'UNKILLABLE',
]);
const refusals: ReadonlySet<string> = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM', 'DENIED']);
const ofClusters: ReadonlySet<string> = new Set(['MOVED', 'ASK', 'CROSSSLOT', 'CLUSTERDOWN']);
const retryMs = 500;

/**
 * What a failed command means to a caller: FEATURE_STORE_FULL where the server has no memory or disk left, FEATURE_STORE_UNREACHABLE
 * where it may work again later, CONFIG_INVALID where it won't, STATE_CORRUPT where its keys are not ours. `place` is the server's
 * address without credentials. Anything else is given as it is: a fault in a script.
 */
export function replyFault(failure: unknown, place: string): unknown {
  if (failure instanceof MeshError) return failure;
  const error = withoutCommand(failure);
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Error && error.name === 'ReplyError'))
    return unreachable(place, brief(error), error);
  const code = message.split(/[\s,:]/)[0] ?? '';
  if (code === 'OOM' || code === 'MISCONF') return full(place, code, error);
  if (passing.has(code)) return unreachable(place, message, error);
  if (refusals.has(code))
    return new MeshError(
      'CONFIG_INVALID',
      `Redis at ${place} does not let this process in (${code}); correct user and password in SCOREMESH_FEATURE_REDIS, or what that user may do`,
      {},
      error,
    );
  if (ofClusters.has(code)) return clusterRefused(place);
  if (code === 'WRONGTYPE')
    return new MeshError(
      'STATE_CORRUPT',
      `Redis at ${place} has keys of another kind where the feature store keeps its own; use a database or prefix of its own`,
      {},
      error,
    );
  return error;
}

export function isMissingScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Whether the server has no such command, or not for this user. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && /^(?:NOPERM|ERR unknown command)/i.test(error.message);
}

/** Of a command that was not sent. */
export function notConnected(place: string, why: string): MeshError {
  return new MeshError(
    'FEATURE_STORE_UNREACHABLE',
    `there is no connection to Redis at ${place} (${why}); it is being tried on: start the server or correct SCOREMESH_FEATURE_REDIS`,
    { retryAfterMs: retryMs },
  );
}

function unreachable(place: string, why: string, cause: unknown): MeshError {
  return new MeshError(
    'FEATURE_STORE_UNREACHABLE',
    `Redis at ${place} did not answer (${why}); try again. Events that were to be stored may be: sent again, each counts once`,
    { retryAfterMs: retryMs },
    cause,
  );
}

export function clusterRefused(place: string): MeshError {
  return new MeshError(
    'CONFIG_INVALID',
    `Redis at ${place} is a Redis Cluster, where a commit can't be atomic; use a server of its own, without cluster-enabled`,
  );
}

function full(place: string, code: string, cause: unknown): MeshError {
  const why = code === 'OOM' ? 'more memory than maxmemory is in use' : 'it can not write to its disk';
  return new MeshError(
    'FEATURE_STORE_FULL',
    `Redis at ${place} takes no events (${code}: ${why}); make room and send the events again: each counts once`,
    { retryAfterMs: diskRetryMs },
    cause,
  );
}

/** The client's errors have the command with them: events, or a password. */
function withoutCommand(failure: unknown): unknown {
  if (!(failure instanceof Error)) return failure;
  const error = new Error(failure.message);
  error.name = failure.name;
  return 'code' in failure ? Object.assign(error, { code: failure.code }) : error;
}

/** Messages of the client name hosts and states, never credentials; of several addresses tried, the code says it. */
function brief(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given';
  if (error.name === 'MaxRetriesPerRequestError') return 'the connection was lost';
  return error.message !== '' ? error.message : 'code' in error ? String(error.code) : error.name;
}
