import { hash } from 'node:crypto';
import type { JobResult__Output as JobResult } from '../../gen/scoremesh/scoring/v1/JobResult.ts';
import { headerOf, type MessageHeaders } from '../../kit/bus/headers.ts';
import { digestOf, type ObjectStore, objectStoreStream } from '../../kit/bus/object-store.ts';
import type { StreamSpec } from '../../kit/bus/stream.ts';
import type { Call } from '../../kit/contract/call.ts';
import { invalidRequest, isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import type { JobsConfig } from './config.ts';
import { header } from './job-names.ts';
import { readJobResult } from './result-message.ts';

export const payloadsBucket = 'SCOREMESH_PAYLOADS';

/** What is over the server's message limit: kept in an object store under its SHA-256, and referred to by a header. */
export interface Payloads {
  /** Resolves to the reference of the stored bytes; the same bytes are stored once. Throws MESSAGE_TOO_LARGE, QUEUE_FULL by name. */
  put(payload: Uint8Array, call?: Call): Promise<string>;
  /** Their size, to make room before they are read. Throws INVALID_REQUEST, MESSAGE_TOO_LARGE, PAYLOAD_NOT_FOUND, PAYLOAD_MISMATCH. */
  find(reference: string, call?: Call): Promise<FoundPayload>;
}

export interface FoundPayload {
  readonly sizeBytes: number;
  /** Reads and checks them. */
  read(): Promise<Uint8Array>;
}

/** So long the same bytes are not stored again; what refers to them then is kept for less long than they are. */
const reusedMs = 3_600_000;

/** Objects outlive the results that refer to them. */
export function payloadsStream({
  payloadsMaxBytes,
  replicas,
  resultsKeptMs,
}: Pick<JobsConfig, 'payloadsMaxBytes' | 'replicas' | 'resultsKeptMs'>): StreamSpec {
  const maxAgeMs = resultsKeptMs + 2 * reusedMs;
  return objectStoreStream(payloadsBucket, { maxAgeMs, maxBytes: payloadsMaxBytes, replicas });
}

export function createPayloads(
  objects: ObjectStore,
  maxBytes: number,
  now: () => number = Date.now,
): Payloads {
  const isKept = async (name: string, payload: Uint8Array, call: Call | undefined): Promise<boolean> => {
    try {
      const kept = await objects.info(name, call);
      if (kept === undefined || kept.sizeBytes !== payload.length) return false;
      return kept.digest === digestOf(payload) && now() - kept.storedAtMs < reusedMs;
    } catch (error) {
      if (isMeshError(error) && error.reason === 'STATE_CORRUPT') return false;
      throw error;
    }
  };
  return {
    put: async (payload, call) => {
      if (payload.length > maxBytes) throw tooLarge(`${payload.length} bytes`, maxBytes);
      const name = hash('sha256', payload);
      try {
        if (!(await isKept(name, payload, call))) await objects.put(name, payload, call);
      } catch (error) {
        throw isMeshError(error) && error.reason === 'QUEUE_FULL' ? bucketFull(payload.length, error) : error;
      }
      return `sha256:${name}`;
    },
    find: async (reference, call) => {
      const name = nameOf(reference);
      const info = await described(objects, name, call);
      if (info === undefined) throw notFound(reference);
      if (info.sizeBytes > maxBytes) throw tooLarge(`${info.sizeBytes} bytes, ${reference},`, maxBytes);
      return {
        sizeBytes: info.sizeBytes,
        read: async () => {
          const payload = await objects.read(info, call);
          if (payload === undefined) throw notFound(reference);
          const found = hash('sha256', payload);
          if (found === name) return payload;
          throw mismatch(`what bucket ${payloadsBucket} has as ${name} has the SHA-256 ${found}`);
        },
      };
    },
  };
}

/** Sends what fits into a message, and else stores it and sends a reference. Nothing is asked of the bucket for what fits. */
export async function sendWhole<T>(
  payloads: Pick<Payloads, 'put'>,
  message: { readonly payload: Uint8Array; readonly headers: MessageHeaders },
  send: (payload: Uint8Array, headers: MessageHeaders) => Promise<T>,
  call?: Call,
): Promise<T> {
  try {
    return await send(message.payload, message.headers);
  } catch (error) {
    if (!isMeshError(error) || error.reason !== 'MESSAGE_TOO_LARGE') throw error;
    const reference = await payloads.put(message.payload, call);
    return send(nothing, { ...message.headers, [header.payload]: reference });
  }
}

const nothing = new Uint8Array(0);

/** A result as its stream keeps it, from the bucket where it is too large for a message. */
export async function readWholeResult(
  message: { readonly payload: Uint8Array; readonly headers: MessageHeaders },
  payloads: Pick<Payloads, 'find'>,
  call: Call | undefined,
): Promise<JobResult> {
  const reference = headerOf(message.headers, header.payload);
  if (reference === undefined) return readJobResult(message.payload, message.headers);
  const found = await payloads.find(reference, call);
  return readJobResult(await found.read(), message.headers);
}

/** Of an object that nobody can read it is known what is wrong: no repeat changes that. */
async function described(objects: ObjectStore, name: string, call: Call | undefined) {
  try {
    return await objects.info(name, call);
  } catch (error) {
    if (isMeshError(error) && error.reason === 'STATE_CORRUPT') throw mismatch(error.message, error);
    throw error;
  }
}

function nameOf(reference: string): string {
  const name = /^sha256:([0-9a-f]{64})$/.exec(reference)?.[1];
  if (name !== undefined) return name;
  throw invalidRequest([
    { field: header.payload, description: `"${reference.slice(0, 80)}" is not sha256: and 64 of 0-9 a-f` },
  ]);
}

function notFound(reference: string): MeshError {
  return new MeshError(
    'PAYLOAD_NOT_FOUND',
    `bucket ${payloadsBucket} has no object ${reference.replace('sha256:', '')}: store it before what refers to it; it is forgotten when results are`,
  );
}

function mismatch(what: string, cause?: unknown): MeshError {
  return new MeshError(
    'PAYLOAD_MISMATCH',
    `${what}: store the bytes again, and name them by their own digest`,
    {},
    cause,
  );
}

function tooLarge(what: string, maxBytes: number): MeshError {
  return new MeshError(
    'MESSAGE_TOO_LARGE',
    `a payload of ${what} is more than ${maxBytes}; SCOREMESH_MAX_MESSAGE_BYTES is the limit`,
  );
}

function bucketFull(sizeBytes: number, cause: MeshError): MeshError {
  return new MeshError(
    'QUEUE_FULL',
    `bucket ${payloadsBucket} has no room for a payload of ${sizeBytes} bytes: try again later, or raise SCOREMESH_JOBS_PAYLOADS_MAX_BYTES (${cause.message})`,
    { ...cause.details, metadata: { ...cause.details.metadata, bucket: payloadsBucket } },
    cause,
  );
}
