import type { ModelInferRequest__Output as ModelInferRequest } from '../../gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { DeadlineWatch } from '../../kit/contract/deadline-watch.ts';
import { MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Tracer } from '../../kit/telemetry/span.ts';
import { stackInputs, unstackOutputs } from '../batching/batch-run.ts';
import { createBatcher, type RunAnswer } from '../batching/batcher.ts';
import type { TurnTaker } from '../batching/turn-taker.ts';
import type { Executor, WorkerExecutor } from '../execution/executor.ts';
import type { VersionInstruments } from '../instruments.ts';
import type { LoadedModel } from '../loading/loader.ts';
import { hasBatch } from '../repository/config/complete-model-config.ts';
import type { ServingConfig } from '../repository/serving-config.ts';
import { encodings } from '../tensors/datatype.ts';
import { readInferRequest } from '../tensors/infer-request.ts';
import { createResponseWriter } from '../tensors/infer-response.ts';
import type { ModelShape } from '../tensors/model-shape.ts';
import { readRequestParameters } from '../tensors/request-parameters.ts';
import { shapeText, type Tensor } from '../tensors/tensor.ts';
import { withinDeadline } from './own-deadline.ts';

/** A version that answers requests. */
export interface ServedModel {
  readonly shape: ModelShape;
  readonly digest: string;
  readonly config: ServingConfig;
  readonly instruments: VersionInstruments;
  /** Rows that wait for a run. */
  readonly queuedRows: number;
  /** Requests that wait for a run. */
  readonly queuedRequests: number;
  /**
   * Runs the model on a request. Whoever has it calls at once, without waiting for anything in between: then it is not stopped yet, and
   * the request is answered even if the version is replaced meanwhile. Fails with TENSOR_INVALID, with MESSAGE_TOO_LARGE if no
   * message could hold the answer, or as Batcher.submit does.
   */
  infer(request: ModelInferRequest, call: Call): Promise<ModelInferResponse>;
  /**
   * Runs one request, or several as one batch without anyone else's rows, in the last lane and within the call's deadline alone; the
   * limits on requests do not count, as these were answered before. To be called, and fails, as `infer`.
   */
  inferAgain(requests: readonly ModelInferRequest[], call: Call): Promise<ModelInferResponse[]>;
  /** Refuses new requests; what is queued is still answered. */
  stop(): void;
  /** Resolves once every request that it took is answered. */
  drained(): Promise<void>;
  /** Fails what still waits, waits for the runs under way, and gives the model's memory back. */
  close(): Promise<void>;
}

export interface ServedModelDeps {
  readonly turns: TurnTaker;
  readonly tracer: Tracer;
  readonly instruments: VersionInstruments;
  /** Over requests whose own time-out is shorter than their call's. */
  readonly deadlines: DeadlineWatch;
  /** Content of all outputs of one answer. */
  readonly maxAnswerBytes: number;
  /** Told once, if its rows turn out not to match in a batch. */
  readonly onNotBatchable: () => void;
  /** Told once, if its threads are given up; every request fails from then on. */
  readonly onLost: (error: MeshError) => void;
}

/** Behind everyone who waits for an answer. */
const lastLane = 3;

