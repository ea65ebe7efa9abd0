import type { Stream, View } from '../declarations/declarations.ts';
import { layoutOf } from '../events/event-layout.ts';
import { rowKeys } from '../events/row-key.ts';
import { createStreamPlan, type StreamPlan } from '../events/stream-plan.ts';
import type { EventIndex, FeatureStore } from '../store/feature-store.ts';

/** What the declarations mean for the events of each stream, and where a view finds them. */
export interface StreamPlans {
  readonly byStream: ReadonlyMap<string, StreamPlan>;
  /** The index that the view reads; one for all views of the same stream and key fields. Throws for a view that was not given. */
  indexOf(view: View): EventIndex;
}

/**
 * Makes the layouts and indexes that streams and views need. The views must be all that are or ever were declared: an index that no
 * event enters any more could never be read again. Fills new indexes from the store, so no commit may be under way.
 */
export async function planStreams(
  streams: Iterable<Stream>,
  views: Iterable<View>,
  store: FeatureStore,
): Promise<StreamPlans> {
  const byName = new Map([...streams].map((stream) => [stream.name, stream]));
  const indexes = new Map<string, EventIndex>();
  for (const { stream, keyFields } of views) {
    const placed = placeOf(stream.name, keyFields);
    if (indexes.has(placed)) continue;
    const { fields } = byName.get(stream.name) ?? stream;
    const keys = keyFields.map((name) => ({
      name,
      datatype: fields.find((field) => field.name === name)?.datatype ?? 'BYTES',
    }));
    const keyOf = rowKeys((id) => store.layout(id), keys);
    indexes.set(placed, await store.ensureIndex(stream.name, keyFields, keyOf));
  }
  const byStream = new Map<string, StreamPlan>();
  for (const stream of byName.values()) {
    const own = [...indexes.values()].filter((index) => index.stream === stream.name);
    const layoutId = await store.layoutId(layoutOf(stream.fields));
    byStream.set(stream.name, createStreamPlan(stream, layoutId, own));
  }
  return {
    byStream,
    indexOf: ({ name, stream, keyFields }) => {
      const index = indexes.get(placeOf(stream.name, keyFields));
      if (index === undefined) throw new Error(`view ${name} was not among those that were planned`);
      return index;
    },
  };
}

function placeOf(stream: string, keyFields: readonly string[]): string {
  return JSON.stringify([stream, ...keyFields]);
}
