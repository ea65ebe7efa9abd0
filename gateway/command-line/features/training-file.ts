import type { BuildTrainingSetRequest } from '../../../services/gen/scoremesh/feature/v1/BuildTrainingSetRequest.ts';
import type { EntityRow } from '../../../services/gen/scoremesh/feature/v1/EntityRow.ts';
import type { FeatureSet__Output as FeatureSet } from '../../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import type { Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { MeshClient } from '../../client/client.ts';
import { type FeatureColumn, featureColumns } from '../../client/feature-columns.ts';
import { cellText } from '../../files/cell-text.ts';
import { typedCell } from '../../files/column-types.ts';
import {
  type Batch,
  type Cell,
  type Column,
  type ColumnType,
  fileFault,
  type Table,
} from '../../files/table.ts';
import { createTableWriter } from '../../files/table-writer.ts';
import { timeOf } from './event-rows.ts';
import { fieldValue } from './field-value.ts';
import { statusName } from './get-command.ts';

/** How labelled rows are rows of a feature set. */
export interface JoinMapping {
  /** Column of each row's moment. */
  readonly time: string;
  /** Column of each key that the set needs. */
  readonly keys: ReadonlyMap<string, string>;
  /** Column of each input that is in the file. */
  readonly inputs: ReadonlyMap<string, string>;
}

export interface JoinOptions {
  readonly out: string;
  readonly batchRows: number;
  readonly knownAt: number | undefined;
  readonly withStatus: boolean;
  readonly withAge: boolean;
  readonly stop: AbortSignal;
  onRows(share: number, rows: number): void;
}

/** Rows on the way: more than the mesh joins at once would only wait. */
const maxInFlight = 4;

/**
 * Writes every labelled row with all its columns and the set's features as of the row's moment, in the order of the file. Memory is
 * bounded by a few batches. Resolves to the number of rows when the file is whole; else there is none.
 */
export async function writeTrainingSet(
  mesh: Pick<MeshClient, 'features'>,
  table: Table,
  /** Those of the table, with the types to write them in. */
  columns: readonly Column[],
  set: FeatureSet,
  mapping: JoinMapping,
  options: JoinOptions,
): Promise<number> {
  const writer = await createTableWriter(options.out, [...columns, ...featureHeads(set, options)]);
  const inFlight: Batch[] = [];
  let failure: unknown;
  let wake = (): void => {};
  async function* requests(): AsyncGenerator<BuildTrainingSetRequest> {
    try {
      const names = columns.map(({ name }) => name);
      for await (const batch of table.batches({ columns: names, batchRows: options.batchRows })) {
        while (inFlight.length >= maxInFlight && failure === undefined)
          await new Promise<void>((free) => (wake = free));
        if (failure !== undefined) return;
        inFlight.push(batch);
        yield request(table, batch, set, mapping, options.knownAt);
      }
    } catch (error) {
      failure ??= error;
    }
  }
  const sent = requests();
  let rows = 0;
  try {
    for await (const { batch: answer } of mesh.features.BuildTrainingSet(sent, { signal: options.stop })) {
      const batch = inFlight.shift();
      if (batch === undefined || answer === null) break;
      wake();
      const { length } = batch.numbers;
      await writer.write([
        ...columns.map(({ type }, index) =>
          Array.from(batch.columns[index] ?? [], (cell) => typedCell(cell ?? null, type)),
        ),
        ...featureCells(featureColumns(answer, set.features, set), length, options),
      ]);
      rows += length;
      options.onRows(batch.share, rows);
    }
    if (failure !== undefined) throw failure;
    if (inFlight.length > 0)
      throw new MeshError('ROLE_UNREACHABLE', 'the mesh ended the join before it had answered every row');
    await writer.finish();
    return rows;
  } catch (error) {
    // What the file's reader met explains what the stream ended with.
    throw failure ?? located(error, table.path, inFlight[0]);
  } finally {
    failure ??= 'ended';
    wake();
    sent.return(undefined).catch(() => {});
    await writer.discard();
  }
}

/** A refusal counts rows from the first of its batch. */
function located(error: unknown, path: string, batch: Batch | undefined): unknown {
  if (!(error instanceof MeshError) || batch === undefined || error.reason === 'CALL_CANCELLED') return error;
  const { numbers } = batch;
  const message = `${path}, rows ${numbers[0]} to ${numbers.at(-1)}: ${error.message}`;
  return new MeshError(error.reason, message, error.details, error);
}

function request(
  { columns, path }: Table,
  batch: Batch,
  set: FeatureSet,
  { inputs, keys, time }: JoinMapping,
  knownAt: number | undefined,
): BuildTrainingSetRequest {
  const places = new Map(
    columns.map(({ name, type }, index) => [name, { type, cells: batch.columns[index] }]),
  );
  const cellOf = (column: string, row: number): { cell: Cell; type: ColumnType | undefined } => {
    const { cells, type } = places.get(column) ?? {};
    return { cell: cells?.[row] ?? null, type };
  };
  const datatypes = new Map(set.inputs.map(({ name, datatype }) => [name, datatype]));
  const rows = batch.numbers.map((number, row): EntityRow => {
    const entities: Record<string, string> = {};
    for (const [key, column] of keys) {
      const { cell, type } = cellOf(column, row);
      const text = cellText(cell, type);
      if (text === null || text === '')
        throw fileFault(
          path,
          `is empty; feature set ${set.name} needs the key`,
          `row ${number}, column ${column}`,
        );
      entities[key] = text;
    }
    const values: Record<string, Value> = {};
    for (const [name, column] of inputs) {
      const { cell, type } = cellOf(column, row);
      values[name] = fieldValue(cell, datatypes.get(name) ?? '', type);
    }
    const { cell, type } = cellOf(time, row);
    const asOfEventTime = timeOf(cell, type, path, `row ${number}, column ${time}`);
    return { entities, inputs: values, asOfEventTime };
  });
  return {
    batch: {
      featureSet: `${set.name}@${set.digest}`,
      rows,
      ...(knownAt === undefined ? {} : { asOfIngestTime: knownAt }),
    },
  };
}

const columnTypes: Readonly<Record<string, ColumnType>> = {
  FP32: 'float32',
  FP64: 'float64',
  INT64: 'int64',
  BOOL: 'bool',
  BYTES: 'text',
};

type Extras = Pick<JoinOptions, 'withStatus' | 'withAge'>;

/** The columns that a set adds. */
export function featureHeads({ datatypes, features }: FeatureSet, { withAge, withStatus }: Extras): Column[] {
  return [
    ...features.map((name, index): Column => ({ name, type: columnTypes[datatypes[index] ?? ''] ?? 'text' })),
    ...(withStatus ? features.map((name): Column => ({ name: `${name}__status`, type: 'text' })) : []),
    ...(withAge ? features.map((name): Column => ({ name: `${name}__age_ms`, type: 'float64' })) : []),
  ];
}

function featureCells(
  columns: readonly FeatureColumn[],
  rows: number,
  { withAge, withStatus }: Extras,
): Cell[][] {
  const every = (read: (column: FeatureColumn, row: number) => Cell): Cell[][] =>
    columns.map((column) => Array.from({ length: rows }, (_, row) => read(column, row)));
  return [
    ...every((column, row) => column.value(row)),
    ...(withStatus ? every((column, row) => statusName(column.status(row))) : []),
    ...(withAge ? every((column, row) => column.ageMs(row) ?? null) : []),
  ];
}
