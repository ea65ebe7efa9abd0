import type { FastifyReply } from 'fastify';
import { Code, type Reason } from '../../services/kit/errors/catalogue.ts';
import { invalidRequest, isMeshError, MeshError, toMeshError } from '../../services/kit/errors/mesh-error.ts';
import { codeName } from '../../services/kit/errors/status.ts';

/** HTTP status of each gRPC code (google.rpc.Code, https://google.aip.dev/193). */
const statuses: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** Where HTTP has a status that says more than the code's. */
const exactStatuses: Readonly<Partial<Record<Reason, number>>> = { MESSAGE_TOO_LARGE: 413 };

export interface HttpError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** The status that says what the error's code and reason say. */
export function httpStatusOf(error: MeshError): number {
  return exactStatuses[error.reason] ?? statuses[codeName(error.code)] ?? 500;
}

/** What HTTP says in headers: when a retry may succeed, or how to authenticate. */
export function errorHeaders({ code, details: { retryAfterMs } }: MeshError): Record<string, string> {
  if (code === Code.UNAUTHENTICATED) return { 'www-authenticate': 'Bearer' };
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}

/** The error as JSON, with the same reason and details that a gRPC caller gets; with this status if one is given. */
export function toHttpError(error: MeshError, given?: number): HttpError {
  const status = given ?? httpStatusOf(error);
  const { metadata, retryAfterMs, violations } = error.details;
  return {
    status,
    headers: errorHeaders(error),
    body: {
      error: {
        code: status,
        status: codeName(error.code),
        reason: error.reason,
        message: error.message,
        ...(metadata === undefined ? {} : { metadata }),
        ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
        ...(violations === undefined ? {} : { violations }),
      },
    },
  };
}

export function sendError(reply: FastifyReply, error: MeshError, given?: number): FastifyReply {
  const { status, headers, body } = toHttpError(error, given);
  return reply.code(status).headers(headers).send(body);
}

/** To be sent with 404: it is the caller's mistake, which the code's 501 would charge to this server. */
export function nothingAt(message: string): MeshError {
  return new MeshError('METHOD_NOT_FOUND', message);
}

/** What a handler threw, or what the HTTP library refused before any handler ran. */
export function ofFastify(thrown: unknown): MeshError {
  if (isMeshError(thrown)) return thrown;
  const { statusCode, message, code } = thrown as { statusCode?: number; message?: string; code?: string };
  if (statusCode === 413)
    return new MeshError(
      'MESSAGE_TOO_LARGE',
      'the body is too large; SCOREMESH_MAX_MESSAGE_BYTES is the limit',
    );
  if (statusCode !== undefined && statusCode < 500) {
    return invalidRequest([
      { field: 'body', description: `${message ?? 'unreadable'} (${code ?? statusCode})` },
    ]);
  }
  return toMeshError(thrown);
}
