import type { CelType, Names, Outcome, Part, Scalar } from './compiled-part.ts';
import type { Compilation } from './compiler.ts';
import { elementType } from './lists.ts';
import type { Syntax } from './syntax-tree.ts';

/** No list has more elements than a literal may have, or a split text. */
const maxElements = 100;
const maxNesting = 2;

const folds = {
  all: (values: readonly Outcome[]) => decided(values, false),
  exists: (values: readonly Outcome[]) => decided(values, true),
  exists_one: (values: readonly Outcome[]) =>
    unlessMissing(values, () => values.filter((value) => value === true).length === 1),
};
type Quantifier = keyof typeof folds;

export function isMacro(name: string): boolean {
  return Object.hasOwn(folds, name) || name === 'map' || name === 'filter';
}

/** `list.all(x, ...)`, exists, exists_one, filter and map. Throws ExpressionFault. */
export function macro<Scope>(
  syntax: Syntax & { readonly op: 'call' },
  on: Compilation<Scope>,
  compilePart: (syntax: Syntax, on: Compilation<Scope>) => Part<Scope>,
): Part<Scope> {
  const { name, at, args } = syntax;
  const [of, variable, body, more] = args;
  if (of === undefined || variable?.op !== 'name' || body === undefined || more !== undefined)
    throw on.source.fault(at, `${name} is written as list.${name}(x, an expression of x)`);
  if (on.macros >= maxNesting)
    throw on.source.fault(at, `${name} is more than ${maxNesting} deep in others of its kind`);
  const list = compilePart(of, on);
  const type = elementType(list.type);
  if (type === undefined) throw on.source.fault(at, `${name} is for lists, and this is ${list.type}`);
  const cell: { value: Scalar | null } = { value: null };
  const element: Part<Scope> = { type, cost: 1, run: () => cell.value };
  const names: Names<Scope> = {
    find: (found, parent) =>
      found === variable.name && parent === undefined ? element : on.names.find(found, parent),
    list: () => `${variable.name}, ${on.names.list()}`,
  };
  const part = compilePart(body, { ...on, names, macros: on.macros + 1 });
  const cost = list.cost + elementsOf(of) * (part.cost + 2);
  const resultType = typeOf(name, list.type, part.type);
  if (resultType === undefined) {
    const wanted = name === 'map' ? 'a value' : 'bool';
    throw on.source.fault(
      body.at,
      `${name} takes an expression that gives ${wanted}, and this gives ${part.type}`,
    );
  }
  const fold = foldOf(name);
  return {
    type: resultType,
    cost,
    run: (scope) => {
      const values = list.run(scope);
      if (!Array.isArray(values)) return values;
      const outcomes = values.map((value: Scalar) => {
        cell.value = value;
        return part.run(scope);
      });
      return fold(outcomes, values);
    },
  };
}

function typeOf(name: string, list: CelType, body: CelType): CelType | undefined {
  if (name === 'map')
    return body === 'null' || elementType(body) !== undefined ? undefined : (`list<${body}>` as CelType);
  if (body !== 'bool') return undefined;
  return name === 'filter' ? list : 'bool';
}

function foldOf(name: string): (outcomes: readonly Outcome[], values: readonly Scalar[]) => Outcome {
  if (Object.hasOwn(folds, name)) return folds[name as Quantifier];
  if (name === 'filter')
    return (outcomes, values) =>
      unlessMissing(outcomes, () => values.filter((_, index) => outcomes[index] === true));
  return (outcomes) => unlessMissing(outcomes, () => outcomes as readonly Scalar[]);
}

/** The deciding value if it is among them; else the first that is null or failed; else the opposite. */
function decided(values: readonly Outcome[], deciding: boolean): Outcome {
  return values.includes(deciding) ? deciding : unlessMissing(values, () => !deciding);
}

/** The first that is null or failed, else the result. */
function unlessMissing(values: readonly Outcome[], result: () => Outcome): Outcome {
  const missing = values.find((value) => typeof value === 'object');
  return missing === undefined ? result() : missing;
}

function elementsOf(list: Syntax): number {
  return list.op === 'list' ? list.items.length : maxElements;
}
