import type { ScoreRequest__Output as ScoreRequest } from '../../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Delivery } from '../../../kit/bus/delivery.ts';
import { byLowerName, type MessageHeaders } from '../../../kit/bus/headers.ts';
import { messageCodec } from '../../../kit/contract/protos.ts';
import { type FieldViolation, invalidRequest, isMeshError } from '../../../kit/errors/mesh-error.ts';
import { parseModelReference } from '../../model-reference.ts';
import { header, jobIdOf, readJobSubject } from '../job-names.ts';
import { tenantIn, throwIfAny } from '../job-reference.ts';

/** What can be told of a message without reading its body. */
export interface JobMessage {
  readonly jobId: string;
  readonly lane: string;
  readonly tenant: string;
  readonly model: string;
  /** Whether its result is JSON too. */
  readonly isJson: boolean;
  /** When its stream took it, Unix ms. */
  readonly takenAtMs: number;
  /** By their names in lower case. */
  readonly headers: MessageHeaders;
  /** Its body. */
  readonly payload: Uint8Array;
  readonly delivery: Delivery;
}

/** What a producer asks for. */
export interface JobRequest {
  readonly request: ScoreRequest;
  /** Unix ms; infinity for none. */
  readonly deadlineMs: number;
  readonly replyTo: string | undefined;
}

/** Makes a request of the parsed JSON body of a score. Throws INVALID_REQUEST with every fault. */
export type ReadJsonScore = (model: string, body: unknown) => ScoreRequest;

const requestCodec = messageCodec<ScoreRequest, ScoreRequest>('scoremesh.scoring.v1.ScoreRequest');
const decoder = new TextDecoder('utf-8', { fatal: true });
const maxReplyTo = 256;
const names = {
  deadline: header.deadline.toLowerCase(),
  replyTo: header.replyTo.toLowerCase(),
};

/** Undefined for a message that names no job: nobody could ask for its result. */
export function jobMessageOf(delivery: Delivery): JobMessage | undefined {
  const headers = byLowerName(delivery.headers);
  const jobId = jobIdOf(delivery.subject, delivery.headers);
  if (jobId === undefined) return undefined;
  return {
    headers,
    ...readJobSubject(delivery.subject),
    jobId,
    isJson: !/^application\/(?:x-)?protobuf\b/i.test(contentTypeOf(headers)),
    takenAtMs: Number(delivery.takenAtNs) / 1e6,
    payload: delivery.payload,
    delivery,
  };
}

/** Reads headers and body. The model of the subject counts, whatever the body says, and the job_id is the request_id. Throws INVALID_REQUEST. */
export function readJobRequest(job: JobMessage, readJson: ReadJsonScore): JobRequest {
  const { headers, jobId, model, tenant } = job;
  const violations: FieldViolation[] = [];
  tenantIn(tenant, violations);
  const deadlineMs = readDeadline(headers[names.deadline]);
  if (deadlineMs === undefined)
    violations.push({ field: header.deadline, description: 'is neither ISO 8601 nor Unix milliseconds' });
  const replyTo = headers[names.replyTo];
  if (replyTo !== undefined && !isReplySubject(replyTo))
    violations.push({
      field: header.replyTo,
      description: 'is no subject, or one that belongs to scoremesh or to NATS itself',
    });
  else if (replyTo !== undefined && isOfAnother(replyTo, tenant))
    violations.push({
      field: header.replyTo,
      description: `is below "replies." but not of this tenant: give one below "replies.${tenant.slice(0, 64)}.", or one that is not below "replies."`,
    });
  throwIfAny(violations);
  parseModelReference(model);
  const body = readBody(job, readJson);
  return {
    request: { ...body, model, requestId: jobId },
    deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY,
    replyTo: replyTo === '' ? undefined : replyTo,
  };
}

function readBody({ headers, isJson, model, payload }: JobMessage, readJson: ReadJsonScore): ScoreRequest {
  const contentType = contentTypeOf(headers);
  if (isJson && contentType !== '' && !/^application\/json\b/i.test(contentType))
    throw invalidRequest([
      {
        field: 'Content-Type',
        description: `is "${contentType.slice(0, 80)}"; give application/json or application/x-protobuf`,
      },
    ]);
  try {
    if (!isJson) return requestCodec.decode(payload);
    return readJson(model, JSON.parse(decoder.decode(payload)));
  } catch (error) {
    if (isMeshError(error)) throw error;
    throw invalidRequest([
      {
        field: 'body',
        description: `is no ${isJson ? 'JSON' : 'ScoreRequest'}: ${withoutExcerpt((error as Error).message)}`,
      },
    ]);
  }
}

function contentTypeOf(headers: MessageHeaders): string {
  return (headers['content-type'] ?? '').trim();
}

/** Unix ms; undefined for what says no moment. */
function readDeadline(text: string | undefined): number | undefined {
  const given = text?.trim() ?? '';
  if (given === '') return Number.POSITIVE_INFINITY;
  const ms = /^\d{1,15}$/.test(given)
    ? Number(given)
    : /^\d{4}-\d\d-\d\dT/.test(given)
      ? Date.parse(given)
      : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** JSON.parse cites the text, which may be personal: it is not for a record that can't be erased by its subject. */
function withoutExcerpt(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*is not valid JSON$/s, '').slice(0, 200);
}

/** Workers may send to all of `replies.`, where each tenant hears what is below its own name. */
function isOfAnother(replyTo: string, tenant: string): boolean {
  const [first, second] = replyTo.split('.');
  return first === 'replies' && second !== tenant;
}

/** A subject without wildcards that is not one of ours: its messages would be taken for what a worker or JetStream says. */
function isReplySubject(subject: string): boolean {
  if (subject === '') return true;
  return (
    subject.length <= maxReplyTo &&
    /^[^\s.*>]+(?:\.[^\s.*>]+)*$/.test(subject) &&
    !/^(?:scoremesh|\$[^.]*)(?:\.|$)/i.test(subject)
  );
}
