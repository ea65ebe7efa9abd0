import { halfBits } from '../../kit/wire/half-float.ts';
import { encodings } from '../tensors/datatype.ts';
import { elementCount, type Tensor, type TensorInfo } from '../tensors/tensor.ts';

/** Inputs of one run, in the model's order. */
export type Inputs = readonly Tensor[];

/** Which values are generated. */
export interface ValueForm {
  /** Smallest and largest integer. */
  readonly integers: readonly [number, number];
  /** Floats: many magnitudes and both signs, 0 to below 1, or zeros. */
  readonly reals: 'wide' | 'unit' | 'zero';
}

/** How open questions about a model's inputs are answered. */
export interface RowForm extends ValueForm {
  /** Size of open dimensions other than the batch. */
  readonly openSize: number;
}

// Convolutions halve sizes again and again, hence powers of two first; the rest are lengths that models are often built for.
const openSizes = [32, 4, 1, 64, 8, 16, 2, 3, 128, 512];
// Integers are mostly indexes, flags or lengths: small ones fit best, and where none but one fits, it is 1 or 0.
const integerRanges = [
  [0, 7],
  [0, 1],
  [1, 1],
  [0, 0],
] as const;
// Floats that the model turns into indexes fit only below 1.
const realForms = ['wide', 'unit', 'zero'] as const;

/** Forms to try, the most telling first. */
export function rowForms(inputs: readonly TensorInfo[]): RowForm[] {
  const open = inputs.some((info) => info.shape.slice(1).includes(-1));
  const whole = inputs.some(isInteger);
  const real = inputs.some(isReal);
  return (open ? openSizes : openSizes.slice(0, 1)).flatMap((openSize) =>
    (real ? realForms : realForms.slice(0, 1)).flatMap((reals) =>
      (whole ? integerRanges : integerRanges.slice(0, 1)).map((integers) => ({ openSize, integers, reals })),
    ),
  );
}

/** Whether rows of this form differ from each other. */
export function isVaried(
  inputs: readonly TensorInfo[],
  { integers: [low, high], reals }: ValueForm,
): boolean {
  return inputs.some((info) => (isInteger(info) ? low !== high : !isReal(info) || reals !== 'zero'));
}

/** Whether any values and sizes must do for a model with these inputs: none of them can be an index, a text or of a wrong size. */
export function takesAnything(inputs: readonly TensorInfo[]): boolean {
  return inputs.every(
    (info) => info.datatype !== 'BYTES' && !isInteger(info) && !info.shape.slice(1).includes(-1),
  );
}

/**
 * Inputs with 1 along the batch, the same for the same `row` in every process. Rows alternate between positive values and both
 * signs, and between magnitudes, because a threshold or a logarithm is blind to some of them.
 */
export function generateRow(inputs: readonly TensorInfo[], form: RowForm, row: number): Inputs {
  const batch = inputs[0]?.symbols[0] ?? '';
  return inputs.map((info, index) => {
    const shape = info.shape.map((dimension, axis) => {
      if (dimension !== -1) return dimension;
      return axis === 0 || (batch !== '' && info.symbols[axis] === batch) ? 1 : form.openSize;
    });
    return generateTensor(info.datatype, shape, row * 31 + index, form);
  });
}

export function generateTensor(
  datatype: Tensor['datatype'],
  shape: readonly number[],
  seed: number,
  { integers: [low, high], reals }: ValueForm,
): Tensor {
  const count = elementCount(shape);
  const random = randomNumbers(seed + 1);
  if (datatype === 'BYTES')
    return { datatype, shape, data: Array.from({ length: count }, () => String(Math.floor(random() * 8))) };
  const { sizeBytes } = encodings[datatype];
  const data = new Uint8Array(count * sizeBytes);
  const view = new DataView(data.buffer);
  const scale = reals === 'wide' ? (scales[seed % scales.length] ?? 1) : reals === 'unit' ? 1 : 0;
  const both = reals === 'wide' && seed % 2 === 1;
  for (let i = 0; i < count; i++) {
    const part = random();
    const real = (both ? part * 2 - 1 : part) * scale;
    if (datatype === 'FP32') view.setFloat32(i * 4, real, true);
    else if (datatype === 'FP64') view.setFloat64(i * 8, real, true);
    else if (datatype === 'FP16') view.setUint16(i * 2, halfBits(real), true);
    else if (datatype === 'BOOL') data[i] = part < 0.5 ? 0 : 1;
    // Not above 127, so that the lowest byte is all there is.
    else data[i * sizeBytes] = low + Math.floor(part * (high - low + 1));
  }
  return { datatype, shape, data };
}

const scales = [1, 1, 10, 1, 1, 100, 1, 1, 1000];

function isReal({ datatype }: TensorInfo): boolean {
  return datatype === 'FP32' || datatype === 'FP64' || datatype === 'FP16';
}

function isInteger({ datatype }: TensorInfo): boolean {
  return datatype.startsWith('INT') || datatype.startsWith('UINT');
}

/** mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c): 0 <= x < 1. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
