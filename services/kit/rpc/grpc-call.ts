import { type Deadline, Metadata, type ServiceError } from '@grpc/grpc-js';
import { type Call, Cancellation } from '../contract/call.ts';
import { MeshError } from '../errors/mesh-error.ts';
import {
  codeName,
  decodeStatus,
  encodeStatus,
  reasonForCode,
  retryPushbackKey,
  statusDetailsKey,
} from '../errors/status.ts';
import type { Tracer } from '../telemetry/span.ts';
import { formatTraceparent } from '../telemetry/traceparent.ts';
import { type Authenticate, anonymous } from './authentication.ts';

/** Carries the principal between roles where links do not: with streams. */
const principalKey = 'scoremesh-principal';

/** Whom a server believes who asks. */
export interface CallerChecks {
  /** Undefined where nobody can prove to be somebody. */
  readonly authenticate: Authenticate | undefined;
  /** Whether callers are other roles, which say for whom they ask. */
  readonly trustsRoles: boolean;
}

/** Who asks over gRPC: a principal, or why the call is refused. */
export function callerOf(
  metadata: Metadata,
  { authenticate, trustsRoles }: CallerChecks,
): string | MeshError {
  if (authenticate !== undefined) {
    const given = metadata.get('authorization');
    if (given.length > 0) return authenticate(given.join(','));
  }
  return (trustsRoles ? textOf(metadata, principalKey) : undefined) ?? anonymous;
}

/** The call as it enters this process over gRPC: the caller's deadline or the default, its trace context, and who it is. */
export function enterCall(
  metadata: Metadata,
  deadline: Deadline,
  defaultTimeoutMs: number,
  tracer: Tracer,
  caller: string | MeshError,
): Call {
  const now = performance.now();
  const wanted = Number(deadline);
  const leftMs = Number.isFinite(wanted) ? wanted - Date.now() : defaultTimeoutMs;
  return {
    deadline: now + leftMs,
    cancellation: new Cancellation(),
    principal: typeof caller === 'string' ? caller : anonymous,
    trace: tracer.enter(textOf(metadata, 'traceparent'), textOf(metadata, 'tracestate')),
    span: undefined,
  };
}

function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** What a call sends along when it leaves this process over gRPC; the token only to a gateway, never to another role. */
export function leavingMetadata(call: Call, token?: string): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  if (call.trace.traceId !== '') {
    metadata.set('traceparent', formatTraceparent(call.trace));
    if (call.trace.state !== '') metadata.set('tracestate', call.trace.state);
  }
  if (call.principal !== '' && call.principal !== anonymous) metadata.set(principalKey, call.principal);
  return metadata;
}

/** The absolute deadline for the gRPC library. */
export function leavingDeadline(call: Call): number {
  return Date.now() + (call.deadline - performance.now());
}

/** Other gRPC libraries take 8 KiB of headers from a server; base64 makes these a third more. */
const maxDetailsBytes = 4096;
const maxMessageLength = 1024;

/** The error as grpc-js sends it: what does not fit into headers is cut, the reason never. */
export function toServiceError(error: MeshError): Partial<ServiceError> {
  const metadata = new Metadata();
  metadata.set(statusDetailsKey, detailsOf(error));
  const { retryAfterMs } = error.details;
  if (retryAfterMs !== undefined) metadata.set(retryPushbackKey, String(Math.ceil(retryAfterMs)));
  return { code: error.code, details: headerText(error.message), metadata };
}

function detailsOf(error: MeshError): Buffer {
  const whole = encodeStatus(error);
  if (whole.length <= maxDetailsBytes) return whole;
  const { violations = [], retryAfterMs } = error.details;
  for (let kept = violations.length; ; kept = Math.floor(kept / 2)) {
    const details = {
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(kept === 0 ? {} : { violations: violations.slice(0, kept) }),
    };
    const some = encodeStatus(new MeshError(error.reason, headerText(error.message), details));
    if (some.length <= maxDetailsBytes || kept === 0) return some;
  }
}

/** The library percent-encodes a message, and throws at half a surrogate pair, which a cut leaves. */
function headerText(text: string): string {
  const cut = text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength - 1)}…`;
  return Buffer.from(cut, 'utf8').toString('utf8');
}

/** The error that a gRPC call ended with: the mesh's own from its details, else the closest to its code. */
export function fromServiceError(error: unknown, address: string): MeshError {
  const { code, details, metadata } = error as Partial<ServiceError>;
  if (typeof code !== 'number') return new MeshError('INTERNAL', `the call to ${address} failed`, {}, error);
  const [bytes] = metadata?.get(statusDetailsKey) ?? [];
  if (bytes instanceof Buffer) {
    try {
      return decodeStatus(bytes);
    } catch {
      // Foreign details: the code and message below say what there is.
    }
  }
  return new MeshError(reasonForCode(code), `${address}: ${codeName(code)}: ${details ?? ''}`, {}, error);
}
