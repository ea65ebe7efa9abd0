import { compileCondition } from '../cel/condition.ts';
import { ExpressionFault } from '../cel/expression-fault.ts';
import type { Datatype } from './declarations.ts';
import type { Path, Report } from './entry.ts';

/** What compiling gives; undefined if it does not compile, which is reported. */
export function compiled<T>(path: Path, report: Report, compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    report(path, `${error.message}, at line ${error.line}, column ${error.column} of the expression`);
    return undefined;
  }
}

/** The fields that a condition reads; none if it has a fault. */
export function fieldsOfCondition(
  source: string | undefined,
  fields: ReadonlyMap<string, Datatype>,
  path: Path,
  report: Report,
): readonly string[] {
  if (source === undefined) return [];
  return compiled(path, report, () => compileCondition(source, fields).fields) ?? [];
}
