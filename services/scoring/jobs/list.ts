import type { Job__Output as Job } from '../../gen/scoremesh/scoring/v1/Job.ts';
import type { ListJobsRequest__Output as ListJobsRequest } from '../../gen/scoremesh/scoring/v1/ListJobsRequest.ts';
import type { ListJobsResponse__Output as ListJobsResponse } from '../../gen/scoremesh/scoring/v1/ListJobsResponse.ts';
import type { Bus } from '../../kit/bus/bus.ts';
import { headerOf } from '../../kit/bus/headers.ts';
import type { StoredMessage } from '../../kit/bus/stored-messages.ts';
import { type Call, remainingMs } from '../../kit/contract/call.ts';
import { type FieldViolation, isMeshError } from '../../kit/errors/mesh-error.ts';
import { endedJob, queuedJob, unknownJob, waitingJob } from './find-job.ts';
import { header, jobsStream, readResultSubject, resultsStream } from './job-names.ts';
import { tenantIn, throwIfAny } from './job-reference.ts';
import type { KnownJobs } from './known-jobs.ts';
import { type ListPlace, readListToken, writeListToken } from './list-token.ts';
import { type Payloads, readWholeResult } from './payloads.ts';

const defaultPage = 100;
const maxPage = 1000;
/** Messages that one page reads: where few match, pages are short and there are more of them. */
const maxRead = 3000;
/** Of the call's time a page leaves this for its answer. */
const reserveMs = 200;

/** Jobs of a tenant: those that wait, in the order in which they were submitted, then those that ended, in the order of their ends. */
export function createList(bus: Bus, known: KnownJobs, payloads: Pick<Payloads, 'find'>) {
  return async (request: ListJobsRequest, call: Call): Promise<ListJobsResponse> => {
    const { place: begin, question, size, tenant } = checked(request);
    const { state } = request;
    const isWanted = (job: Job): boolean => state === 'JOB_STATE_UNSPECIFIED' || job.state === state;
    const isOnlyWaiting = state === 'JOB_STATE_QUEUED' || state === 'JOB_STATE_RUNNING';
    const jobs: Job[] = [];
    let place: ListPlace | undefined = begin;
    for (let read = 0; place !== undefined; read += 1) {
      if (jobs.length === size || read === maxRead || (read > 0 && remainingMs(call) < reserveMs)) break;
      const { part }: ListPlace = place;
      const found = await (part === 'waiting' ? nextWaiting : nextEnded)(tenant, place.after + 1, call);
      if (found !== undefined) {
        if (found.job !== undefined && isWanted(found.job)) jobs.push(found.job);
        place = { part, after: found.sequence };
      } else place = part === 'ended' || isOnlyWaiting ? undefined : { part: 'ended', after: 0 };
    }
    return { jobs, nextPageToken: place === undefined ? '' : writeListToken(place, question) };
  };

  /** A page of results that are too large for a message each would be too large for an answer: GetJob has their responses. */
  async function endedIn(message: StoredMessage, call: Call): Promise<Job> {
    const isLarge = headerOf(message.headers, header.payload) !== undefined;
    try {
      const result = await readWholeResult(message, payloads, call);
      return endedJob(isLarge ? { ...result, response: null } : result);
    } catch (error) {
      // What was stored apart is lost: that must not hide the jobs behind it. What makes a result large is its answer.
      if (!isLarge || !isMeshError(error) || !/^PAYLOAD_/.test(error.reason)) throw error;
      return { ...unknownJob, ...readResultSubject(message.subject), state: 'JOB_STATE_SUCCEEDED' };
    }
  }

  async function nextWaiting(tenant: string, from: number, call: Call): Promise<Found | undefined> {
    const message = await bus.stored.next(jobsStream, `scoremesh.jobs.*.${tenant}.>`, from, call);
    if (message === undefined) return undefined;
    const waiting = queuedJob(message);
    if (waiting === undefined) return { job: undefined, sequence: message.sequence };
    known.add(waiting);
    return { job: waitingJob(waiting, false), sequence: message.sequence };
  }

  async function nextEnded(tenant: string, from: number, call: Call): Promise<Found | undefined> {
    const message = await bus.stored.next(resultsStream, `scoremesh.results.${tenant}.*`, from, call);
    if (message === undefined) return undefined;
    return { job: await endedIn(message, call), sequence: message.sequence };
  }
}

/** The next message, and the job that it is if it is one. */
interface Found {
  readonly job: Job | undefined;
  readonly sequence: number;
}

function checked({ pageSize, pageToken, state, tenant: given }: ListJobsRequest): {
  tenant: string;
  size: number;
  question: string;
  place: ListPlace;
} {
  const violations: FieldViolation[] = [];
  const tenant = tenantIn(given, violations);
  if (pageSize > maxPage)
    violations.push({ field: 'page_size', description: `${pageSize} is more than ${maxPage}` });
  const question = `${tenant} ${state}`;
  const isEnded = !['JOB_STATE_UNSPECIFIED', 'JOB_STATE_QUEUED', 'JOB_STATE_RUNNING'].includes(state);
  const first: ListPlace = { part: isEnded ? 'ended' : 'waiting', after: 0 };
  const place = pageToken === '' ? first : readListToken(pageToken, question);
  if (place === undefined)
    violations.push({
      field: 'page_token',
      description: 'is not what a page before answered for this tenant and state; begin without one',
    });
  throwIfAny(violations);
  return { tenant, size: pageSize === 0 ? defaultPage : pageSize, question, place: place ?? first };
}
