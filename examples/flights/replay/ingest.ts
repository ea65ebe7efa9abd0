import type { MeshClient } from '../../../gateway/client/client.ts';
import type { FeatureRow } from '../feature-rows.ts';

/** Puts feature rows into the mesh. */
export interface Ingester {
  /** Resolves when all are durable and readable. The time of the rows is now: the mesh can't know that it is 2001. */
  ingest(rows: readonly FeatureRow[], signal: AbortSignal): Promise<void>;
  counts(): { stored: number; superseded: number };
}

export function createIngester(mesh: MeshClient, timeoutMs: number): Ingester {
  let stored = 0;
  let superseded = 0;
  return {
    async ingest(rows, signal) {
      if (rows.length === 0) return;
      const answer = await mesh.features.Ingest({ rows: rows.map(messageOf) }, { timeoutMs, signal });
      stored += answer.stored;
      superseded += answer.superseded;
    },
    counts: () => ({ stored, superseded }),
  };
}

function messageOf({ view, keys, values }: FeatureRow): object {
  const numbers = Object.entries(values).map(([name, value]) => [
    name,
    value === null ? {} : { number: value },
  ]);
  return { view, keys, values: Object.fromEntries(numbers) };
}
