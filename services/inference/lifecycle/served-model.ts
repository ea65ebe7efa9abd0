import type { ModelInferRequest__Output as ModelInferRequest } from '../../gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { Call } from '../../kit/contract/call.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Tracer } from '../../kit/telemetry/span.ts';
import { createBatcher } from '../batching/batcher.ts';
import type { TurnTaker } from '../batching/turn-taker.ts';
import type { InferenceConfig } from '../config.ts';
import type { VersionInstruments } from '../instruments.ts';
import type { LoadedModel } from '../loading/loader.ts';
import { readInferRequest } from '../tensors/infer-request.ts';
import { writeInferResponse } from '../tensors/infer-response.ts';
import type { ModelShape } from '../tensors/model-shape.ts';
import type { Tensor, TensorInfo } from '../tensors/tensor.ts';

/** A version that answers requests. */
export interface ServedModel {
  readonly shape: ModelShape;
  readonly digest: string;
  /** Rows that wait for a run. */
  readonly queuedRows: number;
  /** Runs the model on a request. Fails with TENSOR_INVALID or as Batcher.submit does. */
  infer(request: ModelInferRequest, call: Call): Promise<ModelInferResponse>;
  /** Refuses new requests; what is queued is still answered. */
  stop(): void;
  /** Fails what still waits and gives the model's memory back. */
  close(): void;
}

export function serveModel(
  version: number,
  loaded: LoadedModel,
  limits: Pick<InferenceConfig, 'maxQueuedRows' | 'maxBatchRows'>,
  deps: {
    readonly turns: TurnTaker;
    readonly tracer: Tracer;
    readonly instruments: VersionInstruments;
    readonly onNotBatchable: () => void;
  },
): ServedModel {
  const { session, shape } = loaded;
  const versionText = String(version);
  let { batched } = loaded.batching;
  const batcher = createBatcher({ name: shape.name, version: versionText }, limits, {
    turns: deps.turns,
    tracer: deps.tracer,
    instruments: deps.instruments,
    run: session.run,
    onNotBatchable: () => {
      batched = false;
      deps.onNotBatchable();
    },
  });

  const rowsOf = (tensors: readonly Tensor[]): number => {
    const rows = tensors[0]?.shape[0] ?? 1;
    if (rows > limits.maxBatchRows)
      throw new MeshError(
        'TENSOR_INVALID',
        `inference request batch-size must be <= ${limits.maxBatchRows} for '${shape.name}', but it is ${rows}; send it in parts`,
      );
    return rows;
  };

  return {
    shape,
    digest: session.digest,
    get queuedRows() {
      return batcher.queuedRows;
    },
    infer: async (request, call) => {
      let inputs: ReturnType<typeof readInferRequest>;
      let rows = 1;
      try {
        inputs = readInferRequest(request, shape);
        if (shape.stackable) rows = rowsOf(inputs.tensors);
      } catch (error) {
        deps.instruments.countRequest(error instanceof MeshError ? error.reason : 'INTERNAL');
        throw error;
      }
      const { tensors, wanted } = inputs;
      const answer = await batcher.submit({
        tensors,
        call,
        rows: Math.max(1, rows),
        key: batched && rows > 0 ? keyOf(tensors, shape) : undefined,
      });
      return writeInferResponse(
        {
          version: versionText,
          id: request.id,
          batchRows: answer.batchRows,
          tensors: answer.tensors,
          wanted,
        },
        shape,
      );
    },
    stop: batcher.stop,
    close: () => {
      batcher.abandon();
      session.close();
    },
  };
}

/** Requests stack if they agree in every dimension but the first. */
function keyOf(tensors: readonly Tensor[], shape: ModelShape): string {
  if (!shape.openInside) return '';
  return tensors.map((tensor) => tensor.shape.slice(1).join('x')).join(',');
}

/** The message that describes a version that answers. */
export function describeModel(version: number, aliases: readonly string[], loaded: LoadedModel): Model {
  const { session, declared, shape } = loaded;
  return {
    name: shape.name,
    version,
    digest: session.digest,
    aliases: [...aliases],
    state: 'MODEL_STATE_READY',
    reason: '',
    inputs: session.inputs.map(tensorSpec),
    outputs: session.outputs.map(tensorSpec),
    ...declared,
    batchClass: 'BATCH_CLASS_UNSPECIFIED',
    batchFinding: '',
    placement: 'PLACEMENT_INLINE',
    instances: 0,
    maxBatchRows: 0,
    sizeBytes: '0',
    irVersion: 0,
    opsets: {},
    goldenCases: 0,
  };
}

/** The message that describes a version that does not answer. */
export function describeAbsent(absent: {
  readonly name: string;
  readonly version: number;
  readonly aliases: readonly string[];
  readonly state: 'MODEL_STATE_LOADING' | 'MODEL_STATE_FAILED';
  readonly reason: string;
}): Model {
  return {
    ...absent,
    aliases: [...absent.aliases],
    digest: '',
    description: '',
    inputs: [],
    outputs: [],
    featureSet: '',
    requestInputs: [],
    sources: [],
    scoreOutputs: [],
    decision: null,
    audit: 'AUDIT_MODE_REQUIRED',
    batchClass: 'BATCH_CLASS_UNSPECIFIED',
    batchFinding: '',
    placement: 'PLACEMENT_UNSPECIFIED',
    instances: 0,
    maxBatchRows: 0,
    sizeBytes: '0',
    irVersion: 0,
    opsets: {},
    goldenCases: 0,
  };
}

function tensorSpec(info: TensorInfo): Model['inputs'][number] {
  return { name: info.name, datatype: info.datatype, shape: info.shape.map(String) };
}
