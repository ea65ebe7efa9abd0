import { compileKey, compileTransform, type Operand, type SetScope } from '../cel/set-expression.ts';
import type { Datatype, SetInput, Transform } from './declarations.ts';
import type { Path, Report } from './entry.ts';
import { compiled } from './expression.ts';
import type { Body } from './schema.ts';
import { nameFault } from './schema.ts';

/** What the expressions of sets may read of the views. */
export interface ReadableViews {
  readonly views: SetScope['views'];
  /** Views whose own faults are told already. */
  readonly broken: ReadonlySet<string>;
}

interface Read {
  readonly transform: Transform;
  readonly operands: readonly Operand[];
}

/** The transforms of a set, each behind those it reads. */
export function transformsOf(
  body: Body<'sets'>,
  inputs: readonly SetInput[],
  { views, broken }: ReadableViews,
  report: Report,
): Transform[] {
  const entries = Object.entries(body.transforms);
  const scope: SetScope = {
    inputs: typesOf(inputs),
    views,
    transforms: new Map(entries.map(([name, { type }]) => [name, type])),
  };
  const reads = new Map<string, Read>();
  for (const [name, { type, expr, description }] of entries) {
    const fault =
      name === 'inputs' ? 'inputs is what expressions call the inputs of a read' : nameFault(name);
    if (fault !== undefined) report(['transforms', name], fault);
    const path = ['transforms', name, 'expr'];
    const told: Report = mentions(expr, broken) ? () => {} : report;
    const expression = compiled(path, told, () => compileTransform(expr, type, scope));
    const operands = expression?.operands ?? [];
    const features = operands.filter(({ kind }) => kind === 'feature').map((operand) => operand.name);
    reads.set(name, {
      transform: { name, description, datatype: type, expression: expr, features },
      operands,
    });
  }
  return inOrder(reads, report);
}

/** Whether the expression reads a view whose faults are told already, so that its own would only repeat them. */
function mentions(expression: string, views: ReadonlySet<string>): boolean {
  return [...expression.matchAll(/([A-Za-z_][A-Za-z0-9_]*)\s*\./g)].some(([, name = '']) => views.has(name));
}

/** Depth first, in the order of the declaration. A cycle is a fault that names it. */
function inOrder(reads: ReadonlyMap<string, Read>, report: Report): Transform[] {
  const done = new Map<string, Transform>();
  const path: string[] = [];
  const visit = (name: string): void => {
    const read = reads.get(name);
    if (read === undefined || done.has(name)) return;
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name];
      report(['transforms', name], `transforms read each other in a circle: ${cycle.join(' -> ')}`);
      return;
    }
    path.push(name);
    for (const operand of read.operands) if (operand.kind === 'transform') visit(operand.name);
    path.pop();
    done.set(name, read.transform);
  };
  for (const name of reads.keys()) visit(name);
  return [...done.values()];
}

/** Key name -> expression. Each must be among the keys, unless those are unknown. */
export function derivedKeysOf(
  body: Body<'sets'>,
  inputs: readonly SetInput[],
  keys: ReadonlySet<string> | undefined,
  report: Report,
): ReadonlyMap<string, string> {
  const types = typesOf(inputs);
  for (const [key, expression] of Object.entries(body.keys)) {
    const path: Path = ['keys', key];
    if (keys?.has(key) === false)
      report(path, `no view of the set has a key ${key}; they have ${[...keys].join(', ') || 'none'}`);
    compiled(path, report, () => compileKey(expression, types));
  }
  return new Map(Object.entries(body.keys));
}

function typesOf(inputs: readonly SetInput[]): ReadonlyMap<string, Datatype> {
  return new Map(inputs.map(({ name, datatype }) => [name, datatype]));
}
