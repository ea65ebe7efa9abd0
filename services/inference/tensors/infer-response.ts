import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import type { ModelShape } from './model-shape.ts';
import type { Tensor } from './tensor.ts';
import { writeElements } from './text-elements.ts';

type Parameters = ModelInferResponse['parameters'];

export interface InferAnswer {
  readonly id: string;
  /** Rows of the batch it ran in. */
  readonly batchRows: number;
  /** Names the batch, where rows depend on it; else empty. */
  readonly batchId: string;
  /** Where in a batch with a name its rows start. */
  readonly batchRow: number;
  /** One per output of the model. */
  readonly tensors: readonly Tensor[];
  /** Indexes of the outputs to answer, in this order. */
  readonly wanted: readonly number[];
}

const noParameters: Parameters = Object.freeze({});
// Most runs have few rows, and their parameters need not be made again.
const maxKept = 1024;

/**
 * Writes answers of one version, always with raw contents: clients index them without a bounds check. The contents are views of the
 * tensors' bytes. Parameters say the rows of the run (batch_size), the content that answered (model_digest), and, where rows depend
 * on their batch, which (batch_id) and where in it they stood (batch_row).
 */
export function createResponseWriter(
  model: ModelShape,
  { version, digest }: { readonly version: string; readonly digest: string },
): (answer: InferAnswer) => ModelInferResponse {
  const modelDigest = text(digest);
  const kept: (Parameters | undefined)[] = [];

  const parametersOf = ({ batchRows, batchId, batchRow }: InferAnswer): Parameters => {
    const known = batchId === '' ? kept[batchRows] : undefined;
    if (known !== undefined) return known;
    const parameters: Parameters = { batch_size: integer(batchRows), model_digest: modelDigest };
    if (batchId !== '') {
      parameters.batch_id = text(batchId);
      parameters.batch_row = integer(batchRow);
    } else if (batchRows <= maxKept) kept[batchRows] = Object.freeze(parameters);
    return parameters;
  };

  return (answer) => {
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
        parameters: noParameters,
        contents: null,
      });
      rawOutputContents.push(rawOf(tensor));
    }
    return {
      modelName: model.name,
      modelVersion: version,
      id: answer.id,
      parameters: parametersOf(answer),
      outputs,
      rawOutputContents,
    };
  };
}

function integer(value: number): Parameters[string] {
  return { int64Param: String(value), parameterChoice: 'int64Param' };
}

function text(value: string): Parameters[string] {
  return { stringParam: value, parameterChoice: 'stringParam' };
}

function rawOf({ data }: Tensor): Buffer {
  if (data instanceof Uint8Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return writeElements(data);
}
