import type { AuditContract, ScoringContract } from '../contracts.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { ScoreStreamResponse__Output as ScoreStreamResponse } from '../gen/scoremesh/scoring/v1/ScoreStreamResponse.ts';
import { limitedCall } from '../kit/contract/call.ts';
import type { Client, Handlers } from '../kit/contract/contract.ts';
import { invalidRequest, isMeshError, toMeshError } from '../kit/errors/mesh-error.ts';
import { toStatus } from '../kit/errors/status.ts';
import type { Log } from '../kit/log/log.ts';
import { inCompletionOrder } from '../kit/rpc/ordered-stream.ts';
import type { AuditTrail } from './audit-trail.ts';
import { describe, type Guard } from './guard.ts';
import type { JobMethods } from './jobs/no-jobs.ts';
import type { ModelRegistry } from './model-registry.ts';
import { recordOutcomes } from './outcomes.ts';
import type { Pipeline } from './pipeline.ts';
import { type Occasion, subjectOf } from './records.ts';

export interface ScoringServiceDeps {
  readonly guard: Guard;
  readonly pipeline: Pipeline;
  readonly models: ModelRegistry;
  readonly replay: Handlers<ScoringContract>['Replay'];
  readonly audit: Client<AuditContract>;
  readonly trail: AuditTrail;
  readonly newId: () => string;
  readonly log: Log;
}

/** Requests of one stream that are scored at once. */
const maxPerStream = 256;

/** ScoringService over the pipeline. */
export function createScoringHandlers(
  /** For requests of a stream. */
  config: { readonly defaultTimeoutMs: number },
  { guard, pipeline, log, ...deps }: ScoringServiceDeps,
): Omit<Handlers<ScoringContract>, JobMethods> {
  const answer = async (request: ScoreRequest, occasion: Occasion): Promise<ScoreResponse> => {
    const response = await pipeline(request, occasion);
    const { predictionId, model } = response;
    describe(occasion.call, predictionId, model?.name ?? '', model?.version ?? 0);
    return response;
  };
  const score = guard(answer, (request: ScoreRequest) => ({
    request,
    method: '',
    subject: subjectAsked(deps.models, request),
  }));

  return {
    Score: score,
    ScoreStream: (requests, call) =>
      inCompletionOrder(
        requests,
        maxPerStream,
        async ({ sequence, request }): Promise<ScoreStreamResponse> => {
          try {
            if (request === null) throw invalidRequest([{ field: 'request', description: 'missing' }]);
            const response = await score(request, limitedCall(call, config.defaultTimeoutMs));
            return { sequence, response, result: 'response' };
          } catch (thrown) {
            if (!isMeshError(thrown)) {
              const fields = { trace: call.trace, error: thrown };
              log.error('a request of a stream failed with an error that is a bug', fields);
            }
            return { sequence, error: toStatus(toMeshError(thrown)), result: 'error' };
          }
        },
      ),
    RecordOutcomes: (request, call) => recordOutcomes(request, deps, call),
    Replay: deps.replay,
  };
}

/** Who a refused request is about, as far as its model is known. */
export function subjectAsked(models: ModelRegistry, request: ScoreRequest): string {
  try {
    return subjectOf(models.resolve(request.model).plan, request);
  } catch {
    return '';
  }
}
