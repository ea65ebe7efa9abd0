import { type Call, startCall } from '../../../kit/contract/call.ts';
import { DeadlineWatch } from '../../../kit/contract/deadline-watch.ts';
import type { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { TraceContext } from '../../../kit/telemetry/span.ts';
import { principalOf } from '../job-reference.ts';
import type { JobMessage } from './job-message.ts';

/** Calls in the name of jobs. */
export interface JobCalls {
  /** Works within the time of an attempt and the deadline of the job, Unix ms. */
  within<T>(
    job: Pick<JobMessage, 'tenant'>,
    deadlineMs: number,
    trace: TraceContext,
    work: (call: Call) => Promise<T>,
  ): Promise<T>;
  close(): void;
}

export function createJobCalls(attemptTimeoutMs: number): JobCalls {
  const watch = new DeadlineWatch();
  return {
    within: async (job, deadlineMs, trace, work) => {
      const timeoutMs = Math.min(attemptTimeoutMs, deadlineMs - Date.now());
      const call = startCall({ timeoutMs, principal: principalOf(job.tenant), trace });
      const expiring = {
        deadline: call.deadline,
        expire: (error: MeshError) => call.cancellation.cancel(error),
      };
      watch.add(expiring);
      try {
        return await new Promise((resolve, reject) => {
          call.cancellation.onCancel(reject);
          work(call).then(resolve, reject);
        });
      } finally {
        watch.delete(expiring);
      }
    },
    close: () => watch.close(),
  };
}
