import { setTimeout as delay } from 'node:timers/promises';
import type { ScoreRequest__Output as ScoreRequest } from '../../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../../../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import { type Call, startCall } from '../../../kit/contract/call.ts';
import { DeadlineWatch } from '../../../kit/contract/deadline-watch.ts';
import { MeshError, toMeshError } from '../../../kit/errors/mesh-error.ts';
import type { TraceContext } from '../../../kit/telemetry/span.ts';
import type { RefuseForGood } from '../../refuse-for-good.ts';
import type { JobsConfig } from '../config.ts';
import type { Cancellations } from './cancellations.ts';
import { type JobMessage, type JobRequest, type ReadJsonScore, readJobRequest } from './job-message.ts';
import type { Readiness } from './readiness.ts';
import type { Results } from './results.ts';
import { classOf, settlingMs, waitDelayMs, wasCutOff } from './retry.ts';
import type { Suspects } from './suspects.ts';

interface Ended {
  readonly kind: 'failed' | 'dead' | 'cancelled' | 'expired';
  readonly error: MeshError;
  readonly replyTo: string | undefined;
  /** No worker lived to end any of its attempts. */
  readonly isExhausted?: true;
}

/** What one delivery of a job came to. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly response: ScoreResponse; readonly replyTo: string | undefined }
  | Ended
  /** It has its result. */
  | { readonly kind: 'known' }
  /** To be delivered again after a while. */
  | { readonly kind: 'retry'; readonly error: MeshError }
  /** This worker stops. */
  | { readonly kind: 'handBack' };

export interface AttemptDeps {
  readonly cancellations: Cancellations;
  readonly results: Pick<Results, 'isKept'>;
  readonly suspects: Suspects;
  score(request: ScoreRequest, call: Call): Promise<ScoreResponse>;
  /** Says that a request was most likely never scored. */
  expectNew(request: ScoreRequest): void;
  /** The recorded answer, if the request was scored before. */
  answered(request: ScoreRequest, call: Call): Promise<ScoreResponse | undefined>;
  readonly readiness: Pick<Readiness, 'wait'>;
  readonly refuseForGood: RefuseForGood;
  /** Says that a request is refused for good where it fails by such an error, and needs no other record then. */
  leaveRefusal(request: ScoreRequest, isLeft: (error: MeshError) => boolean): void;
  readonly readJson: ReadJsonScore;
  /** Says that a worker is at the job. */
  begun(job: JobMessage): void;
  readonly stopping: AbortSignal;
}

export type Attempt = (job: JobMessage, trace: TraceContext) => Promise<Outcome>;

/**
 * One attempt at a job. The audit record is what counts: nothing is given up, cancelled or expired before the log was asked whether the job was
 * scored, and one that was is answered from there. Rejects only with what is a bug.
 */
