import type { CancelJobResponse__Output as CancelJobResponse } from '../../gen/scoremesh/scoring/v1/CancelJobResponse.ts';
import type { Job__Output as Job } from '../../gen/scoremesh/scoring/v1/Job.ts';
import type { Bus } from '../../kit/bus/bus.ts';
import { type Call, remainingMs } from '../../kit/contract/call.ts';
import { isMeshError } from '../../kit/errors/mesh-error.ts';
import { endedJob, type FindJob, unknownJob } from './find-job.ts';
import { cancelSubject } from './job-names.ts';
import { checkedReference, type JobReference } from './job-reference.ts';
import { hearOf } from './watch.ts';

/** How long the answer waits for the result; a worker that has room settles a cancelled job at once. */
const waitMs = 2000;
/** What is left of the call's time for the answer. */
const reserveMs = 100;
const lookEveryMs = 250;

/** Asks workers not to score a job, durably, and answers where it stands after a moment. */
export function createCancel(bus: Bus, find: FindJob) {
  return async (
    request: { readonly tenant: string; readonly jobId: string },
    call: Call,
  ): Promise<CancelJobResponse> => {
    const reference = checkedReference(request);
    const news = await hearOf(bus, reference, call);
    try {
      const job = await standing(find, reference, call);
      if (job.result !== null) return { job };
      await bus.publish(cancelSubject(reference.tenant, reference.jobId), new Uint8Array(0), { call });
      const until = performance.now() + Math.min(waitMs, remainingMs(call) - reserveMs);
      for (let leftMs = until - performance.now(); leftMs > 0; leftMs = until - performance.now()) {
        await news.next(Math.min(leftMs, lookEveryMs));
        const kept = await find.result(reference, call);
        if (kept !== undefined) return { job: endedJob(kept.result) };
      }
      return { job: { ...job, cancelRequested: true } };
    } finally {
      news.stop();
    }
  };
}

/** Where it stands; a job that is not among those looked through may wait behind them, and is cancelled then. */
async function standing(find: FindJob, reference: JobReference, call: Call): Promise<Job> {
  try {
    return await find.job(reference, call);
  } catch (error) {
    if (!isMeshError(error) || error.details.metadata?.looked_through !== 'part') throw error;
    return { ...unknownJob, ...reference, cancelRequested: true };
  }
}
