import { type Condition, compileCondition } from '../cel/condition.ts';
import type { View } from '../declarations/declarations.ts';

/** Compiles the conditions of a view over its stream's fields. */
export function viewConditions({ stream }: View): (source: string) => Condition {
  const fields = new Map(stream.fields.map(({ name, datatype }) => [name, datatype]));
  return (source) => compileCondition(source, fields);
}
