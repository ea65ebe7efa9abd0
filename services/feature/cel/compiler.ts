import {
  asType,
  type CelType,
  commonType,
  type Names,
  type Part,
  type ScalarType,
  type Source,
} from './compiled-part.ts';
import { call, functionNames, overloadsOf } from './functions.ts';
import { indexed, listOf, membership } from './lists.ts';
import { isMacro, macro } from './macros.ts';
import { arithmetic, comparison, logic, maxInt, minInt, negation } from './operators.ts';
import type { Syntax } from './syntax-tree.ts';
import { timestampFields, zonedField } from './time-functions.ts';

/** What one evaluation may cost at most: some tens of microseconds. */
export const maxCost = 4000;

/** What is handed down while compiling. */
export interface Compilation<Scope> {
  readonly source: Source;
  readonly names: Names<Scope>;
  /** How many macros the place is in. */
  readonly macros: number;
}

/** Compiles and type-checks. Throws ExpressionFault. */
export function compile<Scope>(syntax: Syntax, source: Source, names: Names<Scope>): Part<Scope> {
  const part = compilePart(syntax, { source, names, macros: 0 });
  if (part.cost > maxCost)
    throw source.fault(
      0,
      `the expression may take ${part.cost} steps; at most ${maxCost} may be: simplify it`,
    );
  return part;
}

export function compilePart<Scope>(syntax: Syntax, on: Compilation<Scope>): Part<Scope> {
  const { source } = on;
  const inner = (child: Syntax): Part<Scope> => compilePart(child, on);
  switch (syntax.op) {
    case 'literal':
      return literal(syntax.value, syntax.at, source);
    case 'name':
    case 'member':
      return variable(syntax, on);
    case 'index':
      return (
        indexed(inner(syntax.of), inner(syntax.index)) ??
        refuse(syntax.at, on, 'only a list has an index, which is an int')
      );
    case 'list':
      return (
        listOf(syntax.items.map(inner)) ??
        refuse(syntax.at, on, 'the elements of a list must be values of one type')
      );
    case 'call':
      return callOf(syntax, on);
    case 'choice':
      return choice(syntax, inner, on);
    case 'unary': {
      const { operator, operand: written } = syntax;
      // The smallest int has no positive counterpart.
      if (operator === '-' && written.op === 'literal' && written.value === -minInt)
        return literal(minInt, syntax.at, source);
      const operand = inner(written);
      return negation(operator, operand) ?? refuse(syntax.at, on, `there is no ${operator}${operand.type}`);
    }
    case 'binary': {
      const { operator } = syntax;
      const left = inner(syntax.left);
      const right = inner(syntax.right);
      const part = binaryOf(operator, left, right);
      return part ?? refuse(syntax.at, on, `there is no ${left.type} ${operator} ${right.type}`);
    }
  }
}

function binaryOf<Scope>(
  operator: (Syntax & { readonly op: 'binary' })['operator'],
  left: Part<Scope>,
  right: Part<Scope>,
): Part<Scope> | undefined {
  switch (operator) {
    case '&&':
    case '||':
      return isTruth(left) && isTruth(right) ? logic(operator, left, right) : undefined;
    case 'in':
      return membership(left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, left, right);
    default:
      return comparison(operator, left, right);
  }
}

function isTruth<Scope>({ type }: Part<Scope>): boolean {
  return type === 'bool' || type === 'null';
}

function refuse<Scope>(at: number, { source }: Compilation<Scope>, message: string): never {
  throw source.fault(at, message);
}

function literal<Scope>(
  value: (Syntax & { readonly op: 'literal' })['value'],
  at: number,
  source: Source,
): Part<Scope> {
  if (value === null) return { type: 'null', cost: 1, run: () => null };
  if (typeof value === 'bigint' && (value > maxInt || value < minInt))
    throw source.fault(at, `${value} has more than the 64 bits of an int`);
  const types = { number: 'double', bigint: 'int', boolean: 'bool', string: 'string' } as const;
  const type: ScalarType = types[typeof value as keyof typeof types];
  return { type, cost: 1, literal: value, run: () => value };
}

