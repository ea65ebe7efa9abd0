import type { Call } from '../contract/call.ts';
import type { Method } from '../contract/contract.ts';

/** How a client reaches its service. Throws only MeshErrors; ROLE_UNREACHABLE means that nothing is known of the outcome. */
export interface Transport {
  /** Whether calls stay in this process: they can't be lost on the way, so that nothing is gained by trying again. */
  readonly isLocal?: boolean;
  unary(method: Method, request: object, call: Call): Promise<object>;
  serverStream(method: Method, request: object, call: Call): AsyncIterable<object>;
  bidi(method: Method, requests: AsyncIterable<object>, call: Call): AsyncIterable<object>;
}
