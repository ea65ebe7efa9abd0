import type { Model__Output as Model } from '../../../services/gen/scoremesh/inference/v1/Model.ts';
import type { ScoreRequest } from '../../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';
import { cellText } from '../../files/cell-text.ts';
import { type Cell, type Column, type ColumnType, fileFault, type Table } from '../../files/table.ts';
import { fieldValue } from '../features/field-value.ts';

/** How the rows of a file are requests of a model. */
export interface RowMapping {
  readonly model: string;
  /** Column of each entity. */
  readonly entities: ReadonlyMap<string, string>;
  /** Column of each input, with the datatype that its cells are read as. */
  readonly inputs: ReadonlyMap<string, { readonly column: string; readonly datatype: string }>;
}

/** Columns that the caller names, by entity and by input. */
export interface NamedColumns {
  readonly entity: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, string>>;
}

const datatypes: Readonly<Record<string, string>> = {
  number: 'FP64',
  integer: 'INT64',
  flag: 'BOOL',
  text: 'BYTES',
};

/** The version that a reference means now. Throws MODEL_NOT_FOUND. */
export async function namedModel(
  mesh: Pick<MeshClient, 'models'>,
  reference: string,
  call: CallOptions,
): Promise<Model> {
  const [name = '', qualifier] = reference.split('@');
  const { models } = await mesh.models.ListModels({}, call);
  const versions = models.filter((model) => model.name === name).sort((a, b) => b.version - a.version);
  const byAlias = (alias: string): Model | undefined =>
    versions.find(({ aliases }) => aliases.includes(alias));
  const ready = versions.find(({ state }) => state === 'MODEL_STATE_READY');
  const found =
    qualifier === undefined
      ? (byAlias('champion') ?? ready ?? versions[0])
      : (versions.find(({ version }) => String(version) === qualifier) ?? byAlias(qualifier));
  if (found !== undefined) return found;
  const known = [...new Set(models.map((model) => model.name))].join(', ') || 'none';
  throw new MeshError(
    'MODEL_NOT_FOUND',
    `no model is "${reference}"; there are ${known}, see \`scoremesh models list\``,
  );
}

/** The entities that a model's features are about. */
export async function entitiesOf(
  mesh: Pick<MeshClient, 'features'>,
  { featureSet, subject }: Model,
  call: CallOptions,
): Promise<string[]> {
  const named = subject === '' ? [] : [subject];
  if (featureSet === '') return named;
  const { sets } = await mesh.features.ListFeatures({ featureSet }, call);
  return [...new Set([...(sets[0]?.entities ?? []), ...named])];
}

/**
 * Which columns are what: as the caller names them, else a column "entity.<name>" or "input.<name>", else one that is called like an entity
 * of the model's feature set or like an input of the model. Throws INVALID_REQUEST for a column that is not there.
 */
export function mappingOf(
  { columns, path }: Pick<Table, 'columns' | 'path'>,
  reference: string,
  model: Pick<Model, 'requestInputs'>,
  entities: readonly string[],
  named: NamedColumns,
): RowMapping {
  const names = new Set(columns.map(({ name }) => name));
  const given = (column: string, what: string): string => {
    if (names.has(column)) return column;
    throw fileFault(path, `has no column "${column}" for ${what}; there are ${[...names].join(', ')}`);
  };
  const entityColumns = new Map<string, string>();
  for (const name of entities) if (names.has(name)) entityColumns.set(name, name);
  const types = new Map(model.requestInputs.map(({ name, type }) => [name, datatypes[type] ?? 'FP64']));
  const inputColumns = new Map<string, string>();
  for (const name of types.keys()) if (names.has(name)) inputColumns.set(name, name);
  for (const column of names) {
    const [, kind, name = ''] = /^(entity|input)\.(.+)$/.exec(column) ?? [];
    if (kind === 'entity') entityColumns.set(name, column);
    else if (kind === 'input') inputColumns.set(name, column);
  }
  for (const [name, column] of Object.entries(named.entity))
    entityColumns.set(name, given(column, `entity ${name}`));
  for (const [name, column] of Object.entries(named.input))
    inputColumns.set(name, given(column, `input ${name}`));
  return {
    model: reference,
    entities: entityColumns,
    inputs: new Map(
      [...inputColumns].map(([name, column]) => [name, { column, datatype: types.get(name) ?? '' }]),
    ),
  };
}

/** What the rows lack of what the model needs, for people; empty if nothing. */
export function lacking(
  { entities, inputs }: RowMapping,
  model: Pick<Model, 'requestInputs'>,
  needed: readonly string[],
): string[] {
  return [
    ...needed.filter((name) => !entities.has(name)).map((name) => `entity ${name}`),
    ...model.requestInputs.filter(({ name }) => !inputs.has(name)).map(({ name }) => `input ${name}`),
  ];
}

/** A reader of rows by the places of their columns. An empty cell is left out. */
export function requestReader(
  { model, entities, inputs }: RowMapping,
  columns: readonly Column[],
): (cells: readonly Cell[]) => ScoreRequest {
  const placeOf = (column: string): number => columns.findIndex(({ name }) => name === column);
  const typeAt = (place: number): ColumnType | undefined => columns[place]?.type;
  const entityPlaces = [...entities].map(([name, column]) => [name, placeOf(column)] as const);
  const inputPlaces = [...inputs].map(
    ([name, { column, datatype }]) => [name, placeOf(column), datatype] as const,
  );
  return (cells) => {
    const keys: Record<string, string> = {};
    for (const [name, place] of entityPlaces) {
      const text = cellText(cells[place] ?? null, typeAt(place));
      if (text !== null) keys[name] = text;
    }
    const values: Record<string, Value> = {};
    for (const [name, place, datatype] of inputPlaces) {
      const cell = cells[place] ?? null;
      if (cell !== null) values[name] = fieldValue(cell, datatype, typeAt(place));
    }
    return { model, entities: keys, inputs: values };
  };
}
