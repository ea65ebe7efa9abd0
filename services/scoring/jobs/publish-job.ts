import type { Bus, Stored } from '../../kit/bus/bus.ts';
import type { MessageHeaders } from '../../kit/bus/headers.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { TraceContext } from '../../kit/telemetry/span.ts';
import type { FindJob } from './find-job.ts';
import { header, jobIdOf, jobsStream, readJobSubject } from './job-names.ts';
import type { JobReference } from './job-reference.ts';

export interface PublishJobDeps {
  readonly bus: Bus;
  readonly find: Pick<FindJob, 'kept'>;
}

export interface JobToPublish extends JobReference {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
  /** Told apart from other submissions of the same job, as a redrive is; empty for the job itself. */
  readonly submission?: string;
  readonly trace?: TraceContext;
}

/**
 * Publishes a job under `<tenant>.<job_id>`. JetStream knows ids over its whole stream, so that a producer of another tenant can have used this one,
 * by chance or on purpose: what is called a duplicate and is not this job is published without an id. It may then be stored more than once,
 * which is no harm, because it is scored once all the same.
 */
export async function publishJob(
  { bus, find }: PublishJobDeps,
  { headers, jobId, payload, subject, submission = '', tenant, trace }: JobToPublish,
  call: Call,
): Promise<Stored> {
  const options = { call, headers: { ...headers, [header.jobId]: jobId }, ...(trace && { trace }) };
  const stored = await bus.publish(subject, payload, {
    ...options,
    msgId: `${tenant}.${jobId}${submission}`,
  });
  if (!stored.duplicate) return stored;
  const first = await bus.stored.next(jobsStream, 'scoremesh.jobs.>', stored.sequence, call);
  const isThere = first?.sequence === stored.sequence;
  const isOwn = isThere
    ? readJobSubject(first.subject).tenant === tenant && jobIdOf(first.subject, first.headers) === jobId
    : // A job has its result before its message goes.
      (await find.kept({ tenant, jobId }, call)) !== undefined;
  return isOwn ? stored : bus.publish(subject, payload, options);
}
