import type { ModelInferRequest__Output as ModelInferRequest } from '../gen/inference/ModelInferRequest.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { TensorSpec__Output as TensorSpec } from '../gen/scoremesh/inference/v1/TensorSpec.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Value__Output as Value } from '../gen/scoremesh/scoring/v1/Value.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import { bytesElement, datatypes } from './datatypes.ts';
import type { ScorePlan } from './score-plan.ts';

/** A tensor on its way to the model. */
interface Content {
  readonly shape: string[];
  readonly data: Buffer;
}

/** The inference request of one score. Features that already have the tensor's type are passed on without a copy. */
export function inferRequest(
  plan: ScorePlan,
  request: ScoreRequest,
  features: GetFeaturesResponse | undefined,
): ModelInferRequest {
  const inputs: ModelInferRequest['inputs'] = [];
  const raw: Buffer[] = [];
  for (const { spec, source } of plan.tensors) {
    const content =
      source.featureSet !== '' && features !== undefined
        ? fromFeatures(spec, features)
        : source.columns.length > 0
          ? fromColumns(spec, source.columns, request)
          : fromInput(spec, source.input, request.inputs[source.input]);
    inputs.push({
      name: spec.name,
      datatype: spec.datatype,
      shape: content.shape,
      parameters: {},
      contents: null,
    });
    raw.push(content.data);
  }
  return {
    modelName: plan.model.name,
    modelVersion: plan.version,
    id: '',
    parameters: {},
    inputs,
    outputs: [],
    rawInputContents: raw,
  };
}

function fromColumns(spec: TensorSpec, columns: readonly string[], request: ScoreRequest): Content {
  const type = datatypes[spec.datatype];
  if (type === undefined) throw unsupported(spec);
  const data = Buffer.allocUnsafe(type.sizeBytes * columns.length);
  columns.forEach((column, place) => {
    const value = scalarOf(request.inputs[column]);
    if (!type.holds(value)) throw outOfRange(`inputs.${column}`, `input "${column}"`, value, spec);
    type.write(data, place * type.sizeBytes, value);
  });
  return { shape: ['1', String(columns.length)], data };
}

function scalarOf(value: Value | undefined): number | bigint {
  if (value?.kind === 'integer') return BigInt(value.integer ?? 0);
  if (value?.kind === 'flag') return value.flag ? 1 : 0;
  return value?.number ?? Number.NaN;
}

function fromFeatures(spec: TensorSpec, { blocks }: GetFeaturesResponse): Content {
  const [first] = blocks;
  const width = blocks.reduce((sum, block) => sum + block.features, 0);
  const shape = ['1', String(width)];
  if (blocks.length === 1 && first?.datatype === spec.datatype) return { shape, data: first.data };

  const type = datatypes[spec.datatype];
  if (type === undefined) throw unsupported(spec);
  const data = Buffer.allocUnsafe(type.sizeBytes * width);
  let place = 0;
  for (const block of blocks) {
    const from = datatypes[block.datatype];
    if (from === undefined) {
      throw new MeshError(
        'MODEL_INVALID',
        `tensor "${spec.name}" is ${spec.datatype}, but its feature set holds ${block.datatype}`,
      );
    }
    for (let column = 0; column < block.features; column++, place++) {
      const value = from.read(block.data, column * from.sizeBytes);
      if (!type.holds(value)) throw outOfRange('entities', `feature number ${place + 1}`, value, spec);
      type.write(data, place * type.sizeBytes, value);
    }
  }
  return { shape, data };
}

function fromInput(spec: TensorSpec, name: string, value: Value | undefined): Content {
  if (value?.kind === 'tensor' && value.tensor) {
    const { datatype, shape, data } = value.tensor;
    if (datatype !== spec.datatype) {
      const message = `input "${name}" is a tensor of ${datatype}; the model takes ${spec.datatype}`;
      throw new MeshError('TENSOR_INVALID', message, {
        violations: [{ field: `inputs.${name}`, description: `must be ${spec.datatype}` }],
      });
    }
    return { shape, data };
  }
  // A scalar stands for a tensor of one element, whatever its rank.
  const shape = spec.shape.map((size) => (size === '-1' ? '1' : size));
  if (shape.some((size) => size !== '1')) {
    throw new MeshError(
      'INPUT_TYPE_MISMATCH',
      `input "${name}" takes a tensor of shape [${spec.shape.join(', ')}], not a single value`,
    );
  }
  if (spec.datatype === 'BYTES') {
    if (value?.kind !== 'text') throw new MeshError('INPUT_TYPE_MISMATCH', `input "${name}" takes text`);
    return { shape, data: bytesElement(value.text ?? '') };
  }
  const type = datatypes[spec.datatype];
  if (type === undefined || value?.kind === 'text') throw unsupported(spec);
  const scalar = scalarOf(value);
  if (!type.holds(scalar)) throw outOfRange(`inputs.${name}`, `input "${name}"`, scalar, spec);
  const data = Buffer.allocUnsafe(type.sizeBytes);
  type.write(data, 0, scalar);
  return { shape, data };
}

function outOfRange(field: string, what: string, value: number | bigint, spec: TensorSpec): MeshError {
  const message = `${what} is ${value}, which tensor "${spec.name}" of ${spec.datatype} can't hold`;
  return new MeshError('INPUT_OUT_OF_RANGE', message, {
    violations: [{ field, description: `does not fit ${spec.datatype}` }],
  });
}

function unsupported(spec: TensorSpec): MeshError {
  return new MeshError(
    'INPUT_TYPE_MISMATCH',
    `tensor "${spec.name}" is ${spec.datatype}: give it as a Tensor value of that datatype`,
  );
}
