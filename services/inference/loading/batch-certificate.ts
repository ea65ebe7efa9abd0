import type { ModelShape } from '../tensors/model-shape.ts';
import { concatRows, sliceRows, type Tensor } from '../tensors/tensor.ts';
import type { Inputs } from './generated-rows.ts';
import { sameBits, ulpDistance } from './tensor-difference.ts';

/** What is known of a model's rows in a batch. */
export interface Certificate {
  readonly batchClass:
    | 'BATCH_CLASS_INVARIANT'
    | 'BATCH_CLASS_DEPENDENT'
    | 'BATCH_CLASS_DEPENDENT_BATCHED'
    | 'BATCH_CLASS_NONE';
  /** For people. */
  readonly finding: string;
  /** Rows of the largest batch that it vouches for; undefined for any. */
  readonly maxRows: number | undefined;
}

export type Run = (inputs: readonly Tensor[]) => Tensor[];

/** Rows that agree in every dimension but the first. */
export type RowGroup = readonly Inputs[];

export interface CertificateSettings {
  /** Time for all of it; a run under way is waited for. */
  readonly limitMs: number;
  /** Rows of the largest run there may be. */
  readonly maxBatchRows: number;
  /** Whether the configuration lets requests share runs all the same. */
  readonly batchDependentRows: boolean;
  /** Throws to give up. */
  readonly check: () => void;
}

const sizes = [2, 3, 4, 7, 8, 16, 64];
// Beyond them the largest counts; one on the way is for models that are too slow for it.
const largeSizes = [256];
// Of the inputs of one run that is larger than those: a picture takes half a megabyte, and there may be a thousand.
const maxLargeBytes = 64 * 1024 * 1024;
/** Rows worth running alone. */
export const certificateRows = 64;
const fewestRows = 4;

interface Difference {
  readonly output: string;
  readonly size: number;
}

/**
 * Runs rows alone and in batches of 2, 3, 4, 7, 8, 16, 64, 256 and the largest there may be, in different places and orders, and
 * compares each row's outputs bit by bit. It vouches for no batch that is larger than those it has tried. Vectorised kernels compute
 * the rest of a batch otherwise than its bulk, and some models read their first dimension as time: neither can be told from shapes.
 * Throws what `run` throws.
 */
export function certifyRows(
  shape: ModelShape,
  groups: readonly RowGroup[],
  run: Run,
  settings: CertificateSettings,
): Certificate {
  const startedAt = performance.now();
  const leftMs = (): number => settings.limitMs - (performance.now() - startedAt);
  const rowMs = timeOf(() => run(groups[0]?.[0] ?? []));
  const affordable = Math.floor(settings.limitMs / 4 / Math.max(rowMs, 1e-3) / groups.length);
  if (affordable < fewestRows)
    return unknown(
      settings,
      `one row takes ${rowMs.toFixed(0)} ms, too long to compare rows alone and in batches within ${settings.limitMs} ms`,
    );
  const seen: { first: Difference | undefined; ulp: number } = { first: undefined, ulp: 0 };
  const taken = groups.map((rows) => rows.slice(0, Math.min(certificateRows, affordable)));
  const alone = taken.map((rows) =>
    rows.map((row) => {
      settings.check();
      return run(row);
    }),
  );
  const wanted = sizesUpTo(settings.maxBatchRows);
  const mostRows = largestRows(groups[0]?.[0] ?? []);
  let largest = 1;
  let largestMs = 2 * rowMs * taken.length;
  let rowsTried = 0;
  for (const rows of taken) rowsTried += rows.length;
  for (const size of wanted) {
    if (largest > 1 && (size > mostRows || leftMs() < (largestMs * size) / largest)) break;
    const triedAt = performance.now();
    for (const [group, rows] of taken.entries()) {
      for (const order of ordersOf(size, rows.length)) {
        settings.check();
        const outputs = run(stack(order.map((index) => rows[index] ?? [])));
        const fault = rowsFault(shape, outputs, size);
        if (fault !== undefined) return { batchClass: 'BATCH_CLASS_NONE', finding: fault, maxRows: 1 };
        compare(
          shape,
          outputs,
          order.map((index) => alone[group]?.[index] ?? []),
          size,
          seen,
        );
      }
    }
    largest = size;
    largestMs = performance.now() - triedAt;
  }
  if (seen.first !== undefined) return dependent(seen.first, seen.ulp, settings);
  const tried = wanted.filter((size) => size <= largest);
  const finding = `${rowsTried} rows have the same bits alone and in batches of ${tried.join(', ')}`;
  if (largest === wanted.at(-1)) return { batchClass: 'BATCH_CLASS_INVARIANT', finding, maxRows: undefined };
  const untried = wanted.filter((size) => size > largest);
  const why = `${untried.join(', ')} could not be tried within ${settings.limitMs} ms and ${maxLargeBytes} bytes`;
  if (settings.batchDependentRows) return unknown(settings, `${finding}; ${why}`);
  return {
    batchClass: 'BATCH_CLASS_INVARIANT',
    finding: `${finding}; ${why}, so at most ${largest} rows share a run`,
    maxRows: largest,
  };
}