export function createAttempt(
  config: Pick<JobsConfig, 'attemptTimeoutMs' | 'maxAttempts' | 'patienceMs'>,
  deps: AttemptDeps,
): Attempt & { close(): void } {
  const watch = new DeadlineWatch();

  /** Within the attempt's time, and the job's. */
  const within = async <T>(
    job: JobMessage,
    deadlineMs: number,
    trace: TraceContext,
    work: (call: Call) => Promise<T>,
  ): Promise<T> => {
    const timeoutMs = Math.min(config.attemptTimeoutMs, deadlineMs - Date.now());
    const call = startCall({ timeoutMs, principal: `job:${job.tenant}`, trace });
    const expiring = {
      deadline: call.deadline,
      expire: (error: MeshError) => call.cancellation.cancel(error),
    };
    watch.add(expiring);
    try {
      return await new Promise<T>((resolve, reject) => {
        call.cancellation.onCancel(reject);
        work(call).then(resolve, reject);
      });
    } finally {
      watch.delete(expiring);
    }
  };

  /**
   * How the job ends without an answer, if it is not too late to say so. Another worker may be at it, one that stood still for a while say:
   * that a job failed, is cancelled or has expired stands in the log before it is told, once. One that is dead may be redriven, and has no such
   * record.
   */
  const endUnscored = async (
    job: JobMessage,
    { replyTo, request }: JobRequest,
    trace: TraceContext,
    end: Ended,
  ): Promise<Outcome> => {
    try {
      const response = await within(job, Number.POSITIVE_INFINITY, trace, (call) =>
        end.kind === 'dead' ? deps.answered(request, call) : deps.refuseForGood(request, end.error, call),
      );
      return response === undefined ? end : { kind: 'succeeded', response, replyTo };
    } catch (thrown) {
      const error = toMeshError(thrown);
      // Its id was another request's, or its record can't be read any more.
      if (classOf(error) === 'final') return { kind: 'failed', error, replyTo };
      throw thrown;
    }
  };

  const score = async (job: JobMessage, asked: JobRequest, trace: TraceContext): Promise<Outcome> => {
    const { deadlineMs, replyTo, request } = asked;
    deps.begun(job);
    deps.leaveRefusal(request, isRecordedForGood);
    if (!job.delivery.redelivered) deps.expectNew(request);
    const giveUpWaitingAt = performance.now() + config.patienceMs;
    for (let tries = 1; ; tries += 1) {
      const untilMs = Math.min(giveUpWaitingAt, performance.now() + deadlineMs - Date.now());
      await deps.readiness.wait(untilMs);
      if (await deps.cancellations.isAsked(job.tenant, job.jobId))
        return endUnscored(job, asked, trace, { kind: 'cancelled', error: cancelled(), replyTo });
      try {
        const response = await within(job, deadlineMs, trace, (call) => deps.score(request, call));
        return { kind: 'succeeded', response, replyTo };
      } catch (thrown) {
        const error = toMeshError(thrown);
        if (error.reason === 'SHUTTING_DOWN' || deps.stopping.aborted) return { kind: 'handBack' };
        const what = classOf(error);
        if (what === 'final') return endUnscored(job, asked, trace, { kind: 'failed', error, replyTo });
        const pauseMs = waitDelayMs(error, tries);
        if (what === 'retry' || performance.now() + pauseMs > untilMs) {
          if (job.delivery.attempt < config.maxAttempts) return { kind: 'retry', error };
          if (wasCutOff(error)) await delay(settlingMs, undefined, { signal: deps.stopping }).catch(() => {});
          return endUnscored(job, asked, trace, { kind: 'dead', error, replyTo });
        }
        await delay(pauseMs, undefined, { signal: deps.stopping }).catch(() => {});
      }
    }
  };

  const attempt = async (job: JobMessage, trace: TraceContext): Promise<Outcome> => {
    const { delivery, jobId, tenant } = job;
    try {
      if (delivery.redelivered && (await deps.results.isKept(tenant, jobId))) return { kind: 'known' };
      let asked: JobRequest;
      try {
        asked = readJobRequest(job, deps.readJson);
      } catch (thrown) {
        return { kind: 'failed', error: toMeshError(thrown), replyTo: undefined };
      }
      const { deadlineMs, replyTo } = asked;
      if (await deps.cancellations.isAsked(tenant, jobId))
        return await endUnscored(job, asked, trace, { kind: 'cancelled', error: cancelled(), replyTo });
      if (deadlineMs <= Date.now())
        return await endUnscored(job, asked, trace, { kind: 'expired', error: expired(deadlineMs), replyTo });
      const outcome = await deps.suspects.run(job, () => score(job, asked, trace));
      if (outcome !== undefined) return outcome;
      const dead = {
        kind: 'dead',
        error: exhausted(config.maxAttempts),
        isExhausted: true,
        replyTo,
      } as const;
      return await endUnscored(job, asked, trace, dead);
    } catch (thrown) {
      const error = toMeshError(thrown);
      if (error.reason === 'INTERNAL' && thrown !== error) throw thrown;
      return deps.stopping.aborted ? { kind: 'handBack' } : { kind: 'retry', error };
    }
  };
  return Object.assign(attempt, { close: () => watch.close() });
}

/** What fails a job is recorded for good, or was. */
function isRecordedForGood(error: MeshError): boolean {
  return classOf(error) === 'final' || error.details.metadata?.refused_by !== undefined;
}

function cancelled(): MeshError {
  return new MeshError('CALL_CANCELLED', 'the job was cancelled before it was scored');
}

function expired(deadlineMs: number): MeshError {
  return new MeshError(
    'DEADLINE_PAST',
    `the job's deadline ${new Date(deadlineMs).toISOString()} passed before a worker could score it`,
  );
}

function exhausted(attempts: number): MeshError {
  return new MeshError(
    'EXECUTOR_LOST',
    `the job was begun ${attempts} times and no worker lived to say how it ended: it may be what ends them; look at it before it is redriven`,
  );
}
