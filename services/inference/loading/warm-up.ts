import type { ModelWarmup__Output as ModelWarmup } from '../../gen/inference/ModelWarmup.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { ModelShape } from '../tensors/model-shape.ts';
import { shapeText, type Tensor, type TensorInfo } from '../tensors/tensor.ts';
import type { Run } from './batch-certificate.ts';
import { generateTensor, type ValueForm } from './generated-rows.ts';

const zeros: ValueForm = { integers: [0, 0], reals: 'zero' };
const anything: ValueForm = { integers: [0, 1], reals: 'unit' };
// Enough for any cache to be warm; more would only hold the load up.
const maxRuns = 1000;

/**
 * Makes the runs that the configuration asks for (https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto,
 * ModelWarmup). Fails with MODEL_INVALID, naming the warm-up, if one does not fit the model or fails.
 */
export function warmUp(
  warmups: readonly ModelWarmup[],
  shape: ModelShape,
  run: Run,
  check: () => void,
): void {
  for (const [index, warmup] of warmups.entries()) {
    const name = warmup.name === '' ? String(index) : warmup.name;
    const inputs = warmupInputs(warmup, shape);
    if ('fault' in inputs) throw new MeshError('MODEL_INVALID', `model_warmup '${name}': ${inputs.fault}`);
    for (let left = Math.min(maxRuns, Math.max(1, warmup.count)); left > 0; left--) {
      check();
      try {
        run(inputs.tensors);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new MeshError('MODEL_INVALID', `model_warmup '${name}' failed: ${why}`, {}, error);
      }
    }
  }
}

function warmupInputs(warmup: ModelWarmup, shape: ModelShape): { tensors: Tensor[] } | { fault: string } {
  const tensors: Tensor[] = [];
  const stray = Object.keys(warmup.inputs).find((name) => !shape.inputIndex.has(name));
  if (stray !== undefined) return { fault: `the model has no input '${stray}'` };
  for (const info of shape.inputs) {
    const input = Object.hasOwn(warmup.inputs, info.name) ? warmup.inputs[info.name] : undefined;
    if (input === undefined) return { fault: `input '${info.name}' is missing` };
    const datatype = input.dataType === 'TYPE_STRING' ? 'BYTES' : input.dataType.slice('TYPE_'.length);
    if (datatype !== info.datatype)
      return { fault: `data_type of '${info.name}' is ${info.datatype}, not ${datatype}` };
    const dims = input.dims.map(Number);
    // Dimensions leave the batch out where the model has one.
    const full = dims.length < info.shape.length ? [Math.max(1, warmup.batchSize), ...dims] : dims;
    if (!fits(full, info))
      return {
        fault: `dims of '${info.name}' make ${shapeText(full)}, but the model has ${shapeText(info.shape)}`,
      };
    tensors.push(generateTensor(info.datatype, full, 0, input.randomData === true ? anything : zeros));
  }
  return { tensors };
}

function fits(dims: readonly number[], info: TensorInfo): boolean {
  return (
    dims.length === info.shape.length &&
    dims.every((size, axis) => size >= 0 && (info.shape[axis] === -1 || info.shape[axis] === size))
  );
}
