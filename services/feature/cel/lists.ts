import {
  asType,
  type CelType,
  commonType,
  Failure,
  isMissing,
  type Outcome,
  type Part,
  type Scalar,
  type ScalarType,
} from './compiled-part.ts';
import { comparison } from './operators.ts';

const outsideList = new Failure('an index outside of the list');

/** The type of a list's elements; undefined if it is no list. */
export function elementType(type: CelType): ScalarType | undefined {
  return type.startsWith('list<') ? (type.slice(5, -1) as ScalarType) : undefined;
}

/** A list of scalars; undefined if they have no type in common, or are none. */
export function listOf<Scope>(items: readonly Part<Scope>[]): Part<Scope> | undefined {
  const type = items.reduce<CelType | undefined>(
    (common, item) => common && commonType(common, item.type),
    'null',
  );
  if (type === undefined || type === 'null' || elementType(type) !== undefined) return undefined;
  const runs = items.map((item) => asType(item, type).run);
  return {
    type: `list<${type as ScalarType}>`,
    cost: items.reduce((sum, { cost }) => sum + cost, 1),
    run: (scope) => {
      const values: Scalar[] = [];
      for (const run of runs) {
        const value = run(scope);
        if (typeof value === 'object') return value as null | Failure;
        values.push(value);
      }
      return values;
    },
  };
}

export function indexed<Scope>(list: Part<Scope>, index: Part<Scope>): Part<Scope> | undefined {
  const type = elementType(list.type);
  if (type === undefined || index.type !== 'int') return undefined;
  return {
    type,
    cost: list.cost + index.cost + 1,
    run: (scope) => {
      const values = list.run(scope);
      if (!Array.isArray(values)) return values;
      const place = index.run(scope);
      return typeof place === 'bigint' ? (at(values, place) ?? outsideList) : place;
    },
  };
}

function at(values: readonly Scalar[], place: bigint): Scalar | undefined {
  return place >= 0n && place < BigInt(values.length) ? values[Number(place)] : undefined;
}

/** `value in list`; a value and a list of int and double are compared as numbers. */
export function membership<Scope>(value: Part<Scope>, list: Part<Scope>): Part<Scope> | undefined {
  const type = elementType(list.type);
  if (type === undefined) return undefined;
  let element: Outcome = null;
  let wanted: Outcome = null;
  const equal = comparison<undefined>(
    '==',
    { type: value.type, cost: 0, run: () => wanted },
    { type, cost: 0, run: () => element },
  );
  if (equal === undefined) return undefined;
  return {
    type: 'bool',
    cost: value.cost + 2 * list.cost,
    run: (scope) => {
      const given = value.run(scope);
      if (isMissing(given)) return given;
      const values = list.run(scope);
      if (!Array.isArray(values)) return values;
      wanted = given;
      for (element of values) if (equal.run(undefined) === true) return true;
      return false;
    },
  };
}
