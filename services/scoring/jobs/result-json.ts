import type { Timestamp__Output as Timestamp } from '../../gen/google/protobuf/Timestamp.ts';
import type { Status__Output as Status } from '../../gen/google/rpc/Status.ts';
import type { FeatureStatus__Output as FeatureStatus } from '../../gen/scoremesh/scoring/v1/FeatureStatus.ts';
import type { FeatureValue__Output as FeatureValue } from '../../gen/scoremesh/scoring/v1/FeatureValue.ts';
import type { JobResult__Output as JobResult } from '../../gen/scoremesh/scoring/v1/JobResult.ts';
import type { JobState__Output as JobState } from '../../gen/scoremesh/scoring/v1/JobState.ts';
import type { ScoreResponse__Output as ScoreResponse } from '../../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Value__Output as Value } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { catalogue, type Reason } from '../../kit/errors/catalogue.ts';
import { type ErrorDetails, MeshError } from '../../kit/errors/mesh-error.ts';
import { toStatus } from '../../kit/errors/status.ts';
import { statusJson } from '../../kit/errors/status-json.ts';
import { msOfTimestamp, timestampOfMs } from './job-time.ts';
import { valueJson, valueOfJson } from './value-json.ts';

/** A result as JSON: the same that GET /v1/jobs/{id} shows as "result". Times are exact to the millisecond. */
export function resultJson(result: JobResult): object {
  const { attempts, endedAt, error, jobId, model, response, startedAt, state, submittedAt, tenant, traceId } =
    result;
  return {
    job_id: jobId,
    tenant,
    model,
    state: state.replace('JOB_STATE_', ''),
    ...(response === null ? {} : { response: responseJson(response) }),
    ...(error === null ? {} : { error: statusJson(error) }),
    attempts,
    ...timeJson('submitted_at', submittedAt),
    ...timeJson('started_at', startedAt),
    ...timeJson('ended_at', endedAt),
    ...(traceId === '' ? {} : { trace_id: traceId }),
  };
}

/** The result that such JSON says; what it does not say has its default. Values come back as `valueOfJson` says. */
export function resultOfJson(json: unknown): JobResult {
  const given = objectOf(json);
  return {
    jobId: textOf(given.job_id),
    tenant: textOf(given.tenant),
    model: textOf(given.model),
    state: `JOB_STATE_${textOf(given.state)}` as JobState,
    response: given.response === undefined ? null : responseOf(objectOf(given.response)),
    error: given.error === undefined ? null : errorOf(objectOf(given.error)),
    attempts: wholeOf(given.attempts),
    submittedAt: timeOf(given.submitted_at),
    startedAt: timeOf(given.started_at),
    endedAt: timeOf(given.ended_at),
    traceId: textOf(given.trace_id),
  };
}

function responseJson({ features, model, outputs, predictionId, receipt }: ScoreResponse): object {
  return {
    prediction_id: predictionId,
    model:
      model === null
        ? null
        : { name: model.name, version: model.version, digest: model.digest, alias: model.alias },
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, valueJson(value)])),
    ...(features.length === 0 ? {} : { features: features.map(featureJson) }),
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

function responseOf(given: Json): ScoreResponse {
  const model = given.model === null || given.model === undefined ? null : objectOf(given.model);
  const receipt = given.receipt === null || given.receipt === undefined ? null : objectOf(given.receipt);
  const outputs: [string, Value][] = [];
  for (const [name, json] of Object.entries(objectOf(given.outputs ?? {}))) {
    const value = valueOfJson(json);
    if (value !== undefined) outputs.push([name, value]);
  }
  return {
    predictionId: textOf(given.prediction_id),
    model:
      model === null
        ? null
        : {
            name: textOf(model.name),
            version: wholeOf(model.version),
            digest: textOf(model.digest),
            alias: textOf(model.alias),
          },
    outputs: Object.fromEntries(outputs),
    features: Array.isArray(given.features) ? given.features.map((json) => featureOf(objectOf(json))) : [],
    receipt:
      receipt === null
        ? null
        : {
            logIndex: String(wholeOf(receipt.log_index)),
            leafHash: Buffer.from(textOf(receipt.leaf_hash), 'base64'),
            proof: textOf(receipt.proof),
          },
  };
}

function featureJson({ ageMs, eventTime, name, status, value }: FeatureValue): object {
  return {
    name,
    value: value === null ? null : valueJson(value),
    status: status.replace('FEATURE_STATUS_', ''),
    ...(eventTime === null ? {} : { event_time: timeText(eventTime), age_ms: Number(ageMs) }),
  };
}

function featureOf(given: Json): FeatureValue {
  return {
    name: textOf(given.name),
    value: valueOfJson(given.value) ?? null,
    status: `FEATURE_STATUS_${textOf(given.status)}` as FeatureStatus,
    eventTime: timeOf(given.event_time),
    ingestTime: null,
    ageMs: String(wholeOf(given.age_ms)),
  };
}

function errorOf(given: Json): Status {
  const reason = textOf(given.reason);
  const details: ErrorDetails = {
    ...(given.metadata === undefined ? {} : { metadata: textsOf(given.metadata) }),
    ...(given.retry_after_ms === undefined ? {} : { retryAfterMs: wholeOf(given.retry_after_ms) }),
    ...(Array.isArray(given.violations)
      ? {
          violations: given.violations.map((json) => {
            const { description, field } = objectOf(json);
            return { field: textOf(field), description: textOf(description) };
          }),
        }
      : {}),
  };
  const known = Object.hasOwn(catalogue, reason) ? (reason as Reason) : 'INTERNAL';
  return toStatus(new MeshError(known, textOf(given.message), details));
}

type Json = Readonly<Record<string, unknown>>;

function objectOf(given: unknown): Json {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new MeshError('STATE_CORRUPT', 'a result in JSON is not what workers write');
  return given as Json;
}

function textsOf(given: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(objectOf(given)).map(([name, text]) => [name, textOf(text)]));
}

function textOf(given: unknown): string {
  return typeof given === 'string' ? given : '';
}

function wholeOf(given: unknown): number {
  return typeof given === 'number' && Number.isSafeInteger(given) && given >= 0 ? given : 0;
}

function timeJson(name: string, time: Timestamp | null): object {
  return time === null ? {} : { [name]: timeText(time) };
}

function timeText(time: Timestamp): string {
  return new Date(msOfTimestamp(time)).toISOString();
}

function timeOf(given: unknown): Timestamp | null {
  const ms = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  return Number.isNaN(ms) ? null : timestampOfMs(ms);
}
