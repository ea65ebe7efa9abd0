import type { Stream } from './declarations.ts';
import { typeNameOf } from './window-declaration.ts';

/**
 * Why a stream can't become the next one, whose events would no longer be told from those stored: a field is gone, or of another type.
 * Undefined if it can: fields may be added anywhere; limits, stand-ins, retention and lead may change and hold for new events.
 */
export function streamChangeFault(old: Stream, next: Stream): string | undefined {
  const types = new Map(next.fields.map(({ name, datatype }) => [name, datatype]));
  const changes = old.fields.flatMap(({ name, datatype }) => {
    const type = types.get(name);
    if (type === datatype) return [];
    const change = type === undefined ? 'is gone' : `was ${typeNameOf(datatype)} and is ${typeNameOf(type)}`;
    return [`field ${name} ${change}`];
  });
  if (changes.length === 0) return undefined;
  return `${changes.join(', ')}: events with it are stored; keep the field as it was, or declare a new stream`;
}
