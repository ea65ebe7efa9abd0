import { asType, type CelType, isMissing, type Outcome, type Part } from './compiled-part.ts';
import { numberFunctions } from './number-functions.ts';
import { textFunctions } from './text-functions.ts';
import { timeFunctions } from './time-functions.ts';

/** One way to call a function. `apply` is given values of the argument types: nulls and failures never reach it. */
export interface Overload {
  readonly args: readonly CelType[];
  readonly result: CelType;
  readonly cost: number;
  readonly apply: (...args: never[]) => Outcome;
}

/** By name; methods with a dot before it, their receiver being the first argument. */
const functions = new Map<string, readonly Overload[]>(
  Object.entries({ ...numberFunctions, ...textFunctions, ...timeFunctions }),
);
functions.set('.size', functions.get('size') ?? []);

export function overloadsOf(name: string): readonly Overload[] | undefined {
  return functions.get(name);
}

export function functionNames(): readonly string[] {
  return [...functions.keys()];
}

/** The overload that takes these types as they are, or else with ints as doubles, called. Undefined if there is none. */
export function call<Scope>(
  overloads: readonly Overload[],
  args: readonly Part<Scope>[],
): Part<Scope> | undefined {
  const matching = (fits: (given: CelType, wanted: CelType) => boolean): Overload | undefined =>
    overloads.find(
      (overload) =>
        overload.args.length === args.length &&
        args.every((arg, index) => fits(arg.type, overload.args[index] ?? 'null')),
    );
  const overload =
    matching((given, wanted) => given === wanted) ??
    matching((given, wanted) => given === wanted || (given === 'int' && wanted === 'double'));
  if (overload === undefined) return undefined;
  const runs = args.map((arg, index) => asType(arg, overload.args[index] ?? 'null').run);
  const cost = args.reduce((sum, arg) => sum + arg.cost, overload.cost);
  return {
    type: overload.result,
    cost,
    run: applied(overload.apply as (...args: Outcome[]) => Outcome, runs),
  };
}

function applied<Scope>(
  apply: (...args: Outcome[]) => Outcome,
  runs: readonly ((scope: Scope) => Outcome)[],
): (scope: Scope) => Outcome {
  const [first, second] = runs;
  if (first !== undefined && second === undefined)
    return (scope) => {
      const value = first(scope);
      return isMissing(value) ? value : apply(value);
    };
  return (scope) => {
    const values: Outcome[] = [];
    for (const run of runs) {
      const value = run(scope);
      if (isMissing(value)) return value;
      values.push(value);
    }
    return apply(...values);
  };
}
