import type {
  GRPCInferenceServiceDefinition as Definition,
  GRPCInferenceServiceHandlers as Methods,
} from '../../gen/inference/GRPCInferenceService.ts';
import type { Call } from '../contract/call.ts';
import type { Client, Contract } from '../contract/contract.ts';
import { isMeshError } from '../errors/mesh-error.ts';
import type { Log } from '../log/log.ts';
import { inferStream, logBugs } from './infer-stream.ts';
import { tritonError } from './triton-error.ts';

type Inference = Client<Contract<Methods, Definition>>;
type Unary = (request: object, call: Call) => Promise<object>;

/**
 * The same service with Triton's status codes and messages, for an edge where clients that were written against it arrive. Not for
 * links: between roles the honest codes count. What is thrown and no MeshError goes through unchanged.
 */
export function withTritonErrors(handlers: Inference, log: Log): Inference {
  const wrapped: Record<string, unknown> = {};
  for (const [name, handler] of Object.entries(handlers))
    wrapped[name] = name === 'ModelStreamInfer' ? handler : translated(handler as unknown as Unary);
  const infer = wrapped.ModelInfer as Inference['ModelInfer'];
  wrapped.ModelStreamInfer = ((requests, call) =>
    inferStream(
      requests,
      (request) => infer(request, call),
      logBugs(log, call),
    )) satisfies Inference['ModelStreamInfer'];
  return wrapped as Inference;
}

function translated(handler: Unary): Unary {
  return async (request, call) => {
    try {
      return await handler(request, call);
    } catch (error) {
      if (!isMeshError(error)) throw error;
      throw tritonError(error, 'id' in request && typeof request.id === 'string' ? request.id : '');
    }
  };
}
