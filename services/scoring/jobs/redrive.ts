import type { RedriveJobsRequest__Output as RedriveJobsRequest } from '../../gen/scoremesh/scoring/v1/RedriveJobsRequest.ts';
import type { RedriveJobsResponse__Output as RedriveJobsResponse } from '../../gen/scoremesh/scoring/v1/RedriveJobsResponse.ts';
import type { Bus } from '../../kit/bus/bus.ts';
import { headerOf, type MessageHeaders } from '../../kit/bus/headers.ts';
import type { StoredMessage } from '../../kit/bus/stored-messages.ts';
import { type Call, remainingMs } from '../../kit/contract/call.ts';
import type { FieldViolation } from '../../kit/errors/mesh-error.ts';
import type { FindJob } from './find-job.ts';
import { deadStream, header, readJobSubject, resultsStream } from './job-names.ts';
import { checkJobId, jobIdPattern, tenantIn, throwIfAny } from './job-reference.ts';
import type { KnownJobs } from './known-jobs.ts';
import type { Notices } from './notices.ts';
import { publishJob } from './publish-job.ts';
import { readJobResult } from './result-message.ts';

export interface RedriveDeps {
  readonly bus: Bus;
  readonly find: Pick<FindJob, 'kept'>;
  readonly known: KnownJobs;
  readonly notices: Notices;
  /** Unix ms. */
  readonly now: () => number;
}

const defaultLimit = 1000;
const maxLimit = 10_000;
const maxIds = 1000;
/** Dead letters that one call reads. */
const maxRead = 20_000;
/** Of the call's time this is left for the answer. */
const reserveMs = 500;

/**
 * Submits dead jobs again, oldest first. Of each: its DEAD result is removed, so that there is room for the next one (only that very result,
 * by its sequence); the job is published as it was, into the lane it came from; then the dead letter is removed. Interrupted at any point
 * the letter is still there, and another call does what is left; a job is published twice at worst and then has one result all the same.
 * What is removed is erased: a killed nats-server would have a DEAD result again, and the job would keep it.
 * Letters that name no job stay: nobody could ask for their results.
 */
export function createRedrive({ bus, find, known, notices, now }: RedriveDeps) {
  return async (request: RedriveJobsRequest, call: Call): Promise<RedriveJobsResponse> => {
    const { ids, limit, subject } = checked(request);
    // Those that die again meanwhile are for the next call.
    const last = await bus.stored.last(deadStream, subject, call);
    let redriven = 0;
    let unnamed = 0;
    let from = 1;
    for (let read = 0; ; read += 1) {
      const letter = await bus.stored.next(deadStream, subject, from, call);
      if (letter === undefined || last === undefined || letter.sequence > last.sequence)
        return { redriven, more: false, unnamed };
      if (redriven === limit || read === maxRead || (read > 0 && remainingMs(call) < reserveMs))
        return { redriven, more: true, unnamed };
      from = letter.sequence + 1;
      const job = jobOf(letter);
      if (ids !== undefined && !ids.has(job?.jobId ?? '')) continue;
      if (job === undefined) unnamed += 1;
      else if (await again(letter, job, call)) redriven += 1;
    }
  };

  async function again(letter: StoredMessage, job: DeadJob, call: Call): Promise<boolean> {
    const { headers, payload, sequence } = letter;
    const { jobId, lane, subject, tenant } = job;
    const kept = await find.kept({ tenant, jobId }, call);
    if (kept !== undefined && !isDead(kept)) {
      // Submitted again before, and interrupted then.
      await bus.stored.erase(deadStream, sequence, call);
      return false;
    }
    if (kept !== undefined) await bus.stored.erase(resultsStream, kept.sequence, call);
    // Of this letter: the id of the job itself may still be within the window in which JetStream knows it.
    const submission = `.again.${sequence}`;
    const stored = await publishJob(
      { bus, find },
      { tenant, jobId, subject, payload, submission, headers: jobHeaders(headers) },
      call,
    );
    if (!stored.duplicate) known.add({ jobId, tenant, subject, sequence: stored.sequence, takenAtMs: now() });
    notices.jobWaits(lane, tenant);
    await bus.stored.erase(deadStream, sequence, call);
    return true;
  }
}

interface DeadJob {
  readonly jobId: string;
  readonly subject: string;
  readonly lane: string;
  readonly tenant: string;
}

/** The job that a dead letter was; undefined if it does not say. */
function jobOf({ headers }: StoredMessage): DeadJob | undefined {
  const jobId = headerOf(headers, header.jobId) ?? '';
  const subject = headerOf(headers, header.subject) ?? '';
  const { lane, model, tenant } = readJobSubject(subject);
  const isNamed = jobIdPattern.test(jobId) && model !== '' && subject.startsWith('scoremesh.jobs.');
  return isNamed ? { jobId, subject, lane, tenant } : undefined;
}

/** A result in the bucket has an answer, which is what makes it large. */
function isDead({ headers, payload }: StoredMessage): boolean {
  if (headerOf(headers, header.payload) !== undefined) return false;
  return readJobResult(payload, headers).state === 'JOB_STATE_DEAD';
}

/** What the producer sent, without what dead-lettering added. A deadline goes too: it has long passed for most, and who redrives wants the result. */
function jobHeaders(headers: MessageHeaders): MessageHeaders {
  const left = ['content-type', 'scoremesh-reply-to', 'scoremesh-payload', 'traceparent', 'tracestate'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => left.includes(name.toLowerCase())));
}

function checked({ jobIds, limit, model, tenant: given }: RedriveJobsRequest): {
  subject: string;
  ids: ReadonlySet<string> | undefined;
  limit: number;
} {
  const violations: FieldViolation[] = [];
  const tenant = tenantIn(given, violations);
  if (model !== '' && (!/^[A-Za-z0-9_.@-]{1,129}$/.test(model) || model.split('.').includes('')))
    violations.push({
      field: 'model',
      description: `"${model.slice(0, 80)}" is not what a model can be called`,
    });
  if (jobIds.length > maxIds)
    violations.push({ field: 'job_ids', description: `${jobIds.length} are more than ${maxIds}` });
  else for (const [index, jobId] of jobIds.entries()) checkJobId(jobId, violations, `job_ids.${index}`);
  if (limit > maxLimit) violations.push({ field: 'limit', description: `${limit} is more than ${maxLimit}` });
  throwIfAny(violations);
  return {
    subject: `scoremesh.dead.${tenant}.${model === '' ? '>' : model}`,
    ids: jobIds.length === 0 ? undefined : new Set(jobIds),
    limit: limit === 0 ? defaultLimit : limit,
  };
}
