import type { Bus } from '../../../kit/bus/bus.ts';
import { jobsStream, readJobSubject } from '../job-names.ts';

/** The queues that have jobs, as of one look or, where there are too many subjects for one, of several. */
export interface SeenQueues {
  /** Jobs by lane and tenant. */
  readonly counts: ReadonlyMap<string, number>;
  /** Subjects that may be full soon. */
  readonly crowded: ReadonlySet<string>;
  /** Jobs that a subject may have, as the stream has it: another process may have set it. */
  readonly bound: number;
}

export interface Look {
  /** Queues that have jobs, of those that were looked at. */
  readonly found: ReadonlySet<string>;
  /** Once all have been looked at. */
  readonly whole: SeenQueues | undefined;
}

/**
 * A queue is crowded while it has room for less: 10,000 acknowledgements a second, more than a worker has, were seen to leave up to 4000 messages that a
 * killed server has again, those of about one of its files; and a queue may have grown by some ten thousands since it was looked at.
 */
export const crowdedRoom = 50_000;

/**
 * Looks at the queues by the subjects of the stream, a page of 100,000 at a time: who makes up models to have more subjects than that holds up nobody
 * whose subjects come after them.
 */
export function createQueueLooks(bus: Pick<Bus, 'stored'>): () => Promise<Look> {
  let from = 0;
  let counts = new Map<string, number>();
  let crowded = new Set<string>();
  return async () => {
    const bound = (await bus.stored.maxPerSubject(jobsStream)) ?? Number.POSITIVE_INFINITY;
    const { subjects, next } = await bus.stored.subjectsFrom(jobsStream, 'scoremesh.jobs.>', from);
    const found = new Set<string>();
    for (const [subject, count] of subjects) {
      const { lane, tenant } = readJobSubject(subject);
      const key = `${lane}.${tenant}`;
      found.add(key);
      counts.set(key, (counts.get(key) ?? 0) + count);
      if (count > bound - crowdedRoom) crowded.add(subject);
    }
    from = next ?? 0;
    if (next !== undefined) return { found, whole: undefined };
    const whole = { counts, crowded, bound };
    [counts, crowded] = [new Map(), new Set()];
    return { found, whole };
  };
}
