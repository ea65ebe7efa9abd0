/** Where a job waits. */
export interface QueuedJob {
  readonly jobId: string;
  readonly tenant: string;
  /** Of its message in the stream of jobs. */
  readonly sequence: number;
  readonly subject: string;
  /** When the stream took it, Unix ms. */
  readonly takenAtMs: number;
}

/** Where jobs wait that this gateway has seen: of its own submissions, and of what it looked through. Bounded; the oldest go first. */
export interface KnownJobs {
  get(tenant: string, jobId: string): QueuedJob | undefined;
  add(job: QueuedJob): void;
  forget(tenant: string, jobId: string): void;
  /** Forgets all: the stream may be another one. */
  clear(): void;
  /** Every job of the tenant that waits up to this sequence is known, or was and is over; 0 if that can't be said. */
  seenUpTo(tenant: string): number;
  noteSeenUpTo(tenant: string, sequence: number): void;
}

export function createKnownJobs(maxJobs: number, maxTenants: number): KnownJobs {
  const jobs = new Map<string, QueuedJob>();
  const seen = new Map<string, number>();
  const keyOf = (tenant: string, jobId: string): string => `${tenant}.${jobId}`;
  return {
    get: (tenant, jobId) => jobs.get(keyOf(tenant, jobId)),
    add: (job) => {
      const key = keyOf(job.tenant, job.jobId);
      jobs.delete(key);
      jobs.set(key, job);
      if (jobs.size <= maxJobs) return;
      const [oldest] = jobs;
      if (oldest === undefined) return;
      jobs.delete(oldest[0]);
      seen.delete(oldest[1].tenant);
    },
    forget: (tenant, jobId) => {
      jobs.delete(keyOf(tenant, jobId));
    },
    clear: () => {
      jobs.clear();
      seen.clear();
    },
    seenUpTo: (tenant) => seen.get(tenant) ?? 0,
    noteSeenUpTo: (tenant, sequence) => {
      seen.delete(tenant);
      seen.set(tenant, sequence);
      const [first] = seen.keys();
      if (seen.size > maxTenants && first !== undefined) seen.delete(first);
    },
  };
}
