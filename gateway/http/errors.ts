import type { Reason } from '../../services/kit/errors/catalogue.ts';
import type { MeshError } from '../../services/kit/errors/mesh-error.ts';
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

/** The error as JSON, with the same reason and details that a gRPC caller gets; with this status if one is given. */
export function toHttpError(error: MeshError, given?: number): HttpError {
  const status = given ?? exactStatuses[error.reason] ?? statuses[codeName(error.code)] ?? 500;
  const { metadata, retryAfterMs, violations } = error.details;
  return {
    status,
    headers: retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
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
