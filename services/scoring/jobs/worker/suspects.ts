import type { Bus } from '../../../kit/bus/bus.ts';
import { isMeshError } from '../../../kit/errors/mesh-error.ts';
import { attemptsStream, attemptsSubject } from '../job-names.ts';
import type { JobMessage } from './job-message.ts';

/**
 * Finds jobs that end the workers that begin them. How often a message was delivered does not tell: a worker that dies takes with it all that it
 * had fetched, most of which it never began. A job that was delivered before therefore leaves a mark in a stream before it is begun, which is
 * removed when the attempt ends in order, however it ends: marks that are left behind are attempts that nobody lived to end.
 */
export interface Suspects {
  /**
   * Runs the attempt; undefined if the job was begun as often as it may be and no worker lived to say how it ended. Where the job is under
   * suspicion no other suspect runs beside it in this process, so that the innocent get no mark. Costs three requests for a job that was
   * delivered before, and nothing for others.
   */
  run<T>(job: JobMessage, attempt: () => Promise<T>): Promise<T | undefined>;
}

interface Mark {
  readonly marks: number;
  /** Sequence of the job's message: one that was redriven begins anew. */
  readonly message: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createSuspects({ maxAttempts }: { readonly maxAttempts: number }, bus: Bus): Suspects {
  /** The first attempt leaves no mark; and what comes again without one, handed back say, may be tried. */
  const maxMarks = Math.max(1, maxAttempts - 1);
  let last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn, to what ends it. */
  const turn = async (): Promise<() => void> => {
    const before = last;
    let end = (): void => {};
    last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  };

  const marked = async <T>(
    subject: string,
    { marks, message }: Mark,
    attempt: () => Promise<T>,
  ): Promise<T> => {
    const { sequence } = await bus.publish(subject, encoder.encode(`${marks} ${message}`));
    try {
      return await attempt();
    } finally {
      await bus.stored.remove(attemptsStream, sequence).catch((error) => {
        // It then counts as one more attempt that nobody ended.
        if (!isMeshError(error)) throw error;
      });
    }
  };

  return {
    run: async ({ delivery, jobId, tenant }, attempt) => {
      if (!delivery.redelivered) return attempt();
      const subject = attemptsSubject(tenant, jobId);
      const kept = await bus.stored.last(attemptsStream, subject);
      const message = delivery.sequence;
      const marks = kept === undefined ? 0 : marksOf(kept.payload, message);
      if (marks >= maxMarks) return undefined;
      if (marks === 0 && maxMarks > 1) return marked(subject, { marks: 1, message }, attempt);
      const end = await turn();
      try {
        return await marked(subject, { marks: marks + 1, message }, attempt);
      } finally {
        end();
      }
    },
  };
}

function marksOf(payload: Uint8Array, message: number): number {
  const [marks, of] = decoder.decode(payload).split(' ').map(Number);
  return of === message ? (marks ?? 0) : 0;
}
