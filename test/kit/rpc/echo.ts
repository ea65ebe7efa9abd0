import {
  type AuditContract,
  auditContract,
  type ModelContract,
  modelContract,
  type ScoringContract,
  scoringContract,
} from '../../../services/contracts.ts';
import type { GetRecordResponse__Output } from '../../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { ScoreRequest__Output } from '../../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output } from '../../../services/gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Handlers } from '../../../services/kit/contract/contract.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { Instruments } from '../../../services/kit/rpc/instruments.ts';
import { type Served, serve } from '../../../services/kit/rpc/served.ts';

import { noJobs } from '../../../services/scoring/jobs/no-jobs.ts';

export interface EchoHandlers {
  readonly scoring?: Partial<Handlers<ScoringContract>>;
  readonly models?: Partial<Handlers<ModelContract>>;
  readonly audit?: Partial<Handlers<AuditContract>>;
}

export function scoreRequest(rest: Partial<ScoreRequest__Output> = {}): ScoreRequest__Output {
  return { model: 'm', requestId: '', entities: {}, inputs: {}, includeFeatures: false, ...rest };
}

export function scoreResponse(predictionId: string): ScoreResponse__Output {
  return { predictionId, model: null, outputs: {}, features: [], receipt: null };
}

export function recordResponse(entry: string): GetRecordResponse__Output {
  return {
    record: null,
    receipt: null,
    entry: Buffer.from(entry),
    bodyDigest: Buffer.alloc(0),
    contentState: 'CONTENT_STATE_NONE',
  };
}

/**
 * Services that answer with what they were asked: Score (not idempotent) its request_id as prediction_id, GetRecord (idempotent) its
 * record_id as entry, ScoreStream each sequence, WatchModels one empty registry.
 */
export function echoServices(handlers: EchoHandlers, instruments: Instruments): Served[] {
  const unexpected = async (): Promise<never> => {
    throw new MeshError('METHOD_NOT_FOUND', 'not part of this test');
  };
  const unexpectedStream = (): never => {
    throw new MeshError('METHOD_NOT_FOUND', 'not part of this test');
  };
  const scoring: Handlers<ScoringContract> = {
    Score: async ({ requestId }) => scoreResponse(requestId),
    ScoreStream: async function* (requests) {
      for await (const { sequence } of requests)
        yield { sequence, response: scoreResponse(sequence), result: 'response' as const };
    },
    RecordOutcomes: unexpected,
    Replay: unexpected,
    ...noJobs,
    ...handlers.scoring,
  };
  const models: Handlers<ModelContract> = {
    GetModel: unexpected,
    ListModels: async () => ({ models: [] }),
    WatchModels: async function* () {
      yield { models: [], changes: [] };
    },
    RegisterModel: unexpectedStream,
    LoadModel: unexpected,
    UnloadModel: unexpected,
    SetAlias: unexpected,
    RollbackAlias: unexpected,
    RunContent: unexpected,
    ...handlers.models,
  };
  const audit: Handlers<AuditContract> = {
    Append: unexpected,
    GetRecord: async ({ recordId }) => recordResponse(recordId),
    ListRecords: unexpected,
    QueryRecords: unexpected,
    GetSealedContent: unexpected,
    ExportRecords: unexpectedStream,
    GetReceipt: unexpected,
    GetInclusionProof: unexpected,
    GetConsistencyProof: unexpected,
    ReadLog: unexpected,
    EraseSubject: unexpected,
    ExportSubject: unexpectedStream,
    ...handlers.audit,
  };
  return [
    serve(scoringContract, scoring, instruments),
    serve(modelContract, models, instruments),
    serve(auditContract, audit, instruments),
  ];
}
