import type { InferParameter__Output as InferParameter } from '../../gen/inference/InferParameter.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Priority } from '../repository/serving-config.ts';

/** What a request says of how it is to be served. */
export interface RequestParameters {
  /** Undefined for the model's default. */
  readonly priority: Priority | undefined;
  /** From its arrival; undefined for the model's default. */
  readonly timeoutMs: number | undefined;
}

const none: RequestParameters = Object.freeze({ priority: undefined, timeoutMs: undefined });
const lowest = 3;

/**
 * Reads `priority` (1 goes first, all above 3 count as 3, 0 is the default) and `timeout` (microseconds, 0 is the default). Fails with
 * TENSOR_INVALID if one is malformed, and for what asks for things that this server has not: sequences, and Triton's own parameters.
 * Others are for the model, and pass.
 */
export function readRequestParameters(
  parameters: Readonly<Record<string, InferParameter>>,
  model: string,
): RequestParameters {
  let priority: Priority | undefined;
  let timeoutMs: number | undefined;
  let any = false;
  for (const name in parameters) {
    const parameter = parameters[name];
    if (parameter === undefined) continue;
    any = true;
    if (name === 'priority') priority = priorityOf(wholeNumber(name, parameter, model));
    else if (name === 'timeout') timeoutMs = timeoutOf(wholeNumber(name, parameter, model));
    else if (name.startsWith('sequence_'))
      throw invalid(
        `parameter '${name}' for model '${model}' asks for a sequence, which this server has not`,
      );
    else if (name.startsWith('triton_') && name !== 'triton_enable_empty_final_response')
      throw invalid(`parameter '${name}' for model '${model}' is reserved, and this server knows it not`);
  }
  return any ? { priority, timeoutMs } : none;
}

function wholeNumber(name: string, parameter: InferParameter, model: string): number {
  const { parameterChoice } = parameter;
  const text =
    parameterChoice === 'int64Param'
      ? parameter.int64Param
      : parameterChoice === 'uint64Param'
        ? parameter.uint64Param
        : undefined;
  const value = Number(text);
  if (text !== undefined && value >= 0) return value;
  const shown = text ?? `a ${parameterChoice ?? 'parameter without a value'}`;
  throw invalid(`parameter '${name}' for model '${model}' is ${shown}; send an int64_param of at least 0`);
}

function priorityOf(value: number): Priority | undefined {
  if (value === 0) return undefined;
  return value >= lowest ? lowest : value === 1 ? 1 : 2;
}

function timeoutOf(microseconds: number): number | undefined {
  return microseconds === 0 ? undefined : microseconds / 1000;
}

function invalid(message: string): MeshError {
  return new MeshError('TENSOR_INVALID', message);
}
