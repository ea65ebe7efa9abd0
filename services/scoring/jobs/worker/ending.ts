import type { ScoreRequest__Output as ScoreRequest } from '../../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../../../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Call } from '../../../kit/contract/call.ts';
import { type MeshError, toMeshError } from '../../../kit/errors/mesh-error.ts';
import type { TraceContext } from '../../../kit/telemetry/span.ts';
import type { RecordedBefore, RefuseForGood } from '../../refuse-for-good.ts';
import type { JobCalls } from './job-calls.ts';
import { boundedError } from './job-errors.ts';
import type { JobMessage } from './job-message.ts';
import type { Outcome, Unscored } from './outcome.ts';
import type { Results } from './results.ts';
import { endOf, isRecordedForGood } from './retry.ts';

export interface EndingDeps {
  readonly calls: Pick<JobCalls, 'within'>;
  readonly results: Pick<Results, 'isKept'>;
  /** The recorded answer, if the request was scored before. */
  answered(request: ScoreRequest, call: Call): Promise<ScoreResponse | undefined>;
  readonly refuseForGood: RefuseForGood;
}

/** Ends jobs that get no answer. */
export interface Ending {
  /**
   * How the job ends, if it is not too late to say so. Another worker may be at it, one that stood still for a while say: that a job failed, is
   * cancelled or has expired stands in the log before it is told, once. One that is dead may be redriven, and has no such record. A job that has
   * its result is known: whoever listens has heard it.
   */
  unscored(job: JobMessage, request: ScoreRequest, trace: TraceContext, end: Unscored): Promise<Outcome>;
  /** The same for one that can't be read as a request: by what its subject and its id say. `attempts` were begun before that was known. */
  unreadable(job: JobMessage, trace: TraceContext, error: MeshError, attempts: number): Promise<Outcome>;
}

/** A name, "@" and an alias; a subject may hold more. */
const maxModel = 129;

export function createEnding(maxAttempts: number, deps: EndingDeps): Ending {
  const { answered, calls, refuseForGood, results } = deps;

  const recorded = async (request: ScoreRequest, end: Unscored, call: Call): Promise<RecordedBefore> =>
    end.kind === 'dead'
      ? { response: await answered(request, call) }
      : refuseForGood(request, end.error, call);

  const unscored: Ending['unscored'] = async (job, request, trace, given) => {
    const isKept = () => results.isKept(job.tenant, job.jobId);
    if (await isKept()) return { kind: 'known' };
    const end = { ...given, error: boundedError(given.error) };
    const { replyTo } = end;
    try {
      const { response, refusal } = await calls.within(job, Number.POSITIVE_INFINITY, trace, (call) =>
        recorded(request, end, call),
      );
      const isNew = response === undefined && refusal === undefined;
      if (!isNew && (await isKept())) return { kind: 'known' };
      // Refused for another reason before: the result says what the record says.
      if (refusal !== undefined && refusal.reason !== end.error.reason)
        return { ...end, kind: endOf(refusal), error: boundedError(refusal) };
      if (response === undefined) return end;
      return { kind: 'succeeded', response, replyTo, attempts: Math.max(1, end.attempts) };
    } catch (thrown) {
      const error = toMeshError(thrown);
      if (!isRecordedForGood(error)) throw thrown;
      // Its id was another request's, or its record can't be read any more.
      if (await isKept()) return { kind: 'known' };
      // Whoever answered the other request may still be about to store its result, which then is the one of this job.
      if (error.reason === 'REQUEST_ID_CONFLICT' && job.delivery.attempt < maxAttempts)
        return { kind: 'retry', error };
      return { kind: endOf(error), error: boundedError(error), replyTo, attempts: end.attempts };
    }
  };

  return {
    unscored,
    unreadable: (job, trace, error, attempts) => {
      const request = {
        model: job.model.slice(0, maxModel),
        requestId: job.jobId,
        entities: {},
        inputs: {},
        includeFeatures: false,
      };
      return unscored(job, request, trace, { kind: 'failed', error, replyTo: undefined, attempts });
    },
  };
}
