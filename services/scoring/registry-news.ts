import type { Call } from '../kit/contract/call.ts';
import { deadlinePassed } from '../kit/contract/deadline-watch.ts';
import type { Reason } from '../kit/errors/catalogue.ts';
import { isMeshError } from '../kit/errors/mesh-error.ts';
import type { ModelRegistry } from './model-registry.ts';

/** What the inference role answers for a version that it took out of service a moment ago. */
const gone: ReadonlySet<Reason> = new Set<Reason>([
  'MODEL_NOT_FOUND',
  'MODEL_VERSION_NOT_FOUND',
  'MODEL_NOT_READY',
]);
/** News of the registry are milliseconds behind it. */
const newsLimitMs = 1000;

/**
 * Resolves when the registry of number `snapshot`, by which a version was ready, has a successor, if `error` says that it is no
 * longer so; throws the error otherwise. Thus a version can be replaced without a request failing.
 */
export async function newsAfter(
  models: ModelRegistry,
  snapshot: number,
  error: unknown,
  call: Call,
): Promise<void> {
  if (!isMeshError(error) || !gone.has(error.reason)) throw error;
  if (!(await models.newer(snapshot, newsLimitMs, call))) throw call.cancellation.error ?? error;
}

/** Resolves with the successor of the registry of number `snapshot`, whose digest of a version is out of date. */
export async function newsOfReload(models: ModelRegistry, snapshot: number, call: Call): Promise<void> {
  if (await models.newer(snapshot, Number.POSITIVE_INFINITY, call)) return;
  throw call.cancellation.error ?? deadlinePassed();
}
