import type { JobLane__Output as JobLane } from '../../gen/scoremesh/scoring/v1/JobLane.ts';
import { headerOf, type MessageHeaders } from '../../kit/bus/headers.ts';
import { jobIdPattern } from './job-reference.ts';

export const jobsStream = 'SCOREMESH_JOBS';
export const resultsStream = 'SCOREMESH_RESULTS';
export const deadStream = 'SCOREMESH_DEAD';
export const cancelsStream = 'SCOREMESH_CANCELS';
export const attemptsStream = 'SCOREMESH_ATTEMPTS';

/** Who goes first, as subjects have it. */
export const lanes = ['high', 'normal', 'low'] as const;
export type Lane = (typeof lanes)[number];

export const header = {
  attempts: 'Scoremesh-Attempts',
  deadline: 'Scoremesh-Deadline',
  jobId: 'Scoremesh-Job-Id',
  payload: 'Scoremesh-Payload',
  reason: 'Scoremesh-Reason',
  replyTo: 'Scoremesh-Reply-To',
  subject: 'Scoremesh-Subject',
} as const;

export const jobSubject = (lane: string, tenant: string, model: string): string =>
  `scoremesh.jobs.${lane}.${tenant}.${model}`;
export const resultSubject = (tenant: string, jobId: string): string =>
  `scoremesh.results.${tenant}.${jobId}`;
export const cancelSubject = (tenant: string, jobId: string): string =>
  `scoremesh.cancels.${tenant}.${jobId}`;
export const deadSubject = (tenant: string, model: string): string => `scoremesh.dead.${tenant}.${model}`;
export const begunSubject = (tenant: string, jobId: string): string => `scoremesh.begun.${tenant}.${jobId}`;
export const attemptsSubject = (tenant: string, jobId: string): string =>
  `scoremesh.attempts.${tenant}.${jobId}`;
export const queueSubject = (lane: string, tenant: string): string => `scoremesh.queues.${lane}.${tenant}`;

/** "high" and so on, as subjects have it. */
export function laneName(lane: JobLane): string {
  return lane === 'JOB_LANE_HIGH' ? 'high' : lane === 'JOB_LANE_LOW' ? 'low' : 'normal';
}

export function laneOfName(name: string): JobLane {
  return name === 'high' ? 'JOB_LANE_HIGH' : name === 'low' ? 'JOB_LANE_LOW' : 'JOB_LANE_NORMAL';
}

/** Parts of a job's subject; of any number of tokens, because a model's name may have dots. */
export function readJobSubject(subject: string): { lane: string; tenant: string; model: string } {
  const [, , lane = '', tenant = '', ...model] = subject.split('.');
  return { lane, tenant, model: model.join('.') };
}

export function readResultSubject(subject: string): { tenant: string; jobId: string } {
  const [, , tenant = '', jobId = ''] = subject.split('.');
  return { tenant, jobId };
}

/**
 * The job that a message of the stream of jobs is; undefined if it names none. Ids of messages are one name space for all tenants, so that
 * producers put their tenant before them; a job_id has no dot.
 */
export function jobIdOf(subject: string, headers: MessageHeaders): string | undefined {
  const jobId =
    headerOf(headers, header.jobId) ??
    withoutPrefix(headerOf(headers, 'Nats-Msg-Id') ?? '', `${readJobSubject(subject).tenant}.`);
  return jobIdPattern.test(jobId) ? jobId : undefined;
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}
