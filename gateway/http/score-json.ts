import { z } from 'zod';
import type { Timestamp__Output as Timestamp } from '../../services/gen/google/protobuf/Timestamp.ts';
import type { FeatureValue__Output as FeatureValue } from '../../services/gen/scoremesh/scoring/v1/FeatureValue.ts';
import type { ModelVersion__Output as ModelVersion } from '../../services/gen/scoremesh/scoring/v1/ModelVersion.ts';
import type { Outcome__Output as Outcome } from '../../services/gen/scoremesh/scoring/v1/Outcome.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../../services/gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Value__Output as Value } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
import { invalidRequest } from '../../services/kit/errors/mesh-error.ts';

const tensor = z.strictObject({
  datatype: z.string().max(16),
  shape: z.array(z.int().min(0)).max(16),
  data: z.base64(),
});

/** A JSON number, text or boolean, or one of the explicit forms for what JSON can't say. */
export const value = z.union([
  z.number(),
  z.string(),
  z.boolean(),
  z.strictObject({ integer: z.string().refine(isInt64, 'is not an integer of 64 bits') }),
  z.strictObject({ tensor }),
]);

/** Whether text is an integer of 64 bits: beyond it a record would hold another number than was given. */
export function isInt64(text: string): boolean {
  return /^-?[0-9]{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** What a body says of a score, however it is asked for. */
export const scoreFields = {
  entities: z.record(z.string(), z.string()).default({}),
  inputs: z.record(z.string(), value).default({}),
  include_features: z.boolean().default(false),
  /** ISO 8601 or Unix milliseconds. */
  as_of: z.union([z.number(), z.iso.datetime({ offset: true })]).optional(),
};

const scoreBody = z.strictObject({ request_id: z.string().default(''), ...scoreFields });

/** Where the subject names the model, a producer's body often does too. */
const jobBody = scoreBody.extend({ model: z.unknown().optional() });

const outcomesBody = z.strictObject({
  outcomes: z.array(
    z.strictObject({
      prediction_id: z.string().default(''),
      request_id: z.string().default(''),
      values: z.record(z.string(), value),
      occurred_at: z.iso.datetime({ offset: true }).optional(),
    }),
  ),
});

/** The body of POST /v1/models/{model}:score. Throws INVALID_REQUEST with every fault. */
export function scoreRequestOf(model: string, body: unknown): ScoreRequest {
  const { request_id: requestId, ...fields } = parsed(scoreBody, body);
  return scoreRequestFrom(model, requestId, fields);
}

/** The body of a job that was published to the subject of a model: that of a score, in which a model counts for nothing. */
export function jobScoreRequestOf(model: string, body: unknown): ScoreRequest {
  const { request_id: requestId, model: _, ...fields } = parsed(jobBody, body);
  return scoreRequestFrom(model, requestId, fields);
}

/** The request that fields of a body which was checked mean. */
export function scoreRequestFrom(
  model: string,
  requestId: string,
  fields: z.infer<z.ZodObject<typeof scoreFields>>,
): ScoreRequest {
  const { entities, inputs, include_features: includeFeatures, as_of: asOf } = fields;
  const request = { model, requestId, entities, inputs: valuesOf(inputs), includeFeatures };
  if (asOf === undefined) return request;
  const asOfEventTime = typeof asOf === 'number' ? asOf : Date.parse(asOf);
  return { ...request, asOfEventTime, _asOfEventTime: 'asOfEventTime' };
}

/** The body of POST /v1/outcomes. Throws INVALID_REQUEST with every fault. */
export function outcomesOf(body: unknown): Outcome[] {
  return parsed(outcomesBody, body).outcomes.map((outcome) => ({
    predictionId: outcome.prediction_id,
    requestId: outcome.request_id,
    values: valuesOf(outcome.values),
    occurredAt: outcome.occurred_at === undefined ? null : timestampOf(outcome.occurred_at),
  }));
}

export function parsed<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw invalidRequest(
    result.error.issues.map(({ path, message }) => ({
      field: path.map(String).join('.') || 'body',
      description: message,
    })),
  );
}

export function valuesOf(inputs: Readonly<Record<string, z.infer<typeof value>>>): { [name: string]: Value } {
  return Object.fromEntries(Object.entries(inputs).map(([name, given]) => [name, valueOfJson(given)]));
}

function valueOfJson(given: z.infer<typeof value>): Value {
  if (typeof given === 'number') return { number: given, kind: 'number' };
  if (typeof given === 'string') return { text: given, kind: 'text' };
  if (typeof given === 'boolean') return { flag: given, kind: 'flag' };
  if ('integer' in given) return { integer: given.integer, kind: 'integer' };
  const { datatype, shape, data } = given.tensor;
  return {
    tensor: { datatype, shape: shape.map(String), data: Buffer.from(data, 'base64') },
    kind: 'tensor',
  };
}

export function timestampOf(text: string): Timestamp {
  const ms = Date.parse(text);
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: (ms - seconds * 1000) * 1e6 };
}

/** The answer as JSON. Integers beyond 2^53 stay exact as text in {"integer": "..."}. */
export function scoreResponseJson(response: ScoreResponse): object {
  const { predictionId, model, outputs, features, receipt } = response;
  return {
    prediction_id: predictionId,
    model: modelJson(model),
    outputs: valuesJson(outputs),
    ...(features.length === 0
      ? {}
      : {
          features: features.map(featureJson),
        }),
    receipt:
      receipt === null
        ? null
        : {
            log_index: Number(receipt.logIndex),
            leaf_hash: receipt.leafHash.toString('base64'),
            ...(receipt.proof === '' ? {} : { proof: receipt.proof }),
          },
  };
}

export function modelJson(model: ModelVersion | null): object | null {
  if (model === null) return null;
  const { name, version, digest, alias } = model;
  return { name, version, digest, alias };
}

export function valuesJson(values: Readonly<Record<string, Value>>): object {
  return Object.fromEntries(Object.entries(values).map(([name, given]) => [name, valueJson(given)]));
}

export function featureJson({ ageMs, eventTime, name, status, value: given }: FeatureValue): object {
  return {
    name,
    value: given === null ? null : valueJson(given),
    status: status.replace('FEATURE_STATUS_', ''),
    ...(eventTime === null ? {} : { event_time: timestampText(eventTime), age_ms: Number(ageMs) }),
  };
}

export function valueJson(given: Value): unknown {
  switch (given.kind) {
    case 'number':
      return Number.isFinite(given.number) ? given.number : String(given.number);
    case 'integer':
      return Number.isSafeInteger(Number(given.integer)) ? Number(given.integer) : { integer: given.integer };
    case 'text':
      return given.text;
    case 'flag':
      return given.flag;
    case 'tensor': {
      if (!given.tensor) return null;
      const { datatype, shape, data } = given.tensor;
      return { tensor: { datatype, shape: shape.map(Number), data: data.toString('base64') } };
    }
    default:
      return null;
  }
}

export function timestampText({ seconds, nanos }: Timestamp): string {
  return new Date(Number(seconds) * 1000 + nanos / 1e6).toISOString();
}
