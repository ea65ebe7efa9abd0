import { setTimeout as delay } from 'node:timers/promises';
import type { ScoreRequest__Output as ScoreRequest } from '../../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../../../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Call } from '../../../kit/contract/call.ts';
import { type MeshError, toMeshError } from '../../../kit/errors/mesh-error.ts';
import type { TraceContext } from '../../../kit/telemetry/span.ts';
import type { JobsConfig } from '../config.ts';
import type { Cancellations } from './cancellations.ts';
import { createEnding, type EndingDeps } from './ending.ts';
import { createJobCalls } from './job-calls.ts';
import { unscored } from './job-errors.ts';
import { type JobMessage, type JobRequest, type ReadJsonScore, readJobRequest } from './job-message.ts';
import type { Outcome } from './outcome.ts';
import type { Readiness } from './readiness.ts';
import { classOf, endOf, isRecordedForGood, settlingMs, waitDelayMs, wasCutOff } from './retry.ts';
import type { Suspects } from './suspects.ts';

export interface AttemptDeps extends Omit<EndingDeps, 'calls'> {
  readonly cancellations: Cancellations;
  readonly suspects: Suspects;
  score(request: ScoreRequest, call: Call): Promise<ScoreResponse>;
  /** Says that a request was most likely never scored. */
  expectNew(request: ScoreRequest): void;
  /** Whether the answer that a request got was recorded before. */
  wasRecorded(request: ScoreRequest): boolean;
  readonly readiness: Pick<Readiness, 'wait'>;
  /** Says that a request is refused for good where it fails by such an error, and needs no other record then. */
  leaveRefusal(request: ScoreRequest, isLeft: (error: MeshError) => boolean): void;
  readonly readJson: ReadJsonScore;
  /** Says that a worker is at the job. */
  begun(job: JobMessage): void;
  readonly stopping: AbortSignal;
}

export type Attempt = (job: JobMessage, trace: TraceContext) => Promise<Outcome>;

export interface Attempts {
  readonly attempt: Attempt;
  /** Ends a job that can't be read, after so many attempts that were begun. */
  unreadable(job: JobMessage, trace: TraceContext, error: MeshError, attempts: number): Promise<Outcome>;
  close(): void;
}

/** So often a role may break away under one attempt that found all of them there. */
const maxBroken = 3;
/** Overload, and roles that are away, end no job that is younger, however many attempts they have cost it. */
const maxWaitMs = 86_400_000;

/**
 * Attempts at jobs. The audit record is what counts: nothing is given up, cancelled or expired before the log was asked whether the job was
 * scored, and one that was is answered from there. They reject only with what is a bug.
 */
export function createAttempts(
  config: Pick<JobsConfig, 'attemptTimeoutMs' | 'maxAttempts' | 'patienceMs'>,
  deps: AttemptDeps,
): Attempts {
  const { maxAttempts } = config;
  const calls = createJobCalls(config.attemptTimeoutMs);
  const ending = createEnding(maxAttempts, { ...deps, calls });
  const pause = (ms: number): Promise<unknown> =>
    delay(ms, undefined, { signal: deps.stopping }).catch(() => {});

  const score = async (job: JobMessage, asked: JobRequest, trace: TraceContext): Promise<Outcome> => {
    const { deadlineMs, replyTo, request } = asked;
    const { attempt: attempts, redelivered } = job.delivery;
    const end = (kind: 'failed' | 'dead' | 'cancelled' | 'expired', error: MeshError) =>
      ending.unscored(job, request, trace, { kind, error, replyTo, attempts });
    deps.begun(job);
    deps.leaveRefusal(request, isRecordedForGood);
    if (!redelivered) deps.expectNew(request);
    const giveUpWaitingAt = performance.now() + config.patienceMs;
    let broken = 0;
    for (let tries = 1; ; tries += 1) {
      const untilMs = Math.min(giveUpWaitingAt, performance.now() + deadlineMs - Date.now());
      const wasReady = await deps.readiness.wait(untilMs);
      if (await deps.cancellations.isAsked(job.tenant, job.jobId))
        return end('cancelled', unscored.cancelled());
      let response: ScoreResponse;
      try {
        response = await calls.within(job, deadlineMs, trace, (call) => deps.score(request, call));
      } catch (thrown) {
        const error = toMeshError(thrown);
        if (error.reason === 'SHUTTING_DOWN' || deps.stopping.aborted) return { kind: 'handBack' };
        if (isRecordedForGood(error)) return end(endOf(error), error);
        if (wasReady && error.reason === 'ROLE_UNREACHABLE') broken += 1;
        const pauseMs = waitDelayMs(error, tries);
        // It may be this job that ends a process each time it is tried. Handed back, it is tried apart from those that were at work beside it.
        const isOver = classOf(error) === 'retry' || broken >= maxBroken;
        if (isOver || performance.now() + pauseMs > untilMs) {
          const mayWait = !isOver && Date.now() - job.takenAtMs < maxWaitMs;
          if (attempts < maxAttempts || mayWait) return { kind: 'retry', error };
          if (wasCutOff(error)) await pause(settlingMs);
          return end('dead', error);
        }
        await pause(pauseMs);
        continue;
      }
      // Of a job that was published again, who listens has heard the result.
      if (deps.wasRecorded(request) && (await deps.results.isKept(job.tenant, job.jobId)))
        return { kind: 'known' };
      return { kind: 'succeeded', response, replyTo, attempts };
    }
  };

  const once: Attempt = async (job, trace) => {
    const { delivery, jobId, tenant } = job;
    if (delivery.redelivered && (await deps.results.isKept(tenant, jobId))) return { kind: 'known' };
    let asked: JobRequest;
    try {
      asked = readJobRequest(job, deps.readJson);
    } catch (thrown) {
      return ending.unreadable(job, trace, toMeshError(thrown), 0);
    }
    const { deadlineMs, replyTo, request } = asked;
    // This one is not begun.
    const attempts = delivery.attempt - 1;
    const end = (kind: 'cancelled' | 'expired', error: MeshError) =>
      ending.unscored(job, request, trace, { kind, error, replyTo, attempts });
    if (await deps.cancellations.isAsked(tenant, jobId)) return end('cancelled', unscored.cancelled());
    if (deadlineMs <= Date.now()) return end('expired', unscored.expired(deadlineMs));
    const outcome = await deps.suspects.run(job, () => score(job, asked, trace));
    if (outcome !== undefined) return outcome;
    return ending.unscored(job, request, trace, {
      kind: 'dead',
      error: unscored.exhausted(maxAttempts),
      isExhausted: true,
      replyTo,
      attempts: maxAttempts,
    });
  };

  /** What the log or NATS could not take now is tried again. */
  const orAgain = async (work: Promise<Outcome>): Promise<Outcome> => {
    try {
      return await work;
    } catch (thrown) {
      const error = toMeshError(thrown);
      if (error.reason === 'INTERNAL' && thrown !== error) throw thrown;
      return deps.stopping.aborted ? { kind: 'handBack' } : { kind: 'retry', error };
    }
  };
  return {
    attempt: (job, trace) => orAgain(once(job, trace)),
    unreadable: (job, trace, error, attempts) => orAgain(ending.unreadable(job, trace, error, attempts)),
    close: () => calls.close(),
  };
}
