import type {
  AuditContract,
  FeatureContract,
  InferenceContract,
  ModelContract,
} from '../../services/contracts.ts';
import type { ModelInferRequest__Output } from '../../services/gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output } from '../../services/gen/inference/ModelInferResponse.ts';
import type { AppendRequest__Output } from '../../services/gen/scoremesh/audit/v1/AppendRequest.ts';
import type { Record__Output } from '../../services/gen/scoremesh/audit/v1/Record.ts';
import type { FeatureSet__Output } from '../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import type { GetFeaturesResponse__Output } from '../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { Model__Output } from '../../services/gen/scoremesh/inference/v1/Model.ts';
import type { ModelChange__Output } from '../../services/gen/scoremesh/inference/v1/ModelChange.ts';
import type { RequestInput__Output } from '../../services/gen/scoremesh/inference/v1/RequestInput.ts';
import type { ScoreRequest__Output } from '../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Value__Output } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
import { type Call, startCall } from '../../services/kit/contract/call.ts';
import type { Client } from '../../services/kit/contract/contract.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { completeRecord } from './complete.ts';

const recordBytes = messageCodec<Record__Output, Record__Output>('scoremesh.audit.v1.Record').encode;

export const number = (value: number): Value__Output => ({ number: value, kind: 'number' });
export const integer = (value: bigint | number): Value__Output => ({
  integer: String(value),
  kind: 'integer',
});
export const text = (value: string): Value__Output => ({ text: value, kind: 'text' });
export const flag = (value: boolean): Value__Output => ({ flag: value, kind: 'flag' });
export const tensor = (datatype: string, shape: number[], data: Buffer): Value__Output => ({
  tensor: { datatype, shape: shape.map(String), data },
  kind: 'tensor',
});

export function scoreRequest(rest: Partial<ScoreRequest__Output> = {}): ScoreRequest__Output {
  return { model: 'm', requestId: '', entities: {}, inputs: {}, includeFeatures: false, ...rest };
}

export function requestInput(
  name: string,
  type: string,
  rest: Partial<RequestInput__Output> = {},
): RequestInput__Output {
  return { name, type, allowNotFinite: false, description: '', ...rest };
}

/** A ready model without inputs, whose output "score" comes from tensor "y". */
export function model(rest: Partial<Model__Output> = {}): Model__Output {
  return {
    name: 'm',
    version: 1,
    digest: 'sha256:00',
    aliases: [],
    state: 'MODEL_STATE_READY',
    reason: '',
    description: '',
    inputs: [],
    outputs: [{ name: 'y', datatype: 'FP32', shape: ['-1', '1'] }],
    featureSet: '',
    requestInputs: [],
    sources: [],
    scoreOutputs: [{ name: 'score', tensor: 'y' }],
    decision: null,
    audit: 'AUDIT_MODE_REQUIRED',
    batchClass: 'BATCH_CLASS_INVARIANT',
    batchFinding: '',
    placement: 'PLACEMENT_INLINE',
    instances: 0,
    maxBatchRows: 1024,
    sizeBytes: '1',
    irVersion: 8,
    opsets: {},
    goldenCases: 0,
    runtime: null,
    subject: '',
    ...rest,
  };
}

export function inferResponse(
  outputs: Readonly<Record<string, readonly [datatype: string, shape: readonly number[], data: Buffer]>>,
  batchSize = 1,
): ModelInferResponse__Output {
  const entries = Object.entries(outputs);
  return {
    modelName: 'm',
    modelVersion: '1',
    id: '',
    parameters: { batch_size: { int64Param: String(batchSize), parameterChoice: 'int64Param' } },
    outputs: entries.map(([name, [datatype, shape]]) => ({
      name,
      datatype,
      shape: shape.map(String),
      parameters: {},
      contents: null,
    })),
    rawOutputContents: entries.map(([, [, , data]]) => data),
  };
}