/** Whether requests may share runs. */
export function sharesRuns({ batchClass }: Pick<Certificate, 'batchClass'>): boolean {
  return batchClass === 'BATCH_CLASS_INVARIANT' || batchClass === 'BATCH_CLASS_DEPENDENT_BATCHED';
}

/** For a model whose rows can't be compared. */
export function unknown(
  { batchDependentRows }: Pick<CertificateSettings, 'batchDependentRows'>,
  finding: string,
): Certificate {
  return {
    batchClass: batchDependentRows ? 'BATCH_CLASS_DEPENDENT_BATCHED' : 'BATCH_CLASS_NONE',
    finding,
    maxRows: undefined,
  };
}

function dependent(first: Difference, ulp: number, settings: CertificateSettings): Certificate {
  const far = Number.isFinite(ulp) ? `by up to ${ulp} ulp` : 'beyond rounding';
  return {
    batchClass: settings.batchDependentRows ? 'BATCH_CLASS_DEPENDENT_BATCHED' : 'BATCH_CLASS_DEPENDENT',
    finding: `output '${first.output}' of a row depends on its batch: at batch size ${first.size} it differs from the row alone, in all ${far}`,
    maxRows: undefined,
  };
}

function compare(
  shape: ModelShape,
  outputs: readonly Tensor[],
  alone: readonly (readonly Tensor[])[],
  size: number,
  seen: { first: Difference | undefined; ulp: number },
): void {
  for (const [index, output] of outputs.entries()) {
    for (let row = 0; row < size; row++) {
      const expected = alone[row]?.[index];
      const got = sliceRows(output, row, 1);
      if (expected === undefined || sameBits(got, expected)) continue;
      seen.first ??= { output: shape.outputs[index]?.name ?? '', size };
      seen.ulp = Math.max(seen.ulp, ulpDistance(got, expected));
    }
  }
}

function rowsFault(shape: ModelShape, outputs: readonly Tensor[], size: number): string | undefined {
  for (const [index, output] of outputs.entries()) {
    if (output.shape[0] !== size)
      return `output '${shape.outputs[index]?.name}' has ${output.shape[0]} rows for ${size} input rows`;
  }
  return undefined;
}

function sizesUpTo(maxBatchRows: number): readonly number[] {
  const large = [...largeSizes.filter((size) => size < maxBatchRows), maxBatchRows];
  return maxBatchRows > certificateRows ? [...sizes, ...large] : sizes;
}

/** How many such rows may be tried at once. */
function largestRows(row: Inputs): number {
  let bytes = 0;
  for (const { data } of row) bytes += data instanceof Uint8Array ? data.length : 0;
  return Math.max(certificateRows, Math.floor(maxLargeBytes / Math.max(1, bytes)));
}

/** Which of `count` rows stand in a batch, twice: from the first one on, and backwards from somewhere else. */
function ordersOf(size: number, count: number): number[][] {
  const forward = Array.from({ length: size }, (_, i) => i % count);
  const backward = Array.from({ length: size }, (_, i) => (2 * size + count - 1 - i) % count);
  return [forward, backward];
}

/** The rows one after the other along the first dimension. */
export function stack(rows: readonly Inputs[]): Tensor[] {
  return (rows[0] ?? []).map((_, index) => concatRows(rows.flatMap((row) => row[index] ?? [])));
}

function timeOf(work: () => void): number {
  work();
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
