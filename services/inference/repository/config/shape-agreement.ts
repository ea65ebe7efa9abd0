import type { ModelInput__Output as ModelInput } from '../../../gen/inference/ModelInput.ts';
import type { ModelOutput__Output as ModelOutput } from '../../../gen/inference/ModelOutput.ts';
import { describeShape, type ModelShape } from '../../tensors/model-shape.ts';
import { shapeText, type TensorInfo } from '../../tensors/tensor.ts';
import type { Parsed } from '../model-yaml.ts';
import type { GivenConfig } from '../serving-config.ts';
import { dataTypeOf } from './complete-model-config.ts';

type Port = ModelInput | ModelOutput;

/**
 * Compares a configuration with the model: the model's shape, in which open dimensions of inputs are fixed where the configuration
 * fixes them, or everything in which both differ. All inputs are listed or none; outputs may be left out, and are answered all the
 * same.
 */
export function agreeOnShape(given: GivenConfig | undefined, shape: ModelShape): Parsed<ModelShape> {
  if (given === undefined) return { value: shape };
  const hasBatch = given.maxBatchSize > 0;
  const faults: string[] = [];
  if (hasBatch && !shape.stackable)
    faults.push(
      `max_batch_size: is ${given.maxBatchSize}, but the model's inputs and outputs do not share an open first dimension: ${all(shape)}; use 0`,
    );
  else {
    faults.push(...portFaults('input', given.input, shape.inputs, hasBatch));
    faults.push(...portFaults('output', given.output, shape.outputs, hasBatch));
    if (given.input.length > 0)
      for (const { name } of shape.inputs)
        if (!given.input.some((port) => port.name === name))
          faults.push(`input: the model's '${name}' is not listed`);
  }
  if (faults.length > 0) return { faults };
  const inputs = shape.inputs.map((info) => narrowed(info, given.input, hasBatch));
  return { value: describeShape(shape.name, inputs, shape.outputs) };
}

function portFaults(
  kind: 'input' | 'output',
  ports: readonly Port[],
  infos: readonly TensorInfo[],
  hasBatch: boolean,
): string[] {
  return ports.flatMap((port) => {
    const at = `${kind} '${port.name}'`;
    const info = infos.find(({ name }) => name === port.name);
    if (info === undefined)
      return [
        `${at}: the model has none of that name; it has ${infos.map(({ name }) => `'${name}'`).join(', ')}`,
      ];
    const faults: string[] = [];
    const type = dataTypeOf(info.datatype);
    if (port.dataType !== 'TYPE_INVALID' && port.dataType !== type)
      faults.push(`${at}: data_type is ${port.dataType}, but the model's is ${type}`);
    const own = hasBatch ? info.shape.slice(1) : info.shape;
    const isUnstated = port.dims.length === 0;
    if (!isUnstated && !fits(port.dims.map(Number), own))
      faults.push(
        `${at}: dims are ${shapeText(port.dims)}, but the model's are ${shapeText(own)}${hasBatch ? ' without the batch' : ''}`,
      );
    return faults;
  });
}

/** A fixed dimension may stand for an open one, but not the other way round. */
function fits(dims: readonly number[], own: readonly number[]): boolean {
  return dims.length === own.length && own.every((size, axis) => size === -1 || size === dims[axis]);
}

function narrowed(info: TensorInfo, ports: readonly Port[], hasBatch: boolean): TensorInfo {
  const dims = ports.find(({ name }) => name === info.name)?.dims.map(Number) ?? [];
  if (dims.length === 0) return info;
  return { ...info, shape: hasBatch ? [-1, ...dims] : dims };
}

function all({ inputs, outputs }: ModelShape): string {
  return [...inputs, ...outputs].map(({ name, shape }) => `'${name}' ${shapeText(shape)}`).join(', ');
}
