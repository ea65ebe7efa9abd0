import { Code, type CodeName } from '../errors/catalogue.ts';
import { MeshError } from '../errors/mesh-error.ts';

/** Codes that Triton never answers, and what it answers in such a case. */
const replacements: Partial<Record<Code, CodeName>> = {
  [Code.DEADLINE_EXCEEDED]: 'UNAVAILABLE',
  [Code.RESOURCE_EXHAUSTED]: 'UNAVAILABLE',
  [Code.FAILED_PRECONDITION]: 'INVALID_ARGUMENT',
  [Code.OUT_OF_RANGE]: 'INVALID_ARGUMENT',
  [Code.ABORTED]: 'UNAVAILABLE',
  [Code.PERMISSION_DENIED]: 'UNAVAILABLE',
  [Code.UNAUTHENTICATED]: 'UNAVAILABLE',
  [Code.DATA_LOSS]: 'INTERNAL',
};

/** Key of an error's metadata: the versions of the model that is meant which are ready. */
export const availableVersionsKey = 'available_versions';

/**
 * The error as Triton would tell it, where its code or its words differ: clients that were written against it look for them
 * (https://github.com/triton-inference-server/server/blob/main/src/grpc/grpc_utils.cc). Reason and details stay. The same error if
 * nothing differs.
 */
export function tritonError(error: MeshError, requestId = ''): MeshError {
  switch (error.reason) {
    case 'QUEUE_FULL':
      return told(
        error,
        'UNAVAILABLE',
        `[request id: ${requestId === '' ? '<id_unknown>' : requestId}] Exceeds maximum queue size`,
      );
    case 'DEADLINE_PAST':
    case 'DEADLINE_PASSED_WAITING':
    case 'DEADLINE_UNREACHABLE':
      return told(error, 'UNAVAILABLE', 'Request timeout expired');
    case 'SHUTTING_DOWN':
      return told(
        error,
        'UNAVAILABLE',
        'Server is stopping, scheduler for model has stopped accepting new inference requests',
      );
    case 'MODEL_CONTROL_OFF':
      return told(error, 'UNAVAILABLE', 'explicit model load / unload is not allowed if polling is enabled');
    case 'MODEL_NOT_READY':
      return error.details.metadata?.[availableVersionsKey] === '0'
        ? told(error, 'NOT_FOUND', error.message)
        : error;
    // HTTP/2 itself refuses such a message, before Triton could.
    case 'MESSAGE_TOO_LARGE':
      return error;
    default: {
      const code = replacements[error.code];
      return code === undefined ? error : told(error, code, error.message);
    }
  }
}

function told(error: MeshError, code: CodeName, message: string): MeshError {
  return new MeshError(error.reason, message, { ...error.details, code }, error);
}
