import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { ServingConfig } from '../repository/serving-config.ts';
import type { ModelShape } from '../tensors/model-shape.ts';
import { sliceRows } from '../tensors/tensor.ts';
import {
  type Certificate,
  certificateRows,
  certifyRows,
  type RowGroup,
  type Run,
  sharesRuns,
  stack,
  unknown,
} from './batch-certificate.ts';
import {
  generateRow,
  type Inputs,
  isVaried,
  type RowForm,
  rowForms,
  takesAnything,
} from './generated-rows.ts';
import { checkGolden, type GoldenCase } from './golden-cases.ts';
import { decidePlacement, typicalRows } from './placement.ts';
import { measureRuns, type RunTime } from './run-times.ts';
import { warmUp } from './warm-up.ts';

/** What running a model showed. */
export interface ModelFindings {
  readonly certificate: Certificate;
  /** By rows; empty if it could not be run. */
  readonly measured: readonly RunTime[];
  readonly placement: 'inline' | 'worker';
}

export type CheckSettings = Pick<
  ServingConfig,
  'warmup' | 'maxBatchRows' | 'batchDependentRows' | 'placement'
> & {
  /** Time for the comparison of rows. */
  readonly certificateMs: number;
  /** Whether the model has a Loop. */
  readonly loops: boolean;
};

// A form is good if these many rows of it run.
const triedRows = 8;
const searchMs = 2_000;
const maxFaults = 10;
// A width that fills vectors hides what another shows: the elements of one row then start in the middle of a vector.
const oddSizes = [1, 5, 33];

/**
 * Warms a model up, runs its golden cases, compares rows alone and in batches, and times runs: some milliseconds for a small model, a
 * few seconds at most for a slow one, besides what the configuration and the golden cases ask for. Fails with MODEL_INVALID if a
 * warm-up or a golden case fails, or if nothing at all can be run. `check` throws to give up.
 */
export function checkModel(
  shape: ModelShape,
  run: Run,
  golden: readonly GoldenCase[],
  settings: CheckSettings,
  check: () => void,
): ModelFindings {
  warmUp(settings.warmup, shape, run, check);
  runGolden(golden, shape, run, check);
  const found = findForm(shape, run, check);
  if ('fault' in found && golden.length === 0 && takesAnything(shape.inputs))
    throw new MeshError('MODEL_INVALID', `it fails on every input that was tried: ${found.fault}`);
  const groups = rowGroups(shape, golden, 'form' in found ? formsLike(found.form, shape, run) : []);
  const certificate = certify(shape, groups, run, { ...settings, found, check });

  const measured = timeRuns(shape, groups, run, check, {
    maxRows: Math.min(settings.maxBatchRows, certificate.maxRows ?? Infinity),
    batched: sharesRuns(certificate),
    alone: golden[0]?.inputs ?? ('form' in found ? generateRow(shape.inputs, found.form, 0) : undefined),
  });
  const openInside =
    golden.length === 0 && shape.inputs.some((info) => hasOpenSize(info.shape, shape.stackable));
  const runMs = measured.filter((time) => time.rows <= typicalRows).at(-1)?.ms;
  return {
    certificate,
    measured,
    placement: decidePlacement({ pinned: settings.placement, runMs, openInside, loops: settings.loops }),
  };
}

function runGolden(golden: readonly GoldenCase[], shape: ModelShape, run: Run, check: () => void): void {
  const faults: string[] = [];
  for (const [index, known] of golden.entries()) {
    check();
    let difference: string | undefined;
    try {
      difference = checkGolden(known, shape, run);
    } catch (error) {
      difference = messageOf(error);
    }
    if (difference !== undefined) faults.push(`cases[${index}]: ${difference}`);
    if (faults.length === maxFaults) break;
  }
  if (faults.length > 0) throw new MeshError('MODEL_INVALID', `golden.json: ${faults.join('; ')}`);
}

type FoundForm = { readonly form: RowForm } | { readonly fault: string };

