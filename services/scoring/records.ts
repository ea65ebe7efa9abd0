import { createHash } from 'node:crypto';
import type { FeaturesRead__Output as FeaturesRead } from '../gen/scoremesh/audit/v1/FeaturesRead.ts';
import type { OmittedPayload__Output as OmittedPayload } from '../gen/scoremesh/audit/v1/OmittedPayload.ts';
import type {
  Record as RecordInput,
  Record__Output as RecordOutput,
} from '../gen/scoremesh/audit/v1/Record.ts';
import type { ModelChange__Output as ModelChange } from '../gen/scoremesh/inference/v1/ModelChange.ts';
import type { ModelVersion__Output as ModelVersion } from '../gen/scoremesh/scoring/v1/ModelVersion.ts';
import type { Outcome__Output as Outcome } from '../gen/scoremesh/scoring/v1/Outcome.ts';
import type { ScoreRequest, ScoreRequest__Output } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Value__Output as Value } from '../gen/scoremesh/scoring/v1/Value.ts';
import type { Call } from '../kit/contract/call.ts';
import { messageCodec } from '../kit/contract/protos.ts';
import type { MeshError } from '../kit/errors/mesh-error.ts';
import type { Outputs } from './answer.ts';
import type { Batch } from './inferred.ts';
import { largestKept, omit } from './omitted-payload.ts';

const schema = 1;
/** A refused request may be larger than any record: then only what identifies it is kept. */
const maxRefusalBytes = 48 * 1024;
/** Of a message in a record that would not fit otherwise. */
const maxReasonLength = 4096;

const noTrace = Buffer.alloc(0);
const recordCodec = messageCodec<RecordInput, RecordOutput>('scoremesh.audit.v1.Record');
const requestCodec = messageCodec<ScoreRequest, ScoreRequest__Output>('scoremesh.scoring.v1.ScoreRequest');

export const decodeRecord = (bytes: Uint8Array): RecordOutput => recordCodec.decode(bytes);

/** What every record says, whatever happened. */
export interface Occasion {
  readonly recordId: string;
  /** Unix milliseconds with fraction. */
  readonly receivedAtMs: number;
  readonly call: Call;
}

/** Unix milliseconds with fraction; steady against clock steps while the process lives. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export function predictionRecord(
  occasion: Occasion,
  answer: {
    readonly request: ScoreRequest__Output;
    readonly model: ModelVersion;
    readonly features: FeaturesRead | null;
    readonly outputs: Outputs;
    readonly batch: Batch;
  },
): Buffer {
  const omitted: OmittedPayload[] = [];
  const { model, features, batch } = answer;
  const limit = largestKept(tensorSizes([answer.request.inputs, answer.outputs]));
  const request = slim(answer.request, limit, omitted);
  const outputs = slimValues(answer.outputs, 'outputs', limit, omitted);
  const { batchSize, batchClass, batchId, batchRow } = batch;
  return encodeRecord(occasion, {
    prediction: { request, model, features, outputs, batchSize, omitted, batchClass, batchId, batchRow },
  });
}

/** `method` is the full name of the method; empty for a score. */
export function refusalRecord(
  occasion: Occasion,
  request: ScoreRequest__Output,
  error: MeshError,
  method: string,
): Buffer {
  const omitted: OmittedPayload[] = [];
  const { code, reason, message } = error;
  const kept = slim(request, largestKept(tensorSizes([request.inputs])), omitted);
  const whole = encodeRecord(occasion, {
    refusal: { request: kept, code, reason, message, omitted, method },
  });
  if (whole.length <= maxRefusalBytes) return whole;
  const named = {
    ...request,
    model: request.model.slice(0, 129),
    requestId: request.requestId.slice(0, 128),
    entities: {},
    inputs: {},
  };
  return encodeRecord(occasion, {
    refusal: {
      request: named,
      code,
      reason,
      message: message.slice(0, maxReasonLength),
      omitted: [],
      method,
    },
  });
}

export function summaryRecord(
  occasion: Occasion,
  refusalSummary: { second: number; code: number; reason: string; model: string; count: number },
): Buffer {
  return encodeRecord(occasion, { refusalSummary });
}

export function outcomeRecord(occasion: Occasion, outcome: Outcome): Buffer {
  return encodeRecord(occasion, { outcome });
}

export function modelChangeRecord(change: ModelChange, call: Call): Buffer {
  const occasion: Occasion = { recordId: change.changeId, receivedAtMs: change.occurredAtUs / 1000, call };
  const modelChange = { ...change, reason: change.reason.slice(0, maxReasonLength) };
  return encodeRecord(occasion, { modelChange });
}

/** The bytes of the record of what happened; the event must be complete. */
export function encodeRecord(
  { recordId, receivedAtMs, call }: Occasion,
  event: Partial<RecordInput>,
): Buffer {
  return recordCodec.encode({
    schema,
    recordId,
    receivedAtUs: receivedAtMs * 1000,
    recordedAtUs: nowMs() * 1000,
    traceId: call.trace.traceId === '' ? noTrace : Buffer.from(call.trace.traceId, 'hex'),
    principal: call.principal,
    ...event,
  });
}

/** Identity of what a request asks, whatever the order of its maps: SHA-256 without request_id and presentation options. */
export function bodyDigest(request: ScoreRequest__Output): Buffer {
  const { model, entities, inputs, asOfEventTime } = request;
  const moment =
    asOfEventTime === undefined ? {} : { asOfEventTime, _asOfEventTime: 'asOfEventTime' as const };
  const body = requestCodec.encode({ model, entities, inputs, ...moment });
  return createHash('sha256').update(body).digest();
}

/** The request with the data of large tensors left out. */
function slim(request: ScoreRequest__Output, limit: number, omitted: OmittedPayload[]): ScoreRequest__Output {
  const inputs = slimValues(request.inputs, 'request.inputs', limit, omitted);
  return inputs === request.inputs ? request : { ...request, inputs };
}

function tensorSizes(groups: readonly Outputs[]): number[] | undefined {
  let sizes: number[] | undefined;
  for (const values of groups)
    for (const name in values) {
      const value = values[name];
      if (value?.kind !== 'tensor' || !value.tensor) continue;
      sizes ??= [];
      sizes.push(value.tensor.data.length);
    }
  return sizes;
}

function slimValues(values: Outputs, path: string, limit: number, omitted: OmittedPayload[]): Outputs {
  let slimmed = values;
  for (const name in values) {
    const value = values[name];
    if (value?.kind !== 'tensor' || !value.tensor || value.tensor.data.length <= limit) continue;
    omitted.push(omit(`${path}.${name}`, value.tensor.data));
    const empty: Value = { kind: 'tensor', tensor: { ...value.tensor, data: Buffer.alloc(0) } };
    slimmed = { ...slimmed, [name]: empty };
  }
  return slimmed;
}
