import { Code, type CodeName, catalogue, type Reason } from './catalogue.ts';

/** One wrong field of a request. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

export interface ErrorDetails {
  /** Facts about this occurrence for programs; never secrets or personal values. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** When a retry may succeed; becomes RetryInfo and grpc-retry-pushback-ms. */
  readonly retryAfterMs?: number;
  /** Wrong fields; becomes BadRequest. */
  readonly violations?: readonly FieldViolation[];
  /** A gRPC code other than the reason's, where a foreign protocol demands it. */
  readonly code?: CodeName;
}

/**
 * The one error that may reach a caller. Its message says what is wrong, with the offending name and value, and what to do.
 * Anything else that is thrown is a bug and answered INTERNAL without detail.
 */
export class MeshError extends Error {
  readonly reason: Reason;
  readonly code: Code;
  readonly details: ErrorDetails;

  constructor(reason: Reason, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MeshError';
    this.reason = reason;
    this.code = Code[details.code ?? catalogue[reason]];
    this.details = details;
  }
}

export function isMeshError(error: unknown): error is MeshError {
  return error instanceof MeshError;
}

/** Whether an error means that what was named does not exist; the same in every placement. */
export function isNotFound(error: unknown): boolean {
  return isMeshError(error) && error.code === Code.NOT_FOUND;
}

/** Whether the same call may succeed on another try because nothing was decided: UNAVAILABLE. */
export function isUnavailable(error: unknown): boolean {
  return isMeshError(error) && error.code === Code.UNAVAILABLE;
}

/** The error that a caller may see: itself if it is a MeshError, else INTERNAL without detail and with the cause kept. */
export function toMeshError(error: unknown): MeshError {
  if (isMeshError(error)) return error;
  return new MeshError(
    'INTERNAL',
    'internal error; the log of this process has it under the trace id',
    {},
    error,
  );
}

/** Every fault of a request at once, as one INVALID_REQUEST with BadRequest details. */
export function invalidRequest(violations: readonly FieldViolation[]): MeshError {
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return new MeshError('INVALID_REQUEST', `${first?.field}: ${first?.description}${more}`, { violations });
}
