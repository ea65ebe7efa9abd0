import { isMeshError, MeshError, toMeshError } from '../../../kit/errors/mesh-error.ts';
import { header } from '../job-names.ts';
import type { Payloads } from '../payloads.ts';
import type { Attempt, Attempts } from './attempt.ts';
import type { Outcome } from './outcome.ts';
import { classOf } from './retry.ts';

export interface LargeJobsConfig {
  readonly maxAttempts: number;
  /** Payloads that are held at once, together; one alone may have more. */
  readonly heldBytes: number;
}

const payloadHeader = header.payload.toLowerCase();

/**
 * Attempts at jobs whose payload is in the bucket: it is read before the attempt, which does not know of it. Others cost a look at their headers.
 * How much is held at once is bounded, because as many jobs run as would fit only if they were small.
 */
export function createLargeJobs(
  { heldBytes, maxAttempts }: LargeJobsConfig,
  payloads: Pick<Payloads, 'find'>,
  { attempt, unreadable }: Pick<Attempts, 'attempt' | 'unreadable'>,
  stopping: AbortSignal,
): Attempt {
  const room = createRoom(heldBytes);
  return async (job, trace) => {
    const reference = job.headers[payloadHeader];
    if (reference === undefined) return attempt(job, trace);
    const failure = async (thrown: unknown): Promise<Outcome> => {
      const error = toMeshError(thrown);
      if (!isMeshError(thrown)) throw thrown;
      if (stopping.aborted) return { kind: 'handBack' };
      // A producer may have sent the job before its payload is there.
      const isHopeless = error.reason === 'PAYLOAD_NOT_FOUND' && job.delivery.attempt >= maxAttempts;
      if (!isHopeless && classOf(error) !== 'final') return { kind: 'retry', error };
      // Looking for its payload was an attempt, reading a message that is wrong is none.
      return unreadable(job, trace, error, error.reason === 'INVALID_REQUEST' ? 0 : job.delivery.attempt);
    };
    let leave = (): void => {};
    try {
      let payload: Uint8Array;
      try {
        if (job.payload.length > 0) throw besideReference();
        const found = await payloads.find(reference);
        leave = await room.enter(found.sizeBytes);
        payload = await found.read();
      } catch (thrown) {
        return await failure(thrown);
      }
      return await attempt({ ...job, payload }, trace);
    } finally {
      leave();
    }
  };
}

function besideReference(): MeshError {
  return new MeshError('INVALID_REQUEST', `a message with ${header.payload} has a body too; leave it empty`, {
    violations: [{ field: 'body', description: `must be empty beside ${header.payload}` }],
  });
}

interface Room {
  /** Resolves, in the order of the calls, once there is room, to what gives it back. */
  enter(sizeBytes: number): Promise<() => void>;
}

export function createRoom(maxBytes: number): Room {
  const waiting: { readonly sizeBytes: number; readonly enter: () => void }[] = [];
  let heldBytes = 0;
  const admit = (): void => {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      if (heldBytes > 0 && heldBytes + next.sizeBytes > maxBytes) return;
      waiting.shift();
      heldBytes += next.sizeBytes;
      next.enter();
    }
  };
  return {
    enter: async (sizeBytes) => {
      await new Promise<void>((resolve) => {
        waiting.push({ sizeBytes, enter: resolve });
        admit();
      });
      return () => {
        heldBytes -= sizeBytes;
        admit();
      };
    },
  };
}
