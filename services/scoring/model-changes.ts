import type { ModelChange__Output as ModelChange } from '../gen/scoremesh/inference/v1/ModelChange.ts';
import { type Call, startCall } from '../kit/contract/call.ts';
import { deadlinePassed } from '../kit/contract/deadline-watch.ts';
import { Code } from '../kit/errors/catalogue.ts';
import { MeshError, toMeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import { waitBeforeRetry } from '../kit/rpc/retry.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import type { AuditTrail } from './audit-trail.ts';
import { modelChangeRecord } from './records.ts';
import { createTurns } from './turns.ts';

/** Writes every change of the registry into the audit log, in the order in which they came. */
export interface ModelChanges {
  /** Queues those that were not seen before. */
  add(changes: readonly ModelChange[]): void;
  /** Resolves once all that was added before is durable; fails with what ends the call. */
  settled(call: Call): Promise<void>;
}

/** Changes that may wait for the log: more than hours of an outage bring. */
const maxQueued = 10_000;
/** Ids that are remembered: more than the first message of a followed stream repeats. */
const maxRemembered = 4 * 1024;
const appendTimeoutMs = 10_000;

/**
 * A change is tried again until it is durable, while the process lives: the log answers a repeated record_id as the first time, so
 * several gateways and repeated messages do not double it. What a stopping process has not written, the next one that follows the
 * registry writes.
 */
export function createModelChanges(
  trail: Pick<AuditTrail, 'append'>,
  deps: { readonly log: Log; readonly metrics: Metrics },
  closers: Closers,
): ModelChanges {
  const { log, metrics } = deps;
  const dropped = metrics
    .counter(
      'scoremesh_audit_model_changes_dropped_total',
      'Changes of models that could not be recorded. Must stay 0.',
      [],
    )
    .labels();
  const queue: ModelChange[] = [];
  metrics.gauge(
    'scoremesh_audit_model_changes_queued',
    'Changes of models that wait for their record.',
    [],
    () => [{ labels: [], value: queue.length }],
  );
  const remembered = new Set<string>();
  const written = createTurns();
  /** Cancelled when the process stops: what fails then is not tried again. */
  const life = startCall({ timeoutMs: Number.POSITIVE_INFINITY, principal: 'scoremesh' });
  let added = 0;
  let writing: Promise<void> | undefined;

  const drop = (change: ModelChange, why: string, error?: unknown): void => {
    dropped.add();
    log.error('a change of a model could not be recorded', { change: change.changeId, why, error });
  };

  /** Whether the queue may go on to the next. */
  const write = async (change: ModelChange): Promise<boolean> => {
    for (let tries = 1; ; tries++) {
      const call = startCall({ timeoutMs: appendTimeoutMs, principal: change.principal });
      try {
        await trail.append(modelChangeRecord(change, call), change.changeId, call);
        return true;
      } catch (thrown) {
        const error = toMeshError(thrown);
        if (error.code === Code.INVALID_ARGUMENT || error.reason === 'MESSAGE_TOO_LARGE') {
          drop(change, 'the log does not take it', error);
          return true;
        }
        if (tries === 1) log.warn('a change of a model is not recorded yet; trying again', { error });
        if (!(await waitBeforeRetry(tries, Number.POSITIVE_INFINITY, life))) return false;
      }
    }
  };

  const writeAll = async (): Promise<void> => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      if (!(await write(next))) break;
      queue.shift();
      written.turn();
    }
    writing = undefined;
  };

  closers.add('records of model changes', async () => {
    life.cancellation.cancel(new MeshError('SHUTTING_DOWN', 'this process is stopping'));
    await writing;
    if (queue.length > 0)
      log.error('the process stops before all changes of models are recorded', { left: queue.length });
  });

  return {
    add: (changes) => {
      for (const change of changes) {
        if (remembered.has(change.changeId)) continue;
        if (queue.length >= maxQueued) {
          drop(change, `${maxQueued} changes wait already`);
          continue;
        }
        remembered.add(change.changeId);
        if (remembered.size > maxRemembered) remembered.delete(remembered.values().next().value ?? '');
        queue.push(change);
        added += 1;
      }
      if (queue.length > 0) writing ??= writeAll();
    },
    settled: async (call) => {
      const wanted = added;
      while (written.count() < wanted)
        if (!(await written.after(written.count(), Number.POSITIVE_INFINITY, call)))
          throw call.cancellation.error ?? deadlinePassed();
    },
  };
}
