import type {
  ModelInferRequest__Output as ModelInferRequest,
  _inference_ModelInferRequest_InferInputTensor__Output as RequestInput,
  _inference_ModelInferRequest_InferRequestedOutputTensor__Output as RequestOutput,
} from '../../../../services/gen/inference/ModelInferRequest.ts';
import { invalidRequest, MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { integerOf } from '../tensors/decimal.ts';
import { Byte, JsonReader } from '../tensors/json-reader.ts';
import { readTensorData } from '../tensors/tensor-reader.ts';
import { noParameters, type Parameters, readParameters } from './parameters.ts';

const maxTensors = 1024;
const maxRank = 32;

/** Which outputs the caller wants as binary data. */
export interface BinaryOutputs {
  readonly byDefault: boolean;
  readonly named: ReadonlyMap<string, boolean>;
}

export interface RestInfer {
  /** With all content raw. */
  readonly request: ModelInferRequest;
  readonly binary: BinaryOutputs;
}

/**
 * Reads an inference request: its JSON, and behind it the content of those inputs that have a `binary_data_size`, in their order.
 * Their bytes are views of the body. Members that the protocol doesn't name are passed over. Fails with INVALID_REQUEST or
 * TENSOR_INVALID, which name what is wrong.
 */
export function readInfer(
  model: { readonly name: string; readonly version: string },
  head: Buffer,
  binary: Buffer,
): RestInfer {
  return new InferReader(model, new JsonReader(head), binary).read();
}

class InferReader {
  readonly #model: { readonly name: string; readonly version: string };
  readonly #json: JsonReader;
  readonly #binary: Buffer;
  #binaryAt = 0;

  constructor(model: { readonly name: string; readonly version: string }, json: JsonReader, binary: Buffer) {
    this.#model = model;
    this.#json = json;
    this.#binary = binary;
  }

  read(): RestInfer {
    const json = this.#json;
    let id: string | undefined;
    let parameters: Parameters | undefined;
    let outputs: RequestOutput[] | undefined;
    let inputs: RequestInput[] | undefined;
    const raw: Buffer[] = [];
    const named = new Map<string, boolean>();
    for (let more = json.enter(Byte.openBrace, Byte.closeBrace); more; more = json.more(Byte.closeBrace)) {
      const key = json.key();
      if (key === 'id') {
        once('id', id);
        id = json.text();
      } else if (key === 'parameters') {
        once('parameters', parameters);
        parameters = readParameters(json, 'parameters');
      } else if (key === 'inputs') {
        once('inputs', inputs);
        inputs = this.#readInputs(raw);
      } else if (key === 'outputs') {
        once('outputs', outputs);
        outputs = this.#readOutputs(named);
      } else json.skip();
    }
    json.finish();
    if (inputs === undefined) throw missing('inputs');
    if (this.#binaryAt !== this.#binary.length)
      throw tensorInvalid(
        `unexpected additional input data for model '${this.#model.name}': ${this.#binary.length - this.#binaryAt} bytes`,
      );
    const given = parameters ?? noParameters();
    const byDefault = takeFlag(given, 'binary_data_output', 'parameters') ?? false;
    return {
      request: {
        modelName: this.#model.name,
        modelVersion: this.#model.version,
        id: id ?? '',
        parameters: given,
        inputs,
        outputs: outputs ?? [],
        rawInputContents: raw,
      },
      binary: { byDefault, named },
    };
  }

  #readInputs(raw: Buffer[]): RequestInput[] {
    const json = this.#json;
    const inputs: RequestInput[] = [];
    for (let more = json.enter(Byte.open, Byte.close); more; more = json.more(Byte.close)) {
      if (inputs.length === maxTensors) throw tooMany('inputs');
      inputs.push(this.#readInput(`inputs[${inputs.length}]`, raw));
    }
    return inputs;
  }

  #readInput(where: string, raw: Buffer[]): RequestInput {
    const json = this.#json;
    let name: string | undefined;
    let datatype: string | undefined;
    let shape: number[] | undefined;
    let parameters: Parameters | undefined;
    let dataAt: number | undefined;
    let data: Uint8Array | undefined;
    for (let more = json.enter(Byte.openBrace, Byte.closeBrace); more; more = json.more(Byte.closeBrace)) {
      const key = json.key();
      if (key === 'name') {
        once(`${where}.name`, name);
        name = json.text();
      } else if (key === 'datatype') {
        once(`${where}.datatype`, datatype);
        datatype = json.text();
      } else if (key === 'shape') {
        once(`${where}.shape`, shape);
        shape = this.#readShape(where);
      } else if (key === 'parameters') {
        once(`${where}.parameters`, parameters);
        parameters = readParameters(json, `${where}.parameters`);
      } else if (key === 'data') {
        once(`${where}.data`, dataAt);
        dataAt = json.at;
        if (name !== undefined && datatype !== undefined && shape !== undefined)
          data = readTensorData(json, { name, datatype, shape });
        else json.skip();
      } else json.skip();
    }
    if (name === undefined) throw missing(`${where}.name`);
    if (datatype === undefined) throw missing(`${where}.datatype`);
    if (shape === undefined) throw missing(`${where}.shape`);
    const given = parameters ?? noParameters();
    const binarySize = takeSize(given, `${where}.parameters`);
    checkOneContent(name, dataAt !== undefined, binarySize !== undefined, given);
    if (data === undefined && dataAt !== undefined) {
      // Its datatype and shape came behind it.
      const end = json.at;
      json.seek(dataAt);
      data = readTensorData(json, { name, datatype, shape });
      json.seek(end);
    }
    raw.push(data === undefined ? this.#takeBinary(name, binarySize ?? 0) : bufferOf(data));
    return { name, datatype, shape: shape.map(String), parameters: given, contents: null };
  }

  #readShape(where: string): number[] {
    const json = this.#json;
    const shape: number[] = [];
    for (let more = json.enter(Byte.open, Byte.close); more; more = json.more(Byte.close)) {
      if (shape.length === maxRank)
        throw invalidRequest([
          { field: `${where}.shape`, description: `has more than ${maxRank} dimensions` },
        ]);
      if (!json.isNumber()) throw json.fault('expected a dimension');
      json.scanNumber();
      const dimension = Number(integerOf(json.token()) ?? Number.NaN);
      if (!(Number.isSafeInteger(dimension) && dimension >= 0))
        throw tensorInvalid(
          `dimension ${shape.length} of ${where}.shape is ${json.token().slice(0, 40)}, where an integer from 0 on is needed`,
        );
      shape.push(dimension);
    }
    return shape;
  }

  #takeBinary(name: string, sizeBytes: number): Buffer {
    const start = this.#binaryAt;
    const end = start + sizeBytes;
    if (end > this.#binary.length)
      throw tensorInvalid(
        `unexpected size for input '${name}', expecting ${end - this.#binary.length} additional bytes for model '${this.#model.name}'`,
      );
    this.#binaryAt = end;
    return this.#binary.subarray(start, end);
  }

  #readOutputs(named: Map<string, boolean>): RequestOutput[] {
    const json = this.#json;
    const outputs: RequestOutput[] = [];
    for (let more = json.enter(Byte.open, Byte.close); more; more = json.more(Byte.close)) {
      if (outputs.length === maxTensors) throw tooMany('outputs');
      const where = `outputs[${outputs.length}]`;
      let name: string | undefined;
      let parameters: Parameters | undefined;
      for (
        let inside = json.enter(Byte.openBrace, Byte.closeBrace);
        inside;
        inside = json.more(Byte.closeBrace)
      ) {
        const key = json.key();
        if (key === 'name') {
          once(`${where}.name`, name);
          name = json.text();
        } else if (key === 'parameters') {
          once(`${where}.parameters`, parameters);
          parameters = readParameters(json, `${where}.parameters`);
        } else json.skip();
      }
      if (name === undefined) throw missing(`${where}.name`);
      const given = parameters ?? noParameters();
      const binary = takeFlag(given, 'binary_data', `${where}.parameters`);
      if (binary !== undefined) named.set(name, binary);
      outputs.push({ name, parameters: given });
    }
    return outputs;
  }
}

