import { concatRows, sliceRows, type Tensor } from '../tensors/tensor.ts';

interface Member {
  readonly tensors: readonly Tensor[];
  readonly rows: number;
}

/** The inputs of one run for all members: theirs one after the other. */
export function stackInputs(batch: readonly Member[]): readonly Tensor[] {
  const [first] = batch;
  if (first === undefined) throw new Error('a batch has a member');
  if (batch.length === 1) return first.tensors;
  const inputs: Tensor[] = new Array(first.tensors.length);
  for (let i = 0; i < inputs.length; i++)
    inputs[i] = concatRows(batch.map(({ tensors }) => tensors[i] as Tensor));
  return inputs;
}

/** Each member's rows of the outputs; undefined if an output has not a row per input row. */
export function unstackOutputs(
  outputs: readonly Tensor[],
  batch: readonly Member[],
  rows: number,
): (readonly Tensor[])[] | undefined {
  for (const { shape } of outputs) if (shape[0] !== rows) return undefined;
  const parts: (readonly Tensor[])[] = new Array(batch.length);
  let start = 0;
  for (const [index, member] of batch.entries()) {
    const from = start;
    parts[index] = outputs.map((output) => sliceRows(output, from, member.rows));
    start += member.rows;
  }
  return parts;
}

export function byteCount(tensors: readonly Tensor[]): number {
  let count = 0;
  for (const { data } of tensors) count += data.length;
  return count;
}
