import { MeshError } from '../../../gateway/client/client.ts';

/** What went wrong, counted by reason, with the first message of each. */
export interface Failures {
  add(error: unknown, count?: number): void;
  total(): number;
  /** Most frequent first. */
  byReason(): FailureCount[];
}

export interface FailureCount {
  reason: string;
  count: number;
  /** What the first of them said. */
  example: string;
}

export function createFailures(): Failures {
  const counts = new Map<string, FailureCount>();
  return {
    add(error, count = 1) {
      const { reason, message } = asMeshError(error);
      const known = counts.get(reason);
      if (known === undefined) counts.set(reason, { reason, count, example: message });
      else known.count += count;
    },
    total: () => [...counts.values()].reduce((sum, { count }) => sum + count, 0),
    byReason: () => [...counts.values()].sort((a, b) => b.count - a.count),
  };
}

export function asMeshError(error: unknown): MeshError {
  return error instanceof MeshError ? error : new MeshError('INTERNAL', String(error), {}, error);
}
