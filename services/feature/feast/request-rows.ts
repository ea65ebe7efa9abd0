import type { GetOnlineFeaturesRequest__Output } from '../../gen/feast/serving/GetOnlineFeaturesRequest.ts';
import type { RepeatedValue__Output } from '../../gen/feast/types/RepeatedValue.ts';
import type { Value__Output as FeastValue } from '../../gen/feast/types/Value.ts';
import type { EntityRow__Output } from '../../gen/scoremesh/feature/v1/EntityRow.ts';
import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { type FieldViolation, invalidRequest } from '../../kit/errors/mesh-error.ts';
import { maxRequestRows, maxViolations } from '../config.ts';
import { nameList } from '../name-list.ts';
import type { Requested } from './requested-features.ts';

/** Converts the values of a column; undefined for null. */
type Convert<Result> = (value: FeastValue) => Result | undefined | Unfit;

interface RequestColumn<Result> {
  readonly field: string;
  readonly name: string;
  readonly values: readonly FeastValue[];
  readonly convert: Convert<Result>;
}

/** Why a value can't be what its column holds; never tells the value. */
class Unfit {
  readonly description: string;

  constructor({ val }: FeastValue, wanted: string) {
    const given = val?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    this.description = `is ${given}; ${wanted}`;
  }
}

/**
 * The columns of a request as rows. A null is left out of its row; whether it is missed there, the read says. Throws INVALID_REQUEST
 * naming columns of different lengths, too many rows, or values that can be no key or input.
 */
export function requestRows(
  { entities, requestContext }: GetOnlineFeaturesRequest__Output,
  { keys, inputs }: Requested,
): EntityRow__Output[] {
  const count = rowCount({ entities, request_context: requestContext });
  const isInput = (name: string): boolean =>
    inputs.has(name) && keys?.has(name) !== true && !Object.hasOwn(requestContext, name);
  const keyColumns = Object.entries(entities)
    .filter(([name]) => (keys === undefined ? true : keys.has(name)))
    .map(([name, { val }]) => ({ field: `entities.${name}`, name, values: val, convert: keyText }));
  const inputColumns = [
    ...Object.entries(entities)
      .filter(([name]) => isInput(name))
      .map(([name, column]) => ({ field: `entities.${name}`, name, ...column })),
    ...Object.entries(requestContext)
      .filter(([name]) => inputs.has(name))
      .map(([name, column]) => ({ field: `request_context.${name}`, name, ...column })),
  ].map(({ field, name, val }) => ({ field, name, values: val, convert: inputValue }));

  const violations: FieldViolation[] = [];
  const rows = Array.from({ length: count }, (_, row) => ({
    entities: rowOf(keyColumns, row, violations),
    inputs: rowOf(inputColumns, row, violations),
  }));
  if (violations.length > 0) throw invalidRequest(violations);
  return rows;
}

function rowOf<Result>(
  columns: readonly RequestColumn<Result>[],
  row: number,
  violations: FieldViolation[],
): Record<string, Result> {
  const entries: [string, Result][] = [];
  for (const { field, name, values, convert } of columns) {
    const value = values[row];
    const converted = value === undefined ? undefined : convert(value);
    if (converted instanceof Unfit) {
      if (violations.length < maxViolations)
        violations.push({ field: `${field}.val[${row}]`, description: converted.description });
    } else if (converted !== undefined) entries.push([name, converted]);
  }
  return Object.fromEntries(entries);
}

/** Without any column there is one row: of views and sets that have no keys. */
function rowCount(parts: Readonly<Record<string, Readonly<Record<string, RepeatedValue__Output>>>>): number {
  const columns = Object.entries(parts).flatMap(([part, ofPart]) =>
    Object.entries(ofPart).map(([name, { val }]) => ({ field: `${part}.${name}`, length: val.length })),
  );
  const count = columns[0]?.length ?? 1;
  if (columns.some(({ length }) => length !== count))
    throw invalidRequest([
      {
        field: 'entities',
        description: `all columns of a request have the same length, and these differ: ${nameList(columns.map(({ field, length }) => `${field} has ${length}`))}`,
      },
    ]);
  if (count > maxRequestRows)
    throw invalidRequest([
      {
        field: 'entities',
        description: `there are ${count} rows; ask for at most ${maxRequestRows} at once`,
      },
    ]);
  return count;
}

/** How each kind of value is converted; those left out do not fit. */
type Conversions<Result> = {
  readonly [Kind in Exclude<FeastValue['val'], undefined>]?: (value: FeastValue) => Result;
};

function converter<Result>(conversions: Conversions<Result>, wanted: string): Convert<Result> {
  return (value) => {
    if (value.val === undefined || value.val === 'nullVal') return undefined;
    return conversions[value.val]?.(value) ?? new Unfit(value, wanted);
  };
}

/** A key as events have it: text as it is, integers in decimal. */
const keyText = converter<string>(
  {
    stringVal: ({ stringVal }) => stringVal ?? '',
    int64Val: ({ int64Val }) => int64Val ?? '0',
    int32Val: ({ int32Val }) => String(int32Val ?? 0),
  },
  'a key is string_val, int64_val or int32_val',
);

const inputValue = converter<Value__Output>(
  {
    stringVal: ({ stringVal }) => ({ kind: 'text', text: stringVal ?? '' }),
    int64Val: ({ int64Val }) => ({ kind: 'integer', integer: int64Val ?? '0' }),
    int32Val: ({ int32Val }) => ({ kind: 'integer', integer: String(int32Val ?? 0) }),
    unixTimestampVal: ({ unixTimestampVal }) => ({ kind: 'integer', integer: unixTimestampVal ?? '0' }),
    doubleVal: ({ doubleVal }) => ({ kind: 'number', number: doubleVal ?? 0 }),
    floatVal: ({ floatVal }) => ({ kind: 'number', number: floatVal ?? 0 }),
    boolVal: ({ boolVal }) => ({ kind: 'flag', flag: boolVal ?? false }),
  },
  'an input is a number, a text or a boolean',
);