export function serveModel(version: number, loaded: LoadedModel, deps: ServedModelDeps): ServedModel {
  const { shape, certificate, config } = loaded;
  const versionText = String(version);
  let { batched } = config;
  const countsRows = hasBatch(shape, config);
  const dependent = batched && certificate.batchClass === 'BATCH_CLASS_DEPENDENT_BATCHED';
  const batcher = createBatcher({ name: shape.name, version: versionText }, config, {
    turns: deps.turns,
    tracer: deps.tracer,
    instruments: deps.instruments,
    executor: watchLoss(loaded.executor, deps.onLost),
    batched,
    nameBatches: dependent,
    measured: loaded.measured,
    onNotBatchable: () => {
      batched = false;
      deps.onNotBatchable();
    },
  });
  const { defaultTimeoutMs = Number.POSITIVE_INFINITY } = config;
  const { digest } = loaded.facts;
  const writeResponse = createResponseWriter(shape, { version: versionText, digest });

  return {
    shape,
    digest,
    config,
    instruments: deps.instruments,
    get queuedRows() {
      return batcher.queuedRows;
    },
    get queuedRequests() {
      return batcher.queuedRequests;
    },
    infer: async (request, call) => {
      let inputs: ReturnType<typeof readInferRequest>;
      let parameters: ReturnType<typeof readRequestParameters>;
      let rows = 1;
      try {
        parameters = readRequestParameters(request.parameters, shape.name);
        inputs = readInferRequest(request, shape);
        checkBytes(inputs.tensors, shape, config.maxTensorBytes);
        if (countsRows) rows = checkedRows(inputs.tensors, shape, config.maxRequestRows);
      } catch (error) {
        deps.instruments.refused(toMeshError(error).reason);
        throw error;
      }
      const { tensors, wanted } = inputs;
      const { priority = config.defaultPriority, timeoutMs = defaultTimeoutMs } = parameters;
      const submit = (asked: Call): Promise<RunAnswer> =>
        batcher.submit({
          tensors,
          call: asked,
          deadline: asked.deadline,
          priority,
          splittable: batched,
          rows: Math.max(1, rows),
          key: batched && rows > 0 ? keyOf(tensors, shape) : undefined,
        });
      const ownDeadline = timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : performance.now() + timeoutMs;
      const answer =
        ownDeadline < call.deadline
          ? await withinDeadline(call, ownDeadline, deps.deadlines, submit)
          : await submit(call);
      const { batchId, batchRow, batchRows } = answer;
      const response = writeResponse({
        id: request.id,
        batchRows,
        batchId,
        batchRow,
        tensors: answer.tensors,
        wanted,
      });
      checkAnswer(response, deps.maxAnswerBytes);
      return response;
    },
    inferAgain: async (requests, call) => {
      const members = requests.map((request) => {
        const { tensors, wanted } = readInferRequest(request, shape);
        return { id: request.id, tensors, wanted, rows: countsRows ? sameRows(tensors, shape) : 1 };
      });
      const rows = members.reduce((sum, member) => sum + member.rows, 0);
      const isBatch = members.length > 1;
      if (isBatch) requireStackable(members, countsRows, shape);
      const tensors = stackInputs(members);
      const shares = batched && !dependent && !isBatch && rows > 0;
      const answer = await batcher.submit({
        tensors,
        call,
        deadline: call.deadline,
        priority: lastLane,
        splittable: shares,
        rows: Math.max(1, rows),
        key: shares ? keyOf(tensors, shape) : undefined,
      });
      const parts = isBatch ? unstackOutputs(answer.tensors, members, rows) : [answer.tensors];
      if (parts === undefined)
        throw new MeshError('INFERENCE_FAILED', `model '${shape.name}' gave other rows than it got`);
      return members.map(({ id, wanted }, place) => {
        const { batchRows, batchId, batchRow } = answer;
        const response = writeResponse({
          ...{ id, batchRows, batchId, batchRow },
          ...{ tensors: parts[place] ?? [], wanted },
        });
        checkAnswer(response, deps.maxAnswerBytes);
        return response;
      });
    },
    stop: batcher.stop,
    drained: batcher.idle,
    close: () => {
      batcher.abandon();
      return loaded.executor.close();
    },
  };
}

/** The same executor, whose loss is told to one more. */
function watchLoss(executor: Executor, onLost: (error: MeshError) => void): Executor {
  if (executor.placement === 'inline') return executor;
  return {
    placement: 'worker',
    instances: executor.instances,
    get idle() {
      return executor.idle;
    },
    run: (inputs) => executor.run(inputs),
    onIdle: (listener) => executor.onIdle(listener),
    onLost: (listener) =>
      executor.onLost((error) => {
        listener(error);
        onLost(error);
      }),
    close: () => executor.close(),
  } satisfies WorkerExecutor;
}

