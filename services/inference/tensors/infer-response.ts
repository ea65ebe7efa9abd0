import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import type { ModelShape } from './model-shape.ts';
import type { Tensor } from './tensor.ts';
import { writeElements } from './text-elements.ts';

/**
 * The answer to a request, always with raw contents: clients index them without a bounds check. The contents are views of the
 * tensors' bytes.
 */
export function writeInferResponse(
  answer: {
    readonly version: string;
    readonly id: string;
    /** Rows of the batch it ran in. */
    readonly batchRows: number;
    /** One per output of the model. */
    readonly tensors: readonly Tensor[];
    readonly wanted: readonly number[];
  },
  model: ModelShape,
): ModelInferResponse {
  const outputs: ModelInferResponse['outputs'] = [];
  const rawOutputContents: Buffer[] = [];
  for (const index of answer.wanted) {
    const tensor = answer.tensors[index];
    const info = model.outputs[index];
    if (tensor === undefined || info === undefined) throw new Error(`no tensor for output ${index}`);
    outputs.push({
      name: info.name,
      datatype: info.datatype,
      shape: tensor.shape.map(String),
      parameters: {},
      contents: null,
    });
    rawOutputContents.push(rawOf(tensor));
  }
  return {
    modelName: model.name,
    modelVersion: answer.version,
    id: answer.id,
    parameters: { batch_size: { int64Param: String(answer.batchRows), parameterChoice: 'int64Param' } },
    outputs,
    rawOutputContents,
  };
}

function rawOf({ data }: Tensor): Buffer {
  if (data instanceof Uint8Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return writeElements(data);
}
