import type { Model__Output as Model } from '../../../services/gen/scoremesh/inference/v1/Model.ts';
import type { JobResult__Output as JobResult } from '../../../services/gen/scoremesh/scoring/v1/JobResult.ts';
import type { Value__Output as Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { fromStatus } from '../../../services/kit/errors/status.ts';
import type { Cell, Column, ColumnType } from '../../files/table.ts';
import { stateName } from '../../http/job-json.ts';
import { valueJson } from '../../http/score-json.ts';

/** What became of a row: the result of its job, or why the mesh took none. */
export interface RowResult {
  readonly jobId: string;
  readonly result: JobResult | undefined;
  readonly refusal: MeshError | undefined;
}

const types: Readonly<Record<string, ColumnType>> = {
  FP16: 'float64',
  FP32: 'float64',
  FP64: 'float64',
  BOOL: 'bool',
  BYTES: 'text',
};

/** Why a row has no answer; undefined if it has one. */
export function failureOf({ refusal, result }: RowResult): MeshError | undefined {
  return refusal ?? (result?.error ? fromStatus(result.error) : undefined);
}

/** How a row ended, e.g. "SUCCEEDED". */
export function outcomeOf({ result }: RowResult): string {
  return result === undefined ? 'FAILED' : stateName(result.state);
}

interface ResultColumn {
  readonly head: Column;
  readonly cell: (row: RowResult) => Cell;
}

/** The columns that a run adds to its rows: state, ids, the model's outputs by name, and why there are none. */
export function resultColumns(model: Pick<Model, 'decision' | 'outputs' | 'scoreOutputs'>): ResultColumn[] {
  const column = (
    name: string,
    type: ColumnType,
    cell: (row: RowResult) => Cell | undefined,
  ): ResultColumn => ({
    head: { name, type },
    cell: (row) => cell(row) ?? null,
  });
  return [
    column('job_id', 'text', ({ jobId }) => jobId),
    column('state', 'text', outcomeOf),
    column('prediction_id', 'text', ({ result }) => result?.response?.predictionId),
    ...model.scoreOutputs.map(({ name, tensor }) => {
      const type = outputType(model.outputs.find((output) => output.name === tensor));
      return column(name, type, ({ result }) => cellOf(result?.response?.outputs[name], type));
    }),
    ...(model.decision === null
      ? []
      : [column('decision', 'text', ({ result }) => cellOf(result?.response?.outputs.decision, 'text'))]),
    column('reason', 'text', (row) => failureOf(row)?.reason),
    column('error', 'text', (row) => failureOf(row)?.message),
  ];
}

/** Of an output with one element for each row; of others, text with JSON. */
function outputType(output: Model['outputs'][number] | undefined): ColumnType {
  if (output === undefined || output.shape.some((size) => size !== '-1' && size !== '1')) return 'text';
  return types[output.datatype] ?? (/^U?INT(8|16|32|64)$/.test(output.datatype) ? 'int64' : 'text');
}

function cellOf(value: Value | undefined, type: ColumnType): Cell {
  switch (value?.kind) {
    case 'number':
      return type === 'float64' ? (value.number ?? null) : inText(value, type);
    case 'integer':
      if (type === 'int64') return BigInt(value.integer ?? 0);
      return type === 'float64' ? Number(value.integer) : inText(value, type);
    case 'flag':
      return type === 'bool' ? (value.flag ?? null) : inText(value, type);
    case 'text':
      return type === 'text' ? (value.text ?? null) : null;
    case 'tensor':
      return inText(value, type);
    default:
      return null;
  }
}

/** A value that its column has no form for is there only as text: a version of the model with other outputs came meanwhile. */
function inText(value: Value, type: ColumnType): Cell {
  return type === 'text' ? JSON.stringify(valueJson(value)) : null;
}