/** The rows that every input has; at most so many. */
function checkedRows(tensors: readonly Tensor[], shape: ModelShape, maxRows: number): number {
  const rows = sameRows(tensors, shape);
  if (rows <= maxRows) return rows;
  throw new MeshError(
    'TENSOR_INVALID',
    `inference request batch-size must be <= ${maxRows} for '${shape.name}', but it is ${rows}; send it in parts`,
  );
}

/** The rows that every input has; they would not come out as they went in otherwise. */
function sameRows(tensors: readonly Tensor[], shape: ModelShape): number {
  const rows = tensors[0]?.shape[0] ?? 1;
  for (let i = 1; i < tensors.length; i++) {
    const other = tensors[i]?.shape[0];
    if (other === rows) continue;
    throw new MeshError(
      'TENSOR_INVALID',
      `input '${shape.inputs[i]?.name}' batch size does not match other inputs for '${shape.name}': ${other}, where '${shape.inputs[0]?.name}' has ${rows}`,
    );
  }
  return rows;
}

/** Requests are one batch if their rows count and agree in every other dimension. */
function requireStackable(
  members: readonly { readonly tensors: readonly Tensor[] }[],
  countsRows: boolean,
  shape: ModelShape,
): void {
  const keys = new Set(members.map(({ tensors }) => keyOf(tensors, shape)));
  if (countsRows && keys.size === 1) return;
  throw new MeshError(
    'TENSOR_INVALID',
    `${members.length} requests can't be one batch of model '${shape.name}': their rows do not fit together`,
  );
}

function checkBytes(tensors: readonly Tensor[], shape: ModelShape, maxBytes: number): void {
  for (let i = 0; i < tensors.length; i++) {
    const tensor = tensors[i];
    if (tensor === undefined) continue;
    const isEmpty = tensor.data.length === 0;
    const sizeBytes = isEmpty ? spanOf(tensor) : byteLength(tensor.data);
    if (sizeBytes <= maxBytes) continue;
    const has = isEmpty ? `is empty, but its shape ${shapeText(tensor.shape)} spans` : 'has';
    throw new MeshError(
      'TENSOR_INVALID',
      `input '${shape.inputs[i]?.name}' for model '${shape.name}' ${has} ${sizeBytes} bytes, more than the ${maxBytes} that it may have; send it in parts`,
    );
  }
}

/** A few bytes may ask for gigabytes (an Expand, an embedding): no edge could send them, and as JSON they would end the process. */
function checkAnswer(
  { modelName, modelVersion, rawOutputContents }: ModelInferResponse,
  maxBytes: number,
): void {
  let sizeBytes = 0;
  for (const { length } of rawOutputContents) sizeBytes += length;
  if (sizeBytes <= maxBytes) return;
  throw new MeshError(
    'MESSAGE_TOO_LARGE',
    `the answer of model '${modelName}' version ${modelVersion} has ${sizeBytes} bytes, more than the ${maxBytes} that it may have; ask for fewer outputs, or send the request in parts`,
  );
}

/** What an empty tensor would take with 1 for each 0 in its shape: a model may answer as much, though it got nothing. */
function spanOf({ datatype, shape }: Tensor): number {
  let count = 1;
  for (const size of shape) if (size > 0) count *= size;
  return count * Math.max(1, encodings[datatype].sizeBytes);
}

/** Of texts their characters, which is close enough for a limit. */
function byteLength(data: Tensor['data']): number {
  if (data instanceof Uint8Array) return data.byteLength;
  let length = 0;
  // As on the wire, where the length of each goes before it.
  for (const text of data) length += text.length + 4;
  return length;
}

/** Requests stack if they agree in every dimension but the first. */
function keyOf(tensors: readonly Tensor[], shape: ModelShape): string {
  if (!shape.openInside) return '';
  return tensors.map((tensor) => tensor.shape.slice(1).join('x')).join(',');
}
