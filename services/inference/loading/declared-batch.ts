import type { TensorInfo } from '../tensors/tensor.ts';

interface Ports {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/**
 * The same, with one name for all first dimensions, where the configuration says that these are the batch and the model leaves all of
 * them open: converters often give each tensor a name of its own for it.
 */
export function nameBatch({ inputs, outputs }: Ports): Ports {
  const all = [...inputs, ...outputs];
  if (!all.every((info) => info.shape[0] === -1)) return { inputs, outputs };
  let batch = 'batch';
  while (all.some((info) => info.symbols.slice(1).includes(batch))) batch += '_';
  const named = (info: TensorInfo): TensorInfo => ({ ...info, symbols: [batch, ...info.symbols.slice(1)] });
  return { inputs: inputs.map(named), outputs: outputs.map(named) };
}
