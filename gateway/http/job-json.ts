import { z } from 'zod';
import type { Timestamp__Output as Timestamp } from '../../services/gen/google/protobuf/Timestamp.ts';
import type { Job__Output as Job } from '../../services/gen/scoremesh/scoring/v1/Job.ts';
import type { JobResult__Output as JobResult } from '../../services/gen/scoremesh/scoring/v1/JobResult.ts';
import type { ListJobsRequest__Output as ListJobsRequest } from '../../services/gen/scoremesh/scoring/v1/ListJobsRequest.ts';
import type { RedriveJobsRequest__Output as RedriveJobsRequest } from '../../services/gen/scoremesh/scoring/v1/RedriveJobsRequest.ts';
import type { SubmitJobRequest__Output as SubmitJobRequest } from '../../services/gen/scoremesh/scoring/v1/SubmitJobRequest.ts';
import { statusJson } from '../../services/kit/errors/status-json.ts';
import { parsed, scoreFields, scoreRequestFrom, scoreResponseJson, timestampText } from './score-json.ts';

export const lanes = ['high', 'normal', 'low'] as const;
export type Lane = (typeof lanes)[number];

export const states = ['queued', 'running', 'succeeded', 'failed', 'dead', 'cancelled', 'expired'] as const;
export type StateName = (typeof states)[number];

const text = z.string().default('');

const submitBody = z.strictObject({
  tenant: text,
  job_id: text,
  lane: z.enum(lanes).default('normal'),
  model: z.string(),
  /** ISO 8601 or Unix milliseconds. */
  deadline: z.union([z.number(), z.iso.datetime({ offset: true })]).optional(),
  ...scoreFields,
});

const redriveBody = z.strictObject({
  tenant: text,
  model: text,
  job_ids: z.array(z.string()).max(1000).default([]),
  limit: z.int().min(0).max(4_294_967_295).default(0),
});

const listQuery = z.strictObject({
  tenant: text,
  state: z.string().toLowerCase().pipe(z.enum(states)).optional(),
  page_size: z.coerce.number().int().min(0).max(4_294_967_295).default(0),
  page_token: text,
});

const jobQuery = z.strictObject({ tenant: text });

/** The body of POST /v1/jobs. Throws INVALID_REQUEST with every fault. */
export function submitJobRequestOf(body: unknown): SubmitJobRequest {
  const { tenant, job_id: jobId, lane, model, deadline, ...fields } = parsed(submitBody, body);
  return {
    tenant,
    jobId,
    lane: laneOf(lane),
    request: scoreRequestFrom(model, '', fields),
    deadline:
      deadline === undefined
        ? null
        : timestampOfMs(typeof deadline === 'number' ? deadline : Date.parse(deadline)),
  };
}

/** The body of POST /v1/jobs:redrive. */
export function redriveJobsRequestOf(body: unknown): RedriveJobsRequest {
  const { job_ids: jobIds, ...rest } = parsed(redriveBody, body ?? {});
  return { ...rest, jobIds };
}

/** The query of GET /v1/jobs. */
export function listJobsRequestOf(query: unknown): ListJobsRequest {
  const { tenant, state, page_size: pageSize, page_token: pageToken } = parsed(listQuery, query);
  return { tenant, state: stateOf(state), pageSize, pageToken };
}

/** The query of what is about one job. */
export function tenantOf(query: unknown): string {
  return parsed(jobQuery, query).tenant;
}

export function laneOf(lane: Lane): `JOB_LANE_${Uppercase<Lane>}` {
  return `JOB_LANE_${lane.toUpperCase() as Uppercase<Lane>}`;
}

export function stateOf(state: StateName | undefined): ListJobsRequest['state'] {
  return state === undefined
    ? 'JOB_STATE_UNSPECIFIED'
    : `JOB_STATE_${state.toUpperCase() as Uppercase<StateName>}`;
}

/** A moment of the protos, to the millisecond. */
export function timestampOfMs(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: Math.floor((ms - seconds * 1000) * 1e6) };
}

/** Where a job stands, by the names of scoring_service.proto; what is not known is left out. */
export function jobJson(job: Job): object {
  const { jobId, tenant, model, lane, state, cancelRequested, result, submittedAt } = job;
  return {
    job_id: jobId,
    tenant,
    ...(model === '' ? {} : { model }),
    ...(lane === 'JOB_LANE_UNSPECIFIED' ? {} : { lane: lane.replace('JOB_LANE_', '').toLowerCase() }),
    state: stateName(state),
    ...(cancelRequested ? { cancel_requested: true } : {}),
    ...(submittedAt === null ? {} : { submitted_at: timestampText(submittedAt) }),
    ...(result === null ? {} : { result: jobResultJson(result) }),
  };
}

/** How a job ended; the same that a result in JSON says on its subject. */
export function jobResultJson(result: JobResult): object {
  const { jobId, tenant, model, state, response, error, attempts, traceId } = result;
  const { submittedAt, startedAt, endedAt } = result;
  return {
    job_id: jobId,
    tenant,
    model,
    state: stateName(state),
    ...(response === null ? {} : { response: scoreResponseJson(response) }),
    ...(error === null ? {} : { error: statusJson(error) }),
    attempts,
    ...(submittedAt === null ? {} : { submitted_at: timestampText(submittedAt) }),
    ...(startedAt === null ? {} : { started_at: timestampText(startedAt) }),
    ...(endedAt === null ? {} : { ended_at: timestampText(endedAt) }),
    ...(traceId === '' ? {} : { trace_id: traceId }),
  };
}

/** e.g. "SUCCEEDED". */
export function stateName(state: Job['state']): string {
  return state.replace('JOB_STATE_', '');
}
