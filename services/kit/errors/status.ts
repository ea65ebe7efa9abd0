import type { BadRequest, BadRequest__Output } from '../../gen/google/rpc/BadRequest.ts';
import type { ErrorInfo, ErrorInfo__Output } from '../../gen/google/rpc/ErrorInfo.ts';
import type { RetryInfo, RetryInfo__Output } from '../../gen/google/rpc/RetryInfo.ts';
import type { Status, Status__Output } from '../../gen/google/rpc/Status.ts';
import { messageCodec } from '../contract/protos.ts';
import { Code, type CodeName, catalogue, type Reason } from './catalogue.ts';
import { type ErrorDetails, MeshError } from './mesh-error.ts';

const domain = 'scoremesh';
const urlPrefix = 'type.googleapis.com/';
const names = { info: 'google.rpc.ErrorInfo', retry: 'google.rpc.RetryInfo', bad: 'google.rpc.BadRequest' };

const statusCodec = messageCodec<Status, Status__Output>('google.rpc.Status');
const infoCodec = messageCodec<ErrorInfo, ErrorInfo__Output>(names.info);
const retryCodec = messageCodec<RetryInfo, RetryInfo__Output>(names.retry);
const badCodec = messageCodec<BadRequest, BadRequest__Output>(names.bad);

/** Metadata keys of the details of a gRPC error. */
export const statusDetailsKey = 'grpc-status-details-bin';
export const retryPushbackKey = 'grpc-retry-pushback-ms';

const codeNames = Object.fromEntries(Object.entries(Code).map(([name, code]) => [code, name])) as Record<
  number,
  CodeName
>;

/** The name of a gRPC code, e.g. "NOT_FOUND". */
export function codeName(code: number): CodeName {
  return codeNames[code] ?? 'UNKNOWN';
}

/** The error as google.rpc.Status with ErrorInfo always, RetryInfo and BadRequest where they apply. */
export function toStatus(error: MeshError): Status__Output {
  const { metadata = {}, retryAfterMs, violations } = error.details;
  const details = [
    any(names.info, infoCodec.encode({ reason: error.reason, domain, metadata: { ...metadata } })),
  ];
  if (retryAfterMs !== undefined) {
    const whole = Math.floor(retryAfterMs / 1000);
    const nanos = Math.floor((retryAfterMs - whole * 1000) * 1e6);
    details.push(any(names.retry, retryCodec.encode({ retryDelay: { seconds: whole, nanos } })));
  }
  if (violations !== undefined) {
    details.push(any(names.bad, badCodec.encode({ fieldViolations: [...violations] })));
  }
  return { code: error.code, message: error.message, details };
}

export function encodeStatus(error: MeshError): Buffer {
  return statusCodec.encode(toStatus(error));
}

/** The MeshError that a status of the mesh stands for; of a foreign status, the closest. */
export function fromStatus(status: Status__Output): MeshError {
  let reason: Reason | undefined;
  let details: ErrorDetails = {};
  for (const { type_url: url, value } of status.details) {
    const bytes = Buffer.from(value);
    if (url === urlPrefix + names.info) {
      const info = infoCodec.decode(bytes);
      if (Object.hasOwn(catalogue, info.reason)) reason = info.reason as Reason;
      details = { ...details, metadata: info.metadata };
    } else if (url === urlPrefix + names.retry) {
      const { retryDelay } = retryCodec.decode(bytes);
      if (retryDelay !== null) {
        details = { ...details, retryAfterMs: Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6 };
      }
    } else if (url === urlPrefix + names.bad) {
      details = { ...details, violations: badCodec.decode(bytes).fieldViolations };
    }
  }
  reason ??= reasonForCode(status.code);
  if (status.code !== Code[catalogue[reason]]) details = { ...details, code: codeName(status.code) };
  return new MeshError(reason, status.message, details);
}

export function decodeStatus(bytes: Uint8Array): MeshError {
  return fromStatus(statusCodec.decode(bytes));
}

/** The closest reason for an error that carries only a gRPC code, e.g. one that the gRPC library made. */
export function reasonForCode(code: number): Reason {
  switch (code) {
    case Code.CANCELLED:
      return 'CALL_CANCELLED';
    case Code.DEADLINE_EXCEEDED:
      return 'DEADLINE_PASSED_WAITING';
    case Code.UNAVAILABLE:
      return 'ROLE_UNREACHABLE';
    case Code.UNIMPLEMENTED:
      return 'METHOD_NOT_FOUND';
    case Code.INVALID_ARGUMENT:
      return 'INVALID_REQUEST';
    case Code.RESOURCE_EXHAUSTED:
      return 'MESSAGE_TOO_LARGE';
    default:
      return 'INTERNAL';
  }
}

function any(name: string, value: Buffer): Status__Output['details'][number] {
  return { type_url: urlPrefix + name, value };
}