/** A change of the registry; `number` makes its id. */
export function modelChange(number: number, rest: Partial<ModelChange__Output> = {}): ModelChange__Output {
  return {
    changeId: `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    occurredAtUs: 1_700_000_000_000_000 + number,
    principal: 'operator',
    kind: 'MODEL_CHANGE_KIND_LOADED',
    model: 'm',
    version: 1,
    digest: 'sha256:00',
    alias: '',
    previousVersion: 0,
    reason: '',
    ...rest,
  };
}

export function float32(...values: number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

export function float64(...values: number[]): Buffer {
  return Buffer.from(Float64Array.from(values).buffer);
}

export const featureSet: FeatureSet__Output = {
  name: 'set',
  digest: 'digest-1',
  description: '',
  features: ['view.a', 'view.b'],
  inputs: [],
  blocks: [{ datatype: 'FP32', features: 2, data: Buffer.alloc(0) }],
} as unknown as FeatureSet__Output;

/** Two FP32 features: one present, one that was not found. */
export function featuresResponse(): GetFeaturesResponse__Output {
  return {
    digest: 'digest-1',
    blocks: [{ datatype: 'FP32', features: 2, data: float32(0.5, Number.NaN) }],
    statuses: Buffer.from([1, 3]),
    eventTimes: float64(1_000_000, 0),
    ingestTimes: float64(1_000_500, 0),
    asOf: 1_002_000,
    asOfIngest: 1_001_000,
    rowMoments: Buffer.alloc(0),
    timeColumns: Buffer.from(Uint16Array.of(0, 1).buffer),
  };
}

const unexpected = (what: string) => async (): Promise<never> => {
  throw new MeshError('INTERNAL', `${what} was not expected`);
};

/** The other roles, with what was asked of them in order. An append under a known key answers with the first record. */
export interface FakeRoles {
  readonly steps: string[];
  readonly appended: AppendRequest__Output[];
  readonly inferred: ModelInferRequest__Output[];
  records(): Record__Output[];
  /** The registry is another from now on: followers are told, with these changes. */
  tell(models: readonly Model__Output[], changes?: readonly ModelChange__Output[]): void;
  /** The registry is another from now on, and who follows it already is not told until the next `tell`. */
  change(models: readonly Model__Output[], changes?: readonly ModelChange__Output[]): void;
  /** Breaks the streams of those who follow the registry. */
  breakStreams(): void;
  readonly features: Client<FeatureContract>;
  readonly inference: Client<InferenceContract>;
  readonly models: Client<ModelContract>;
  readonly audit: Client<AuditContract>;
}

export function fakeRoles(
  models: readonly Model__Output[],
  overrides: {
    infer?: Client<InferenceContract>['ModelInfer'];
    features?: Client<FeatureContract>['GetFeatures'];
    append?: (request: AppendRequest__Output, call: Call) => Promise<void>;
    inference?: Partial<Client<InferenceContract>>;
    models?: Partial<Client<ModelContract>>;
  } = {},
): FakeRoles {
  const steps: string[] = [];
  const appended: AppendRequest__Output[] = [];
  const inferred: ModelInferRequest__Output[] = [];
  let registry = models;
  const changes: ModelChange__Output[] = [];
  let told = new Set<() => void>();
  let streams = 0;
  const wake = (): void => {
    const waiting = told;
    told = new Set();
    for (const tell of waiting) tell();
  };
  const change: FakeRoles['change'] = (next, made = []) => {
    registry = next;
    changes.push(...made);
  };
  const receiptOf = (place: number) => ({
    logIndex: String(place),
    leafHash: Buffer.alloc(32, place),
    proof: '',
  });
  const byKey = (key: string) =>
    appended.findIndex(({ idempotencyKey }) => key !== '' && idempotencyKey === key);
  return {
    steps,
    appended,
    inferred,
    records: () => appended.map(completeRecord),
    change,
    tell: (next, made) => {
      change(next, made);
      wake();
    },
    breakStreams: () => {
      streams += 1;
      wake();
    },
    features: {
      GetFeatures: async (request, call) => {
        steps.push('features');
        return overrides.features === undefined
          ? featuresResponse()
          : await overrides.features(request, call);
      },
      ListFeatures: async () => {
        steps.push('list features');
        return { views: [], sets: [featureSet], streams: [], entities: [] };
      },
      Ingest: unexpected('Ingest'),
      IngestStream: () => {
        throw new Error('IngestStream is not part of this test');
      },
      BuildTrainingSet: () => {
        throw new Error('BuildTrainingSet is not part of this test');
      },
      Declare: unexpected('Declare'),
      ListQuarantine: unexpected('ListQuarantine'),
      ReplayQuarantine: unexpected('ReplayQuarantine'),
    },
    inference: {
      ModelInfer: async (request, call) => {
        steps.push('inference');
        inferred.push(request);
        return overrides.infer === undefined
          ? inferResponse({ y: ['FP32', [1, 1], float32(0.75)] })
          : await overrides.infer(request, call);
      },
      ServerLive: unexpected('ServerLive'),
      ServerReady: unexpected('ServerReady'),
      ModelReady: unexpected('ModelReady'),
      ServerMetadata: unexpected('ServerMetadata'),
      ModelMetadata: unexpected('ModelMetadata'),
      ModelStreamInfer: () => {
        throw new Error('ModelStreamInfer is not part of this test');
      },
      ModelConfig: unexpected('ModelConfig'),
      ModelStatistics: unexpected('ModelStatistics'),
      RepositoryIndex: unexpected('RepositoryIndex'),
      RepositoryModelLoad: unexpected('RepositoryModelLoad'),
      RepositoryModelUnload: unexpected('RepositoryModelUnload'),
      SystemSharedMemoryStatus: unexpected('SystemSharedMemoryStatus'),
      SystemSharedMemoryRegister: unexpected('SystemSharedMemoryRegister'),
      SystemSharedMemoryUnregister: unexpected('SystemSharedMemoryUnregister'),
      CudaSharedMemoryStatus: unexpected('CudaSharedMemoryStatus'),
      CudaSharedMemoryRegister: unexpected('CudaSharedMemoryRegister'),
      CudaSharedMemoryUnregister: unexpected('CudaSharedMemoryUnregister'),
      TraceSetting: unexpected('TraceSetting'),
      LogSettings: unexpected('LogSettings'),
      ...overrides.inference,
    },
    models: {
      GetModel: unexpected('GetModel'),
      ListModels: unexpected('ListModels'),
      RegisterModel: () => {
        throw new Error('RegisterModel is not part of this test');
      },
      LoadModel: unexpected('LoadModel'),
      UnloadModel: unexpected('UnloadModel'),
      SetAlias: unexpected('SetAlias'),
      RollbackAlias: unexpected('RollbackAlias'),
      RunContent: unexpected('RunContent'),
      WatchModels: async function* (_request, call) {
        const stream = streams;
        for (let seen = 0; call.cancellation.error === undefined; ) {
          yield { models: [...registry], changes: changes.slice(seen) };
          seen = changes.length;
          await new Promise<void>((resolve) => {
            told.add(resolve);
            call.cancellation.onCancel(() => resolve());
          });
          if (stream !== streams) throw new MeshError('ROLE_UNREACHABLE', 'the stream broke');
        }
      },
      ...overrides.models,
    },
    audit: {
      Append: async (request, call) => {
        steps.push('append');
        await overrides.append?.(request, call);
        const repeated = appended.findIndex(({ recordId }) => recordId === request.recordId);
        if (repeated >= 0) return { receipt: receiptOf(repeated), existingRecord: Buffer.alloc(0) };
        const first = byKey(request.idempotencyKey);
        if (first >= 0 && !appended[first]!.bodyDigest.equals(request.bodyDigest))
          throw new MeshError('REQUEST_ID_CONFLICT', 'another body');
        if (first >= 0)
          return { receipt: receiptOf(first), existingRecord: recordBytes(completeRecord(appended[first]!)) };
        appended.push(request);
        return { receipt: receiptOf(appended.length - 1), existingRecord: Buffer.alloc(0) };
      },
      GetRecord: async ({ recordId, idempotencyKey }) => {
        steps.push('find');
        const place =
          recordId === ''
            ? byKey(idempotencyKey)
            : appended.findIndex((request) => request.recordId === recordId);
        const found = appended[place];
        if (found === undefined) throw new MeshError('RECORD_NOT_FOUND', 'no such record');
        return {
          record: completeRecord(found),
          receipt: receiptOf(place),
          entry: found.record,
          bodyDigest: found.bodyDigest,
          contentState: 'CONTENT_STATE_NONE' as const,
        };
      },
      ListRecords: unexpected('ListRecords'),
      QueryRecords: unexpected('QueryRecords'),
      ExportRecords: () => {
        throw new Error('ExportRecords is not part of this test');
      },
      GetReceipt: unexpected('GetReceipt'),
      GetSealedContent: unexpected('GetSealedContent'),
      GetInclusionProof: unexpected('GetInclusionProof'),
      GetConsistencyProof: unexpected('GetConsistencyProof'),
      ReadLog: unexpected('ReadLog'),
      EraseSubject: unexpected('EraseSubject'),
      ExportSubject: () => {
        throw new Error('ExportSubject is not part of this test');
      },
    },
  };
}

export function newCall(timeoutMs = 30_000, principal = 'test'): Call {
  return startCall({ timeoutMs, principal });
}
