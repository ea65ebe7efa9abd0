import { createHash } from 'node:crypto';
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
import { createWallOrigin } from '../kit/lifecycle/wall-clock.ts';
import type { Outputs } from './answer.ts';
import type { FeatureRead } from './feature-read.ts';
import type { Batch } from './inferred.ts';
import { largestKept, omit } from './omitted-payload.ts';
import { provenanceOf, recordedFeatures } from './recorded-features.ts';
import type { ScorePlan } from './score-plan.ts';

const schema = 2;
/** A refused request may be larger than any record: then only what identifies it is kept. */
const maxRefusalBytes = 48 * 1024;
/** Of a message in a record that would not fit otherwise. */
const maxReasonLength = 4096;
/** A name, "@" and an alias. */
const maxModelLength = 129;

const noBytes = Buffer.alloc(0);
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

const wallOrigin = createWallOrigin();

/** Unix milliseconds with fraction. Follows the system's clock where that is set, as the times in record ids do. */
export function nowMs(): number {
  return wallOrigin() + performance.now();
}

/** A record as it is appended: the entry, what of it is personal, and whose data that is. */
export interface RecordParts {
  readonly record: Buffer;
  /** A serialized Record with what is personal; empty for nothing. */
  readonly personal: Buffer;
  /** The data subject as "entity=key"; empty for none. */
  readonly subject: string;
  /** A record that is about the same subject; empty for none. */
  readonly subjectOf: string;
  /** The idempotency key of such a record, where its id is not known. */
  readonly subjectOfKey: string;
}

/** Content that is about no data subject. */
export const nobody = Object.freeze({ subject: '', subjectOf: '', subjectOfKey: '' });

export function predictionRecord(
  occasion: Occasion,
  answer: {
    readonly request: ScoreRequest__Output;
    readonly plan: ScorePlan;
    readonly model: ModelVersion;
    readonly features: FeatureRead | undefined;
    readonly outputs: Outputs;
    readonly batch: Batch;
    readonly maxPayloadBytes: number;
  },
): RecordParts {
  const omitted: OmittedPayload[] = [];
  const { model, plan, features, batch } = answer;
  const sizes = tensorSizes([answer.request.inputs, answer.outputs]);
  const limit = largestKept(sizes, answer.maxPayloadBytes);
  const request = slim(answer.request, limit, omitted);
  const outputs = slimValues(answer.outputs, 'outputs', limit, omitted);
  const { batchSize, batchClass, batchId, batchRow } = batch;
  const { decision } = plan.model;
  const record = encodeRecord(occasion, {
    prediction: {
      model,
      batchSize,
      batchClass,
      batchId,
      batchRow,
      ...(decision === null
        ? {}
        : { decision: outputs.decision?.text ?? '', threshold: decision.threshold, _threshold: 'threshold' }),
      provenance: features === undefined ? null : provenanceOf(features),
      runtime: plan.model.runtime,
    },
  });
  const personal = recordCodec.encode({
    prediction: {
      request,
      features: features === undefined ? null : recordedFeatures(features),
      outputs,
      omitted,
    },
  });
  return { record, personal, ...nobody, subject: subjectOf(plan, request) };
}

/** The data subject of a request to this model, as "entity=key"; empty where none is declared or named. */
export function subjectOf({ model: { subject } }: ScorePlan, { entities }: ScoreRequest__Output): string {
  const key = subject !== '' && Object.hasOwn(entities, subject) ? entities[subject] : undefined;
  return key === undefined ? '' : `${subject}=${key}`;
}

/** `method` is the full name of the method; empty for a score. */
export function refusalRecord(
  occasion: Occasion,
  refused: { readonly request: ScoreRequest__Output; readonly method: string; readonly subject: string },
  error: MeshError,
): RecordParts {
  const { request, method, subject } = refused;
  const { code, reason, message } = error;
  const model = request.model.slice(0, maxModelLength);
  const record = encodeRecord(occasion, { refusal: { code, reason, method, model } });
  const omitted: OmittedPayload[] = [];
  const kept = slim(request, largestKept(tensorSizes([request.inputs]), maxRefusalBytes / 2), omitted);
  const whole = recordCodec.encode({ refusal: { request: kept, message, omitted } });
  if (whole.length <= maxRefusalBytes) return { record, personal: whole, ...nobody, subject };
  const named = {
    ...request,
    model,
    requestId: request.requestId.slice(0, 128),
    entities: {},
    inputs: {},
  };
  const personal = recordCodec.encode({
    refusal: { request: named, message: message.slice(0, maxReasonLength) },
  });
  return { record, personal, ...nobody, subject };
}

export function summaryRecord(
  occasion: Occasion,
  refusalSummary: { second: number; code: number; reason: string; model: string; count: number },
): RecordParts {
  return impersonal(encodeRecord(occasion, { refusalSummary }));
}

/** Its values are about the subject of the prediction, which is known by its id, or by the idempotency key it will have. */
export function outcomeRecord(occasion: Occasion, outcome: Outcome, idempotencyKey: string): RecordParts {
  const { predictionId } = outcome;
  return {
    record: encodeRecord(occasion, { outcome: { predictionId } }),
    personal: recordCodec.encode({ outcome: { ...outcome, predictionId: '' } }),
    ...nobody,
    subjectOf: predictionId,
    subjectOfKey: predictionId === '' ? idempotencyKey : '',
  };
}

export function modelChangeRecord(change: ModelChange, call: Call): RecordParts {
  const occasion: Occasion = { recordId: change.changeId, receivedAtMs: change.occurredAtUs / 1000, call };
  const modelChange = { ...change, reason: change.reason.slice(0, maxReasonLength) };
  return impersonal(encodeRecord(occasion, { modelChange }));
}

function impersonal(record: Buffer): RecordParts {
  return { record, personal: noBytes, ...nobody };
}

/** What is personal of an event, serialized. */
export function encodePersonal(event: Partial<RecordInput>): Buffer {
  return recordCodec.encode(event);
}

/** The entry of what happened, as far as nothing of it is personal. */
export function encodeRecord(
  { recordId, receivedAtMs, call }: Occasion,
  event: Partial<RecordInput>,
): Buffer {
  return recordCodec.encode({
    schema,
    recordId,
    receivedAtUs: receivedAtMs * 1000,
    recordedAtUs: nowMs() * 1000,
    traceId: call.trace.traceId === '' ? noBytes : Buffer.from(call.trace.traceId, 'hex'),
    spanId: call.trace.spanId === '' ? noBytes : Buffer.from(call.trace.spanId, 'hex'),
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
