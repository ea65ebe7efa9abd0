import type {
  _inference_ModelInferRequest_InferInputTensor__Output as InferInput,
  ModelInferRequest__Output as ModelInferRequest,
} from '../../gen/inference/ModelInferRequest.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { encodings } from './datatype.ts';
import type { ModelShape } from './model-shape.ts';
import { elementCount, shapeText, type Tensor, type TensorInfo } from './tensor.ts';
import { inputParameterFault, outputParameterFault } from './tensor-parameters.ts';
import { readElements } from './text-elements.ts';
import { hasContents, readContents } from './typed-contents.ts';

/** A request that fits its model. */
export interface InferInputs {
  /** One per input of the model, in its order. Their bytes are views of the request's. */
  readonly tensors: readonly Tensor[];
  /** Indexes of the wanted outputs, in the order they were asked for; all of them if none was named. */
  readonly wanted: readonly number[];
}

/**
 * Checks a request against its model and reads its tensors. Copies nothing that came raw, except texts. Fails with
 * TENSOR_INVALID; the messages are Triton's where it has one for the case.
 */
export function readInferRequest(request: ModelInferRequest, model: ModelShape): InferInputs {
  const { inputs, rawInputContents: raw } = request;
  if (raw.length > 0 && raw.length !== inputs.length)
    throw invalid(
      `raw_input_contents has ${raw.length} entries for ${inputs.length} inputs of model '${model.name}'; send one per input, in their order`,
    );

  const tensors: Tensor[] = new Array(model.inputs.length);
  let found = 0;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    if (input === undefined) continue;
    const index = model.inputIndex.get(input.name);
    const info = index === undefined ? undefined : model.inputs[index];
    if (index === undefined || info === undefined)
      throw invalid(
        `unexpected inference input '${input.name}' for model '${model.name}'; it takes ${names(model.inputs)}`,
      );
    if (tensors[index] !== undefined)
      throw invalid(`input '${input.name}' is given twice for model '${model.name}'`);
    tensors[index] = readTensor(input, raw.length > 0 ? raw[i] : undefined, info, model.name);
    found++;
  }
  if (found < model.inputs.length) throw missingInputs(inputs, tensors, model);
  checkSymbols(tensors, model);
  return { tensors, wanted: readWanted(request, model) };
}

function readTensor(input: InferInput, raw: Uint8Array | undefined, info: TensorInfo, model: string): Tensor {
  const { name, contents } = input;
  if (input.datatype !== info.datatype)
    throw invalid(
      `inference input '${name}' data-type is '${input.datatype}', but model '${model}' expects '${info.datatype}'`,
    );
  const unknown = inputParameterFault(input.parameters);
  if (unknown !== undefined) throw invalid(`input '${name}' for model '${model}' ${unknown}`);
  const shape = readShape(input, info, model);
  const count = elementCount(shape);
  const { datatype } = info;

  if (raw === undefined) {
    if (contents === null || !hasContents(contents)) {
      if (count !== 0)
        throw invalid(`unable to find data for input tensor '${name}' for model '${model}' in request.`);
      return { datatype, shape, data: datatype === 'BYTES' ? [] : new Uint8Array(0) };
    }
    const typed = readContents(contents, datatype, count);
    if ('fault' in typed) throw invalid(`input '${name}' for model '${model}' ${typed.fault}`);
    return { datatype, shape, data: typed.data };
  }

  if (contents !== null)
    throw invalid(
      `contents field must not be specified when using raw_input_contents for '${name}' for model '${model}'`,
    );
  if (datatype === 'BYTES') {
    const elements = readElements(raw, count);
    if ('fault' in elements) throw invalid(`input '${name}' for model '${model}' ${elements.fault}`);
    return { datatype, shape, data: elements.texts };
  }
  const expected = count * encodings[datatype].sizeBytes;
  if (raw.length !== expected)
    throw invalid(
      `input byte size mismatch for input '${name}' for model '${model}'. Expected ${expected}, got ${raw.length}`,
    );
  if (datatype === 'BOOL') checkBooleans(raw, name, model);
  return { datatype, shape, data: raw };
}

function readShape(input: InferInput, info: TensorInfo, model: string): number[] {
  const declared = info.shape;
  const shape: number[] = new Array(input.shape.length);
  // A model without dimensions declares a scalar or leaves the rank open, and ONNX Runtime doesn't tell which.
  let fits = declared.length === 0 || declared.length === shape.length;
  for (let i = 0; i < shape.length; i++) {
    const dimension = Number(input.shape[i]);
    const wanted = declared[i] ?? -1;
    if (!(Number.isSafeInteger(dimension) && dimension >= 0 && (wanted === -1 || wanted === dimension)))
      fits = false;
    shape[i] = dimension;
  }
  if (!fits)
    throw invalid(
      `unexpected shape for input '${input.name}' for model '${model}'. Expected ${shapeText(declared)}, got ${shapeText(input.shape)}.`,
    );
  return shape;
}

/** Any byte but 0 and 1 is undefined behaviour in a C++ bool. */
function checkBooleans(raw: Uint8Array, name: string, model: string): void {
  for (let i = 0; i < raw.length; i++) {
    if ((raw[i] ?? 0) > 1)
      throw invalid(`input '${name}' for model '${model}' element ${i} is ${raw[i]}, where a BOOL is 0 or 1`);
  }
}

function checkSymbols(tensors: readonly Tensor[], model: ModelShape): void {
  for (const { input, axis, firstInput, firstAxis, symbol } of model.sharedSymbols) {
    const here = tensors[input]?.shape[axis];
    const there = tensors[firstInput]?.shape[firstAxis];
    if (here === there) continue;
    const name = model.inputs[input]?.name;
    const first = model.inputs[firstInput]?.name;
    if (axis === 0 && firstAxis === 0 && model.stackable)
      throw invalid(
        `input '${name}' batch size does not match other inputs for '${model.name}': ${here}, where '${first}' has ${there}`,
      );
    throw invalid(
      `dimension ${axis} of input '${name}' for model '${model.name}' is ${here}, but dimension ${firstAxis} of '${first}' is ${there}, and the model calls both '${symbol}'`,
    );
  }
}

function readWanted(request: ModelInferRequest, model: ModelShape): readonly number[] {
  if (request.outputs.length === 0) return model.allOutputs;
  const wanted: number[] = [];
  for (const output of request.outputs) {
    const index = model.outputIndex.get(output.name);
    if (index === undefined)
      throw invalid(
        `unexpected inference output '${output.name}' for model '${model.name}'; it answers ${names(model.outputs)}`,
      );
    if (wanted.includes(index))
      throw invalid(`output '${output.name}' is requested twice for model '${model.name}'`);
    const unknown = outputParameterFault(output.parameters);
    if (unknown !== undefined) throw invalid(`output '${output.name}' for model '${model.name}' ${unknown}`);
    wanted.push(index);
  }
  return wanted;
}

function missingInputs(
  inputs: readonly InferInput[],
  tensors: readonly (Tensor | undefined)[],
  model: ModelShape,
): MeshError {
  const missing = model.inputs.filter((_, i) => tensors[i] === undefined);
  return invalid(
    `expected ${model.inputs.length} inputs but got ${inputs.length} inputs for model '${model.name}'. ` +
      `Got input(s) [${names(inputs)}], but missing required input(s) [${names(missing)}]. Please provide all required input(s).`,
  );
}

function names(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => `'${name}'`).join(', ');
}

function invalid(message: string): MeshError {
  return new MeshError('TENSOR_INVALID', message);
}