/** Takes a boolean out of parameters: it is about the body, not for the model. */
function takeFlag(parameters: Parameters, name: string, where: string): boolean | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  if (value.parameterChoice !== 'boolParam' || value.boolParam === undefined)
    throw invalidRequest([{ field: `${where}.${name}`, description: 'is no boolean' }]);
  delete parameters[name];
  return value.boolParam;
}

function takeSize(parameters: Parameters, where: string): number | undefined {
  const value = parameters.binary_data_size;
  if (value === undefined) return undefined;
  const sizeBytes = Number(value.parameterChoice === 'int64Param' ? value.int64Param : Number.NaN);
  if (!(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0))
    throw invalidRequest([
      { field: `${where}.binary_data_size`, description: 'is no number of bytes, an integer from 0 on' },
    ]);
  delete parameters.binary_data_size;
  return sizeBytes;
}

/** Shared memory is refused where the request is read against its model, as over gRPC. */
function checkOneContent(name: string, hasData: boolean, isBinary: boolean, parameters: Parameters): void {
  const given = [
    ...(hasData ? ["'data'"] : []),
    ...(isBinary ? ["'binary_data_size'"] : []),
    ...('shared_memory_region' in parameters ? ["'shared_memory_region'"] : []),
  ];
  if (given.length === 1) return;
  throw tensorInvalid(
    `input '${name}' must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', ` +
      `'shared_memory_region' in 'parameters'. But ${given.length === 0 ? 'no field is set' : `set ${given.join(' ')}`}`,
  );
}

function bufferOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function once(field: string, before: unknown): void {
  if (before !== undefined) throw invalidRequest([{ field, description: 'is given twice' }]);
}

function missing(field: string): MeshError {
  return invalidRequest([{ field, description: 'is missing' }]);
}

function tooMany(field: string): MeshError {
  return invalidRequest([{ field, description: `has more than ${maxTensors} entries` }]);
}

function tensorInvalid(message: string): MeshError {
  return new MeshError('TENSOR_INVALID', message);
}
