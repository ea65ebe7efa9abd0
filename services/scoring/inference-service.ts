import type { InferenceContract } from '../contracts.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../gen/inference/ModelInferResponse.ts';
import { type Call, limitedCall, throwIfUnwanted } from '../kit/contract/call.ts';
import type { Client, Handlers } from '../kit/contract/contract.ts';
import type { MeshError } from '../kit/errors/mesh-error.ts';
import type { Log } from '../kit/log/log.ts';
import { inferStream, logBugs } from '../kit/open-inference/infer-stream.ts';
import type { AuditTrail } from './audit-trail.ts';
import { describe, type Guard } from './guard.ts';
import { checkDescription, checkSubject, inferenceRecord } from './inference-record.ts';
import { batchOf, isAnswerOf, modelVersion } from './inferred.ts';
import type { ModelRegistry, Resolution } from './model-registry.ts';
import { answerRecorded, type ChangesRecorded } from './recorded-models.ts';
import type { Occasion } from './records.ts';
import type { Refused } from './refusals.ts';
import { newsAfter, newsOfReload } from './registry-news.ts';

export interface AuditedInferenceDeps {
  /** The inference role's own service. */
  readonly inference: Client<InferenceContract>;
  readonly models: ModelRegistry;
  readonly trail: AuditTrail;
  readonly guard: Guard;
  readonly changesRecorded: ChangesRecorded;
  /** Why this process can't answer now; undefined if it can. */
  readonly unready: () => MeshError | undefined;
  readonly log: Log;
}

const inferMethod = '/inference.GRPCInferenceService/ModelInfer';

/**
 * The Open Inference Protocol as the gateway offers it. A ModelInfer is answered like a score: when its record is durable, unless
 * the model's audit is deferred; its answer names the record in the parameter prediction_id. What loads or unloads a model is
 * answered when the record of the change is durable. Live and ready is the whole mesh as seen from here; the rest is the inference
 * role's own.
 */
export function createAuditedInference(
  /** A time-out for requests of streams without a deadline; tensors that a record keeps, in bytes. */
  config: { readonly defaultTimeoutMs: number; readonly maxPayloadBytes: number },
  deps: AuditedInferenceDeps,
): Handlers<InferenceContract> {
  const { inference, trail, changesRecorded, unready, log } = deps;

  const answer = async (request: ModelInferRequest, occasion: Occasion): Promise<ModelInferResponse> => {
    const { call, recordId } = occasion;
    throwIfUnwanted(call, 'inference could start');
    checkDescription(request);
    const { plan, alias, response } = await infer(deps, request, call);
    throwIfUnwanted(call, 'the answer was recorded');
    const model = modelVersion(plan, alias);
    const record = inferenceRecord(occasion, {
      request,
      plan,
      model,
      response,
      batch: batchOf(plan, response),
      maxPayloadBytes: config.maxPayloadBytes,
    });
    if (plan.deferredAudit) trail.appendLater(record, recordId, call);
    else await trail.append(record, recordId, call);
    describe(call, recordId, model.name, model.version);
    return withPredictionId(response, recordId);
  };
  const guarded = deps.guard(answer, refusedAs);
  const modelInfer = (request: ModelInferRequest, call: Call): Promise<ModelInferResponse> =>
    guarded(
      request,
      call.deadline === Number.POSITIVE_INFINITY ? limitedCall(call, config.defaultTimeoutMs) : call,
    );

  return {
    ...inference,
    ServerLive: async () => ({ live: true }),
    ServerReady: async () => ({ ready: unready() === undefined }),
    ModelInfer: modelInfer,
    ModelStreamInfer: (requests, call) =>
      inferStream(requests, (request) => modelInfer(request, call), logBugs(log, call)),
    RepositoryModelLoad: (request, call) =>
      answerRecorded(inference.RepositoryModelLoad(request, call), changesRecorded, call),
    RepositoryModelUnload: (request, call) =>
      answerRecorded(inference.RepositoryModelUnload(request, call), changesRecorded, call),
  };
}

interface Inferred extends Resolution {
  readonly response: ModelInferResponse;
}

/** The answer of the version that the plan describes, which the gateway's registry may learn of only while it is asked for. */
async function infer(
  { inference, models }: AuditedInferenceDeps,
  request: ModelInferRequest,
  call: Call,
): Promise<Inferred> {
  for (;;) {
    const snapshot = models.snapshot();
    let resolution: Resolution;
    try {
      resolution = models.resolve(referenceOf(request));
    } catch (error) {
      if (models.unready() !== undefined) throw error;
      // The inference role knows best, and says why in the words of the protocol.
      await inference.ModelInfer(request, call);
      await newsAfter(models, snapshot, error, call);
      continue;
    }
    const { plan, alias } = resolution;
    checkSubject(plan, request);
    let response: ModelInferResponse;
    try {
      response = await inference.ModelInfer(numbered(request, plan.model.name, plan.version), call);
    } catch (error) {
      await newsAfter(models, snapshot, error, call);
      continue;
    }
    if (isAnswerOf(plan, response)) return { plan, alias, response };
    await newsOfReload(models, snapshot, call);
  }
}

/** "name", "name@alias" or "name@version"; what is none of them, for example a version beside an alias, resolves to nothing. */
function referenceOf({ modelName, modelVersion: version }: ModelInferRequest): string {
  return version === '' ? modelName : isNumber(version) ? `${modelName}@${version}` : '';
}

function isNumber(text: string): boolean {
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    if (unit < 48 || unit > 57) return false;
  }
  return true;
}

function numbered(request: ModelInferRequest, modelName: string, version: string): ModelInferRequest {
  return request.modelName === modelName && request.modelVersion === version
    ? request
    : { ...request, modelName, modelVersion: version };
}

function refusedAs({ modelName, modelVersion: version, id }: ModelInferRequest): Refused {
  return {
    request: {
      model: version === '' ? modelName : `${modelName}@${version}`,
      requestId: id,
      entities: {},
      inputs: {},
      includeFeatures: false,
    },
    method: inferMethod,
    subject: '',
  };
}

/** A copy, because what the inference role answered may be shared. Property by property: spreads took a fifth of the gateway's time. */
function withPredictionId(response: ModelInferResponse, predictionId: string): ModelInferResponse {
  const { modelName, modelVersion, id, outputs, rawOutputContents } = response;
  const parameters: ModelInferResponse['parameters'] = {};
  for (const name in response.parameters) {
    const value = response.parameters[name];
    if (value !== undefined) parameters[name] = value;
  }
  parameters.prediction_id = { stringParam: predictionId, parameterChoice: 'stringParam' };
  return { modelName, modelVersion, id, parameters, outputs, rawOutputContents };
}
