import type { JobResult__Output as JobResult } from '../../../gen/scoremesh/scoring/v1/JobResult.ts';
import type { JobState__Output as JobState } from '../../../gen/scoremesh/scoring/v1/JobState.ts';
import type { Delivery } from '../../../kit/bus/delivery.ts';
import { invalidRequest, isMeshError, type MeshError, toMeshError } from '../../../kit/errors/mesh-error.ts';
import { toStatus } from '../../../kit/errors/status.ts';
import type { Log } from '../../../kit/log/log.ts';
import type { TraceContext } from '../../../kit/telemetry/span.ts';
import { type Lane, lanes, readJobSubject } from '../job-names.ts';
import { timestampOfMs } from '../job-time.ts';
import type { Attempt } from './attempt.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type JobMessage, jobMessageOf } from './job-message.ts';
import type { JobMetrics } from './job-metrics.ts';
import type { JobSpans } from './job-span.ts';
import type { Ended, Outcome } from './outcome.ts';
import type { Results } from './results.ts';
import { classOf, retryDelayMs, waitDelayMs } from './retry.ts';
import type { Scheduler } from './scheduler.ts';

export interface JobHandlerDeps {
  readonly attempt: Attempt;
  readonly scheduler: Scheduler;
  readonly results: Pick<Results, 'publish'>;
  readonly deadLetters: DeadLetters;
  /** Removes a job's message before it is acknowledged where that is needed. */
  readonly release: (delivery: Delivery) => Promise<void> | undefined;
  readonly spans: JobSpans;
  readonly metrics: JobMetrics;
  readonly log: Log;
}

/** Handed back by a worker that stops: another one may take it at once. */
const handBackMs = 1;
/** What can't be stored fails every job. */
const tellEveryMs = 10_000;
const storeTries = 5;

/**
 * Handles a delivery of a job from waiting for its turn to its acknowledgement: the result is stored before the message is let go. Whatever
 * fails in between has the job delivered again, and it is answered from its record then.
 */
export function createJobHandler(deps: JobHandlerDeps): (delivery: Delivery) => Promise<void> {
  const { deadLetters, log, metrics, release, scheduler, spans } = deps;
  let quietUntil = 0;
  const tell = (message: string, error: MeshError): void => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + tellEveryMs;
    log.warn(message, { error });
  };

  /** Where the acknowledgement is lost the job comes again, and has its result then. */
  const letGo = async (delivery: Delivery): Promise<void> => {
    await release(delivery);
    delivery.ackUnconfirmed();
  };

  const buryUnnamed = async (delivery: Delivery, lane: Lane): Promise<void> => {
    const error = invalidRequest([
      {
        field: 'Nats-Msg-Id',
        description:
          'is missing or not 1 to 128 of A-Z a-z 0-9 _ -, with or without "<its tenant>." before it',
      },
    ]);
    await deadLetters.publish(delivery, undefined, error, 0);
    metrics.deadLetter(lane);
    await letGo(delivery);
    metrics.ended(lane, readJobSubject(delivery.subject).tenant, 'UNNAMED');
  };

  const settle = async (job: JobMessage, outcome: Outcome, startedAtMs: number, trace: TraceContext) => {
    const { delivery, isJson, lane: name, tenant } = job;
    const lane = laneOf(name);
    if (outcome.kind === 'handBack') {
      delivery.retryAfter(handBackMs);
    } else if (outcome.kind === 'retry') {
      metrics.retried(lane, outcome.error.reason);
      delivery.retryAfter(retryDelayMs(outcome.error, delivery.attempt));
    } else if (outcome.kind === 'known') {
      metrics.ended(lane, tenant, 'KNOWN');
      await letGo(delivery);
    } else {
      if (outcome.kind === 'dead') {
        await deadLetters.publish(delivery, job.jobId, outcome.error, outcome.attempts);
        metrics.deadLetter(lane);
      }
      const result = resultOf(job, outcome, startedAtMs, trace.traceId);
      const { replyTo } = outcome;
      const isOwn = await spans.sending(job, trace, (sender) =>
        patiently(() => deps.results.publish(result, { isJson, replyTo, trace: sender })),
      );
      await letGo(delivery);
      metrics.ended(lane, tenant, isOwn ? outcome.kind.toUpperCase() : 'KNOWN');
    }
  };

  const handle = async (job: JobMessage, lane: Lane): Promise<void> => {
    const { delivery, takenAtMs, tenant } = job;
    const done = await scheduler.turn(lane, tenant);
    if (done === undefined) {
      delivery.retryAfter(handBackMs);
      return;
    }
    const startedAtMs = Date.now();
    metrics.begun(lane, startedAtMs - takenAtMs);
    const { span, trace } = spans.begin(job, performance.now());
    let outcome: Outcome;
    try {
      outcome = await deps.attempt(job, trace);
    } finally {
      done();
    }
    if (outcome.kind === 'dead' && outcome.isExhausted) metrics.exhausted(lane);
    const error = 'error' in outcome ? outcome.error : undefined;
    try {
      await settle(job, outcome, startedAtMs, trace);
      spans.end(job, span, outcome.kind, error, outcome.kind === 'retry');
    } catch (thrown) {
      const failure = toMeshError(thrown);
      spans.end(job, span, 'unsettled', failure, true);
      throw thrown;
    }
  };

  return async (delivery) => {
    const job = jobMessageOf(delivery);
    const lane = laneOf(delivery.subject.split('.')[2] ?? '');
    if (delivery.redelivered) metrics.redelivered(lane);
    try {
      await (job === undefined ? buryUnnamed(delivery, lane) : handle(job, lane));
    } catch (error) {
      if (!isMeshError(error)) throw error;
      tell('jobs can not be settled; they come again later', error);
      delivery.retryAfter(retryDelayMs(error, delivery.attempt));
    }
  };
}

/** A full buffer of this process drains in a moment, and the work is done already. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isMeshError(error) || classOf(error) !== 'wait' || tries === storeTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitDelayMs(error, tries)));
    }
  }
}

function laneOf(name: string): Lane {
  return lanes.find((lane) => lane === name) ?? 'low';
}

const states: Readonly<Record<Ended['kind'], JobState>> = {
  succeeded: 'JOB_STATE_SUCCEEDED',
  failed: 'JOB_STATE_FAILED',
  dead: 'JOB_STATE_DEAD',
  cancelled: 'JOB_STATE_CANCELLED',
  expired: 'JOB_STATE_EXPIRED',
};

function resultOf(job: JobMessage, outcome: Ended, startedAtMs: number, traceId: string): JobResult {
  const { delivery, jobId, model, takenAtMs, tenant } = job;
  return {
    jobId,
    tenant,
    model,
    state: states[outcome.kind],
    response: outcome.kind === 'succeeded' ? outcome.response : null,
    error: outcome.kind === 'succeeded' ? null : toStatus(outcome.error),
    attempts: outcome.attempts,
    submittedAt: timestampOfMs(takenAtMs),
    startedAt: outcome.attempts < delivery.attempt ? null : timestampOfMs(startedAtMs),
    endedAt: timestampOfMs(Date.now()),
    traceId,
  };
}
