import type {
  AuditContract,
  FeatureContract,
  InferenceContract,
  ModelContract,
  ScoringContract,
} from '../contracts.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { ScoreStreamResponse__Output as ScoreStreamResponse } from '../gen/scoremesh/scoring/v1/ScoreStreamResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Client, Handlers } from '../kit/contract/contract.ts';
import { invalidRequest, isMeshError, type MeshError, toMeshError } from '../kit/errors/mesh-error.ts';
import { toStatus } from '../kit/errors/status.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import { createAuditTrail } from './audit-trail.ts';
import { inCompletionOrder } from './completion-order.ts';
import { createFeatureSets } from './feature-sets.ts';
import { followModels } from './model-registry.ts';
import { recordOutcomes } from './outcomes.ts';
import { createAdmission, createPipeline } from './pipeline.ts';
import { nowMs } from './records.ts';
import { createRefusals } from './refusals.ts';
import { createUuids } from './uuid.ts';

export interface ScoringConfig {
  /** Scores under way at once in this process; beyond it QUEUE_FULL. */
  readonly maxInFlight: number;
  /** For requests of a stream, and for calls without a deadline. */
  readonly defaultTimeoutMs: number;
}

export interface ScoringDeps {
  readonly features: Client<FeatureContract>;
  readonly models: Client<ModelContract>;
  readonly inference: Client<InferenceContract>;
  readonly audit: Client<AuditContract>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Requests of one stream that are scored at once. */
const maxPerStream = 256;

/** The pipeline behind ScoringService. `unready` says why nothing can be scored yet. */
export function createScoringService(
  config: ScoringConfig,
  deps: ScoringDeps,
  closers: Closers,
): { handlers: Handlers<ScoringContract>; unready(): MeshError | undefined } {
  const { log, metrics, features, inference } = deps;
  const newId = createUuids();
  const trail = createAuditTrail(deps.audit, { log, metrics });
  closers.add('deferred audit records', () => trail.flush());
  const refusals = createRefusals(trail, newId, log, closers);
  const models = followModels(deps.models, log, closers);
  const admission = createAdmission(config.maxInFlight);
  metrics.gauge('scoremesh_scores_in_flight', 'Scores under way.', [], () => [
    { labels: [], value: admission.inFlight() },
  ]);
  const pipeline = createPipeline({
    models,
    features,
    inference,
    trail,
    featureSets: createFeatureSets(features),
  });

  const score = async (request: ScoreRequest, call: Call): Promise<ScoreResponse> => {
    const recordId = newId();
    const receivedAtMs = nowMs();
    let admitted = false;
    try {
      admission.enter();
      admitted = true;
      const response = await pipeline(request, recordId, call);
      describe(call, response);
      return response;
    } catch (thrown) {
      const error = call.cancellation.error ?? toMeshError(thrown);
      // The details of a bug are for the log of the layer that called; the record keeps what the caller is told.
      await refusals.record({ recordId, receivedAtMs, request, error, call });
      throw error.reason === 'INTERNAL' ? thrown : error;
    } finally {
      if (admitted) admission.leave();
    }
  };

  return {
    unready: models.unready,
    handlers: {
      Score: score,
      ScoreStream: (requests, call) =>
        inCompletionOrder(
          requests,
          maxPerStream,
          async ({ sequence, request }): Promise<ScoreStreamResponse> => {
            try {
              if (request === null) throw invalidRequest([{ field: 'request', description: 'missing' }]);
              const response = await score(request, ofStream(call, config.defaultTimeoutMs));
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
      RecordOutcomes: (request, call) => recordOutcomes(request, { audit: deps.audit, trail, newId }, call),
    },
  };
}

/** The call of one request of a stream: its own deadline, the stream's cancellation and trace. */
function ofStream(stream: Call, timeoutMs: number): Call {
  return { ...stream, deadline: Math.min(stream.deadline, performance.now() + timeoutMs) };
}

function describe({ span }: Call, { predictionId, model }: ScoreResponse): void {
  if (span === undefined) return;
  span.attributes['scoremesh.prediction.id'] = predictionId;
  span.attributes['scoremesh.model.name'] = model?.name ?? '';
  span.attributes['scoremesh.model.version'] = model?.version ?? 0;
}