function variable<Scope>(syntax: Syntax, on: Compilation<Scope>): Part<Scope> {
  const path = pathOf(syntax);
  const part = path && on.names.find(...path);
  if (part !== undefined) return part;
  const name = path === undefined ? 'a member of a value' : [path[1], path[0]].filter(Boolean).join('.');
  throw on.source.fault(syntax.at, `there is no ${name} to read; there is ${on.names.list()}`);
}

function pathOf(syntax: Syntax): [name: string, of?: string] | undefined {
  if (syntax.op === 'name') return [syntax.name];
  return syntax.op === 'member' && syntax.of.op === 'name' ? [syntax.name, syntax.of.name] : undefined;
}

function choice<Scope>(
  syntax: Syntax & { readonly op: 'choice' },
  inner: (child: Syntax) => Part<Scope>,
  on: Compilation<Scope>,
): Part<Scope> {
  const condition = inner(syntax.condition);
  const ifTrue = inner(syntax.ifTrue);
  const ifFalse = inner(syntax.ifFalse);
  if (!isTruth(condition))
    refuse(syntax.condition.at, on, `a condition is bool, and this is ${condition.type}`);
  const type = commonType(ifTrue.type, ifFalse.type);
  if (type === undefined)
    return refuse(
      syntax.at,
      on,
      `both results must be of one type, and these are ${ifTrue.type} and ${ifFalse.type}`,
    );
  const { run } = condition;
  const { run: runTrue } = asType(ifTrue, type);
  const { run: runFalse } = asType(ifFalse, type);
  return {
    type,
    cost: condition.cost + ifTrue.cost + ifFalse.cost,
    run: (scope) => {
      const holds = run(scope);
      return holds === true ? runTrue(scope) : holds === false ? runFalse(scope) : holds;
    },
  };
}

function callOf<Scope>(syntax: Syntax & { readonly op: 'call' }, on: Compilation<Scope>): Part<Scope> {
  const { name, method, at, args: written } = syntax;
  if (method && isMacro(name)) return macro(syntax, on, compilePart);
  if (name === 'matches')
    return refuse(
      at,
      on,
      'matches is not here: a regular expression can run for ever; use contains, startsWith, endsWith or in',
    );
  if (name === 'has')
    return refuse(
      at,
      on,
      'has is not here: what is declared is always there, and may be null; compare it with null',
    );
  const args = written.map((argument) => compilePart(argument, on));
  const types = args.map(({ type }) => type);
  const overloads = overloadsOf(method ? `.${name}` : name);
  const part =
    name === 'coalesce' && !method
      ? coalesce(args)
      : (zoned(syntax, args) ?? (overloads && call(overloads, args)));
  if (part !== undefined) return part;
  const given = method ? `${types[0]}.${name}(${types.slice(1).join(', ')})` : `${name}(${types.join(', ')})`;
  if (overloads === undefined && name !== 'coalesce') {
    const kind = method ? 'method' : 'function';
    const names = ['coalesce', ...functionNames()].filter((known) => known.startsWith('.') === method);
    return refuse(
      at,
      on,
      `there is no ${kind} ${name}; there are ${names.map((known) => known.replace('.', '')).join(', ')}`,
    );
  }
  return refuse(at, on, `there is no ${given}`);
}

/** A field of a timestamp in a zone, which must be written out so that it is known to exist. */
function zoned<Scope>(
  syntax: Syntax & { readonly op: 'call' },
  args: readonly Part<Scope>[],
): Part<Scope> | undefined {
  const [timestamp, zone] = args;
  if (!syntax.method || args.length !== 2 || !Object.hasOwn(timestampFields, syntax.name)) return undefined;
  if (timestamp === undefined || typeof zone?.literal !== 'string') return undefined;
  const overload = zonedField(syntax.name, zone.literal);
  return overload && call([overload], [timestamp]);
}

/** The first of its arguments that is not null. */
function coalesce<Scope>(args: readonly Part<Scope>[]): Part<Scope> | undefined {
  const type = args.reduce<CelType | undefined>(
    (common, arg) => common && commonType(common, arg.type),
    'null',
  );
  if (type === undefined || args.length < 2) return undefined;
  const runs = args.map((arg) => asType(arg, type).run);
  return {
    type,
    cost: args.reduce((sum, { cost }) => sum + cost, 1),
    run: (scope) => {
      for (const run of runs) {
        const value = run(scope);
        if (value !== null) return value;
      }
      return null;
    },
  };
}
