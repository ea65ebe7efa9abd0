import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { FeatureStore } from '../store/feature-store.ts';
import type { Moments } from './moments.ts';
import type { ReadPlan, ViewPlan } from './read-plan.ts';

/** Refuses rows whose windows reach into what the retention of a stream no longer covers. */
export function refuseExpired(store: FeatureStore, plan: ReadPlan, { asOfMs, ofRows }: Moments): void {
  for (const view of plan.views) {
    const { program } = view.source;
    const edge = store.expiredBefore(view.source.view.stream.name);
    if (edge === Number.NEGATIVE_INFINITY) continue;
    for (const momentMs of ofRows ?? [asOfMs]) {
      const reach = program.reachStart(momentMs);
      if (reach === Number.NEGATIVE_INFINITY ? momentMs < edge : reach < edge)
        throw expired(view, momentMs, edge);
    }
  }
}

/** Refuses a read of latest values that found nothing where there may have been something. The views' readings are of that read. */
export function refuseUnknown(store: FeatureStore, plan: ReadPlan, momentMs: number): void {
  for (const view of plan.views) {
    if (view.source.view.kind !== 'latest' || view.reading.found) continue;
    const edge = store.expiredBefore(view.source.view.stream.name);
    if (momentMs - view.retentionMs < edge) throw expired(view, momentMs, edge);
  }
}

function expired({ source }: ViewPlan, momentMs: number, edgeMs: number): MeshError {
  const { name, stream } = source.view;
  return new MeshError(
    'FEATURE_HISTORY_EXPIRED',
    `view ${name} as of ${at(momentMs)} needs events of stream ${stream.name} from before ${at(edgeMs)}, which its retention no longer covers; ask for a later moment, or declare a longer retention for what is still to come`,
    { metadata: { view: name, stream: stream.name, edge: String(edgeMs) } },
  );
}

function at(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
