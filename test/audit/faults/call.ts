import { type Call, startCall } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';

export function testCall(): Call {
  return startCall({ timeoutMs: 60_000, principal: 'test' });
}

/** The reason of a named error; what is none is thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof MeshError) return error.reason;
  throw error;
}
