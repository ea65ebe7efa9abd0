import type { ModelInferRequest__Output } from '../../../services/gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output } from '../../../services/gen/inference/ModelInferResponse.ts';

export function inferRequest(id: string): ModelInferRequest__Output {
  return {
    modelName: 'm',
    modelVersion: '',
    id,
    parameters: {},
    inputs: [],
    outputs: [],
    rawInputContents: [],
  };
}

export function inferAnswer(id: string): ModelInferResponse__Output {
  return { modelName: 'm', modelVersion: '1', id, parameters: {}, outputs: [], rawOutputContents: [] };
}

export async function* inferRequests(...ids: readonly string[]): AsyncGenerator<ModelInferRequest__Output> {
  for (const id of ids) yield inferRequest(id);
}