/** The first form whose rows run. */
function findForm(shape: ModelShape, run: Run, check: () => void): FoundForm {
  const startedAt = performance.now();
  let fault: string | undefined;
  for (const form of rowForms(shape.inputs)) {
    if (fault !== undefined && performance.now() - startedAt > searchMs) break;
    check();
    try {
      for (let row = 0; row < triedRows; row++) {
        run(generateRow(shape.inputs, form, row));
        if (performance.now() - startedAt > searchMs) break;
      }
      return { form };
    } catch (error) {
      fault ??= messageOf(error);
    }
  }
  return { fault: fault ?? 'it has no inputs' };
}

/** The form, and where inner dimensions are open, the same with other sizes of them that run. */
function formsLike(form: RowForm, shape: ModelShape, run: Run): RowForm[] {
  if (!shape.openInside || !shape.stackable) return [form];
  const others = oddSizes.map((openSize) => ({ ...form, openSize }));
  return [form, ...others.filter((other) => other.openSize !== form.openSize && runs(other, shape, run))];
}

function runs(form: RowForm, shape: ModelShape, run: Run): boolean {
  try {
    run(generateRow(shape.inputs, form, 0));
    return true;
  } catch {
    return false;
  }
}

function certify(
  shape: ModelShape,
  groups: readonly RowGroup[],
  run: Run,
  settings: CheckSettings & { readonly found: FoundForm; readonly check: () => void },
): Certificate {
  if (!shape.stackable) {
    const finding = 'its inputs and outputs do not share an open first dimension';
    return { batchClass: 'BATCH_CLASS_NONE', finding, maxRows: 1 };
  }
  if (groups.length === 0) {
    const why = 'fault' in settings.found ? settings.found.fault : 'only rows of equal values run';
    return unknown(
      settings,
      `it could not be tried with generated rows: ${why}; golden.json may give rows to try`,
    );
  }
  try {
    return certifyRows(shape, groups, run, {
      limitMs: settings.certificateMs,
      maxBatchRows: settings.maxBatchRows,
      batchDependentRows: settings.batchDependentRows,
      check: settings.check,
    });
  } catch (error) {
    settings.check();
    return unknown(settings, `it could not be tried: a batch failed: ${messageOf(error)}`);
  }
}

/** Times batches of a model that is batched, and single runs of another; nothing if there is nothing to run it on. */
function timeRuns(
  shape: ModelShape,
  groups: readonly RowGroup[],
  run: Run,
  check: () => void,
  facts: { readonly maxRows: number; readonly batched: boolean; readonly alone: Inputs | undefined },
): RunTime[] {
  const { alone, batched, maxRows } = facts;
  const rows = groups[0] ?? (alone === undefined || !shape.stackable ? undefined : [alone]);
  if (rows !== undefined && batched)
    return measureRuns(
      (size) => stack(Array.from({ length: size }, (_, i) => rows[i % rows.length] ?? [])),
      maxRows,
      run,
      check,
    );
  return alone === undefined ? [] : measureRuns(() => alone, 1, run, check);
}

/** Rows of the golden cases and generated ones, by the dimensions they agree in. */
function rowGroups(shape: ModelShape, golden: readonly GoldenCase[], forms: readonly RowForm[]): RowGroup[] {
  if (!shape.stackable) return [];
  const groups = new Map<string, Inputs[]>();
  const add = (row: Inputs): void => {
    const key = row.map((tensor) => tensor.shape.slice(1).join('x')).join(',');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else if (group.length < certificateRows) group.push(row);
  };
  for (const { inputs } of golden) {
    const rows = Math.min(...inputs.map((tensor) => tensor.shape[0] ?? 0));
    for (let row = 0; row < Math.min(rows, certificateRows); row++)
      add(inputs.map((tensor) => sliceRows(tensor, row, 1)));
  }
  for (const form of forms)
    if (isVaried(shape.inputs, form))
      for (let row = 0; row < certificateRows; row++) add(generateRow(shape.inputs, form, row));
  return [...groups.values()].filter((rows) => rows.length > 1);
}

/** Whether a size is open that neither is the batch nor was seen in a golden case. */
function hasOpenSize(dimensions: readonly number[], stackable: boolean): boolean {
  return dimensions.slice(stackable ? 1 : 0).includes(-1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
