import type { Job__Output as Job } from '../../gen/scoremesh/scoring/v1/Job.ts';
import type { JobResult__Output as JobResult } from '../../gen/scoremesh/scoring/v1/JobResult.ts';
import type { Bus } from '../../kit/bus/bus.ts';
import type { StoredMessage } from '../../kit/bus/stored-messages.ts';
import type { Call } from '../../kit/contract/call.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import {
  cancelSubject,
  cancelsStream,
  jobIdOf,
  jobsStream,
  laneOfName,
  readJobSubject,
  resultSubject,
  resultsStream,
} from './job-names.ts';
import type { JobReference } from './job-reference.ts';
import { timestampOfMs } from './job-time.ts';
import type { KnownJobs, QueuedJob } from './known-jobs.ts';
import { type Payloads, readWholeResult } from './payloads.ts';

/** A result and its place in the stream of results. */
export interface KeptResult {
  readonly result: JobResult;
  readonly sequence: number;
}

export interface FindJob {
  /** Its result as it is kept; undefined if there is none. One request. */
  kept(job: JobReference, call: Call): Promise<StoredMessage | undefined>;
  /** How it ended; undefined if no result is kept. One request, more where the result is too large for a message. */
  result(job: JobReference, call: Call): Promise<KeptResult | undefined>;
  /**
   * Where it stands: as its result says, else waiting. Two or three requests for what this gateway knows; else the tenant's queue is looked
   * through from where the last look ended, a request for each job. Throws JOB_NOT_FOUND, `metadata.looked_through` being "all" or "part".
   */
  job(job: JobReference, call: Call): Promise<Job>;
}

/** Messages of a queue that one call reads at most: some hundred milliseconds. */
const maxLooked = 2000;

export function createFindJob(bus: Bus, known: KnownJobs, payloads: Pick<Payloads, 'find'>): FindJob {
  const keptOf: FindJob['kept'] = ({ tenant, jobId }, call) =>
    bus.stored.last(resultsStream, resultSubject(tenant, jobId), call);
  const result = async (job: JobReference, call: Call): Promise<KeptResult | undefined> => {
    const message = await keptOf(job, call);
    return message === undefined
      ? undefined
      : { result: await readWholeResult(message, payloads, call), sequence: message.sequence };
  };

  /** What is known of it if it still waits. */
  const stillWaiting = async (
    { tenant, jobId }: JobReference,
    call: Call,
  ): Promise<QueuedJob | undefined> => {
    const job = known.get(tenant, jobId);
    if (job === undefined) return undefined;
    const message = await bus.stored.next(jobsStream, job.subject, job.sequence, call);
    if (message?.sequence === job.sequence) return job;
    known.forget(tenant, jobId);
    return undefined;
  };

  const looks = new Map<string, Promise<boolean>>();
  /** Looks through the tenant's queue from where the last look ended; resolves to whether the end was reached. */
  const look = (tenant: string, call: Call): Promise<boolean> => {
    const running = lookThrough(tenant, call).finally(() => looks.delete(tenant));
    looks.set(tenant, running);
    return running;
  };
  const lookThrough = async (tenant: string, call: Call): Promise<boolean> => {
    const subject = `scoremesh.jobs.*.${tenant}.>`;
    for (let looked = 0; looked < maxLooked; looked += 1) {
      const from = known.seenUpTo(tenant) + 1;
      const message = await bus.stored.next(jobsStream, subject, from, call);
      if (message === undefined) return true;
      const job = queuedJob(message);
      if (job !== undefined) known.add(job);
      known.noteSeenUpTo(tenant, message.sequence);
    }
    return false;
  };
  const found = async (reference: JobReference, call: Call): Promise<QueuedJob | boolean> => {
    const first = await stillWaiting(reference, call);
    if (first !== undefined) return first;
    const { tenant } = reference;
    const running = looks.get(tenant);
    if (running !== undefined) {
      // One that another call began; it may have passed the place where this job is since, hence the look of its own after it.
      await running.catch(() => {});
      const job = await stillWaiting(reference, call);
      if (job !== undefined) return job;
    }
    const isWhole = await look(tenant, call);
    return (await stillWaiting(reference, call)) ?? isWhole;
  };

  return {
    kept: keptOf,
    result,
    job: async (reference, call) => {
      const kept = await result(reference, call);
      if (kept !== undefined) return endedJob(kept.result);
      const waiting = await found(reference, call);
      if (typeof waiting === 'boolean') {
        // It may have ended meanwhile: a worker stores the result before it lets go of the job.
        const late = await result(reference, call);
        if (late !== undefined) return endedJob(late.result);
        throw jobNotFound(reference, waiting);
      }
      const asked = await bus.stored.last(
        cancelsStream,
        cancelSubject(reference.tenant, reference.jobId),
        call,
      );
      return waitingJob(waiting, asked !== undefined);
    },
  };
}

function jobNotFound({ tenant, jobId }: JobReference, isWhole: boolean): MeshError {
  return new MeshError(
    'JOB_NOT_FOUND',
    `tenant ${tenant} has no job ${jobId}: ${
      isWhole
        ? 'none waits, and no result is kept; results are forgotten after a time, records of predictions are not'
        : 'no result is kept, and it is not among the jobs looked through so far; ask again to look further'
    }`,
    { metadata: { looked_through: isWhole ? 'all' : 'part' } },
  );
}

/** A message of the stream of jobs as a job that waits; undefined if it names none. */
export function queuedJob({ headers, sequence, subject, takenAtMs }: StoredMessage): QueuedJob | undefined {
  const jobId = jobIdOf(subject, headers);
  if (jobId === undefined) return undefined;
  return { jobId, tenant: readJobSubject(subject).tenant, sequence, subject, takenAtMs };
}

export function waitingJob({ jobId, subject, takenAtMs, tenant }: QueuedJob, cancelRequested: boolean): Job {
  const { lane, model } = readJobSubject(subject);
  return {
    jobId,
    tenant,
    model,
    lane: laneOfName(lane),
    state: 'JOB_STATE_QUEUED',
    cancelRequested,
    result: null,
    submittedAt: timestampOfMs(takenAtMs),
  };
}

/** A job of which nothing is known but that it is. */
export const unknownJob = {
  model: '',
  lane: 'JOB_LANE_UNSPECIFIED',
  state: 'JOB_STATE_QUEUED',
  cancelRequested: false,
  result: null,
  submittedAt: null,
} as const;

/** A job that has its result, which does not say in which lane it was. */
export function endedJob(result: JobResult): Job {
  const { jobId, model, state, submittedAt, tenant } = result;
  return {
    ...{ jobId, tenant, model, state, result, submittedAt },
    lane: 'JOB_LANE_UNSPECIFIED',
    cancelRequested: state === 'JOB_STATE_CANCELLED',
  };
}
