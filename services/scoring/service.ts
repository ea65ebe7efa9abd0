import type {
  AuditContract,
  FeatureContract,
  InferenceContract,
  ModelContract,
  ScoringContract,
} from '../contracts.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Client, Handlers } from '../kit/contract/contract.ts';
import type { MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import { createUuids } from '../kit/uuid.ts';
import { createAdmission } from './admission.ts';
import { answeredBefore, keyOf } from './answered-before.ts';
import { createAuditTrail } from './audit-trail.ts';
import { createFeatureSets } from './feature-sets.ts';
import { createGuard } from './guard.ts';
import { createAuditedInference } from './inference-service.ts';
import type { JobMethods } from './jobs/no-jobs.ts';
import { createModelChanges } from './model-changes.ts';
import { followModels } from './model-registry.ts';
import { createPipeline } from './pipeline.ts';
import { changesRecorded, createRecordedModels } from './recorded-models.ts';
import { createRefusals } from './refusals.ts';
import { createRefuseForGood, type RefuseForGood } from './refuse-for-good.ts';
import { createReplay } from './replay/replay.ts';
import { createScoringHandlers, subjectAsked } from './scoring-service.ts';

export interface ScoringConfig {
  /** Scores and inferences under way at once in this process; beyond it QUEUE_FULL. */
  readonly maxInFlight: number;
  /** For requests of a stream, and for calls without a deadline. */
  readonly defaultTimeoutMs: number;
  /** Tensors that one record keeps, in bytes; of more, the largest are left out with their digests. */
  readonly maxPayloadBytes: number;
}

export interface ScoringDeps {
  readonly features: Client<FeatureContract>;
  readonly models: Client<ModelContract>;
  readonly inference: Client<InferenceContract>;
  readonly audit: Client<AuditContract>;
  /** Why this process can't do its work now, all its roles considered; undefined if it can. */
  readonly unready: () => MeshError | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a gateway answers by itself: every answer and every change of a model has its record. */
export interface Scoring {
  readonly scoring: Omit<Handlers<ScoringContract>, JobMethods>;
  readonly inference: Handlers<InferenceContract>;
  readonly models: Handlers<ModelContract>;
  /** The recorded answer of a request with a request_id, if there is one: nothing is scored. */
  answered(request: ScoreRequest, call: Call): Promise<ScoreResponse | undefined>;
  readonly refuseForGood: RefuseForGood;
  /** Says of a request that who scores it refuses it for good where it fails by such an error: it has no other record then. */
  leaveRefusal(request: ScoreRequest, isLeft: (error: MeshError) => boolean): void;
  /**
   * Says of a request that it was most likely never scored, so that its record is not looked for beforehand: a quarter of the work besides
   * inference. One that was scored has no second record all the same.
   */
  expectNew(request: ScoreRequest): void;
  /** Whether the answer that a request got was recorded before, for the same request. */
  wasRecorded(request: ScoreRequest): boolean;
  /** Why nothing can be answered yet; undefined once it can. */
  unready(): MeshError | undefined;
}

/** Scores, inferences and changes of models over the other roles, with one audit trail and one budget of requests under way. */
export function createScoring(config: ScoringConfig, deps: ScoringDeps, closers: Closers): Scoring {
  const { log, metrics, features, inference, audit } = deps;
  const newId = createUuids();
  const trail = createAuditTrail(audit, { log, metrics });
  closers.add('deferred audit records', () => trail.flush());
  const refusals = createRefusals(trail, newId, log, closers);
  const changes = createModelChanges(trail, { log, metrics }, closers);
  const models = followModels(deps.models, { log, changes }, closers);
  const admission = createAdmission(config.maxInFlight);
  metrics.gauge('scoremesh_scores_in_flight', 'Scores and inferences under way.', [], () => [
    { labels: [], value: admission.inFlight() },
  ]);
  const left = new WeakMap<ScoreRequest, (error: MeshError) => boolean>();
  const guard = createGuard({
    admission,
    refusals,
    newId,
    leavesRefusal: (request, error) => left.get(request)?.(error) ?? false,
  });
  const recorded = changesRecorded(deps.models, changes);
  const featureSets = createFeatureSets(features);
  const { maxPayloadBytes } = config;
  const replay = createReplay({ audit, features, models: deps.models });
  const likelyNew = new WeakSet<ScoreRequest>();
  const repeated = new WeakSet<ScoreRequest>();
  const pipeline = createPipeline({
    likelyNew,
    repeated,
    models,
    features,
    inference,
    trail,
    featureSets,
    maxPayloadBytes,
  });
  return {
    scoring: createScoringHandlers(config, { guard, pipeline, models, replay, audit, trail, newId, log }),
    inference: createAuditedInference(config, {
      inference,
      models,
      trail,
      guard,
      changesRecorded: recorded,
      unready: deps.unready,
      log,
    }),
    models: createRecordedModels(deps.models, recorded),
    answered: async (request, call) => {
      const key = keyOf(request, call);
      return key === undefined ? undefined : answeredBefore(trail, key, request, call);
    },
    refuseForGood: createRefuseForGood({
      trail,
      newId,
      subjectOf: (request) => subjectAsked(models, request),
    }),
    leaveRefusal: (request, isLeft) => void left.set(request, isLeft),
    expectNew: (request) => void likelyNew.add(request),
    wasRecorded: (request) => repeated.has(request),
    unready: models.unready,
  };
}
