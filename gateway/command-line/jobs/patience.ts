import { setTimeout as delay } from 'node:timers/promises';
import { Code } from '../../../services/kit/errors/catalogue.ts';
import { isMeshError, type MeshError } from '../../../services/kit/errors/mesh-error.ts';

/** Tries again what a restart of the mesh or a full queue refused, for as long as the run as a whole gets on. */
export interface Patience {
  /** Repeats the work until it succeeds, fails for good, or nothing of the run has got on for too long. */
  insist<R>(work: () => Promise<R>): Promise<R>;
  /** Something has got on. */
  progress(): void;
}

const firstPauseMs = 200;
const maxPauseMs = 5000;

export function createPatience(limitMs: number, stop: AbortSignal): Patience {
  let lastMs = performance.now();
  return {
    progress: () => {
      lastMs = performance.now();
    },
    insist: async (work) => {
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
        try {
          return await work();
        } catch (error) {
          if (!isPassing(error) || stop.aborted || performance.now() - lastMs > limitMs) throw error;
          const waitMs = Math.max(error.details.retryAfterMs ?? 0, pauseMs * (0.5 + Math.random() / 2));
          await delay(waitMs, undefined, { signal: stop }).catch(() => {});
        }
      }
    },
  };
}

/** Whether the same may succeed later: nothing is reached, a queue is full, or the answer came too late. */
function isPassing(error: unknown): error is MeshError {
  if (!isMeshError(error)) return false;
  if (error.code === Code.UNAVAILABLE || error.code === Code.DEADLINE_EXCEEDED) return true;
  return error.code === Code.RESOURCE_EXHAUSTED && error.details.retryAfterMs !== undefined;
}
