import type { ModelInferRequest__Output as ModelInferRequest } from '../../gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import type { ModelStreamInferResponse__Output as ModelStreamInferResponse } from '../../gen/inference/ModelStreamInferResponse.ts';
import type { Call } from '../contract/call.ts';
import { isMeshError, toMeshError } from '../errors/mesh-error.ts';
import type { Log } from '../log/log.ts';
import { inOrder } from '../rpc/ordered-stream.ts';

/** Requests of one ModelStreamInfer that may be under way; the caller is held back beyond it. */
export const maxStreamedRequests = 64;

/**
 * ModelStreamInfer over ModelInfer: answers in the order of the requests, at most 64 of them under way. A request that fails is told
 * in its place with its id, and the stream goes on. `onBug` gets what is thrown and no MeshError: the caller is told no detail of it.
 */
export function inferStream(
  requests: AsyncIterable<ModelInferRequest>,
  infer: (request: ModelInferRequest) => Promise<ModelInferResponse>,
  onBug?: (error: unknown) => void,
): AsyncGenerator<ModelStreamInferResponse> {
  return inOrder(requests, maxStreamedRequests, async (request) => {
    try {
      return { errorMessage: '', inferResponse: await infer(request) };
    } catch (error) {
      if (!isMeshError(error)) onBug?.(error);
      // A client tells a failure by its message being there.
      const errorMessage = toMeshError(error).message || 'internal error';
      return { errorMessage, inferResponse: { ...nothing, id: request.id } };
    }
  });
}

/** What inferStream does with a bug, where nobody else hears of it. */
export function logBugs(log: Log, { trace }: Call): (error: unknown) => void {
  return (error) => log.error('a request of a stream failed with an error that is a bug', { trace, error });
}

const nothing: ModelInferResponse = {
  modelName: '',
  modelVersion: '',
  id: '',
  parameters: {},
  outputs: [],
  rawOutputContents: [],
};
