import type { ModelConfig__Output as ModelConfig } from '../../../../services/gen/inference/ModelConfig.ts';
import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { elementBytes } from '../tensors/datatype.ts';
import type { RestInfer } from './infer-reader.ts';
import { noParameters } from './parameters.ts';

/**
 * A body that is nothing but the content of a model's one input: a batch of one row where the model has batches, its open dimension
 * as long as the content says, all outputs as binary data (https://github.com/triton-inference-server/server,
 * docs/protocol/extension_binary_data.md, "Raw Binary Request").
 */
export function rawInfer(
  model: { readonly name: string; readonly version: string },
  config: ModelConfig,
  body: Buffer,
): RestInfer {
  const [input] = config.input;
  if (input === undefined || config.input.length !== 1)
    throw invalid(
      `a raw request must be for 1 input, but model '${model.name}' has ${config.input.length} inputs; send the JSON of the request too`,
    );
  const { name } = input;
  const datatype = datatypeOf(input.dataType);
  const dims = input.dims.map(Number);
  const open = dims.filter((dimension) => dimension < 0).length;
  const fixed = dims.reduce((product, dimension) => (dimension < 0 ? product : product * dimension), 1);
  if (open > 1)
    throw invalid(
      `the shape of the raw input '${name}' can not be deduced because there are more than one variable-sized dimension`,
    );
  if (datatype === 'BYTES' && (open > 0 || fixed !== 1))
    throw invalid(`for BYTES datatype raw input '${name}', the model must have input shape [1]`);
  const rowBytes = fixed * (elementBytes[datatype] ?? 0);
  const length = rowBytes === 0 ? 0 : Math.floor(body.length / rowBytes);
  const shape = dims.map((dimension) => (dimension < 0 ? length : dimension));
  if (config.maxBatchSize > 0) shape.unshift(1);
  return {
    request: {
      modelName: model.name,
      modelVersion: model.version,
      id: '',
      parameters: noParameters(),
      inputs: [{ name, datatype, shape: shape.map(String), parameters: noParameters(), contents: null }],
      outputs: [],
      rawInputContents: [datatype === 'BYTES' ? withLength(body) : body],
    },
    binary: { byDefault: true, named: new Map() },
  };
}

function datatypeOf(type: string): string {
  return type === 'TYPE_STRING' ? 'BYTES' : type.slice('TYPE_'.length);
}

function withLength(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body]);
}

function invalid(message: string): MeshError {
  return new MeshError('TENSOR_INVALID', message);
}
