import type { ModelContract } from '../contracts.ts';
import type { Model__Output as Model } from '../gen/scoremesh/inference/v1/Model.ts';
import { type Call, startCall } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import { waitBeforeRetry } from '../kit/rpc/retry.ts';
import type { ModelChanges } from './model-changes.ts';
import { parseModelReference } from './model-reference.ts';
import { resolveModel } from './model-resolution.ts';
import { planOf, type ScorePlan } from './score-plan.ts';
import { createTurns } from './turns.ts';

/** What a reference means in one snapshot of the registry. */
export interface Resolution {
  readonly plan: ScorePlan;
  /** The alias that led to it; empty if none did. */
  readonly alias: string;
}

/** The inference role's registry as the pipeline knows it, so that resolving a model costs no call. */
export interface ModelRegistry {
  /** The plan of the version that this means now, and the alias that led to it. */
  resolve(model: string): Resolution;
  /** Why nothing can be resolved yet; undefined once the first snapshot has come. */
  unready(): MeshError | undefined;
  /** The number of the snapshot that is in force; each that comes has a higher one. */
  snapshot(): number;
  /** Whether a snapshot newer than number `than` came: true at once if it is there, false after `limitMs` or when the call ends. */
  newer(than: number, limitMs: number, call: Call): Promise<boolean>;
}

/** References of one snapshot that are remembered: callers may write one version's number in any number of ways. */
const maxResolved = 10_000;

/**
 * Follows ModelService.WatchModels for ever, and hands the changes on. While the stream is broken the last snapshot stays in force:
 * a version it names is still asked for by number, so a stale snapshot can't answer with another model.
 */
export function followModels(
  models: Client<ModelContract>,
  deps: { readonly log: Log; readonly changes: Pick<ModelChanges, 'add'> },
  closers: Closers,
): ModelRegistry {
  let known: readonly Model[] | undefined;
  let resolved = new Map<string, Resolution>();
  const snapshots = createTurns();
  const call = startCall({ timeoutMs: Number.POSITIVE_INFINITY, principal: 'scoremesh' });

  const follow = async (): Promise<void> => {
    for (let failures = 0; call.cancellation.error === undefined; ) {
      try {
        for await (const snapshot of models.WatchModels({}, call)) {
          failures = 0;
          known = snapshot.models;
          resolved = new Map();
          snapshots.turn();
          deps.changes.add(snapshot.changes);
        }
        failures += 1;
      } catch (error) {
        failures += 1;
        if (failures === 1 && call.cancellation.error === undefined)
          deps.log.warn('the stream of models broke; following it again', { error });
      }
      if (failures > 0) await waitBeforeRetry(failures, Number.POSITIVE_INFINITY, call);
    }
  };
  const following = follow();
  closers.add('stream of models', async () => {
    call.cancellation.cancel(new MeshError('SHUTTING_DOWN', 'this process is stopping'));
    await following;
  });

  const unready = (): MeshError | undefined =>
    known === undefined
      ? new MeshError('ROLE_UNREACHABLE', 'the inference role has not told its models yet; is it running?', {
          retryAfterMs: 500,
        })
      : undefined;

  return {
    unready,
    snapshot: snapshots.count,
    newer: snapshots.after,
    resolve: (text) => {
      const found = resolved.get(text);
      if (found !== undefined) return found;
      const reference = parseModelReference(text);
      if (known === undefined) throw unready();
      const { model, alias } = resolveModel(known, reference);
      const entry = { plan: planOf(model), alias };
      if (resolved.size >= maxResolved) resolved.clear();
      resolved.set(text, entry);
      return entry;
    },
  };
}
