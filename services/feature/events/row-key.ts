import { joinKeys, keyFault } from './entity-key.ts';
import type { EventLayout } from './event-layout.ts';
import { EventRow } from './event-row.ts';

/**
 * Gives the key of a stored row by these fields, for an index that is new: the same as its event would get if it came today. Undefined if
 * one of them is null, or a text that can't be a key because it was none when the event came.
 */
export function rowKeys(
  layouts: (id: number) => EventLayout,
  keyFields: readonly { readonly name: string; readonly datatype: string }[],
): (row: Buffer) => string | undefined {
  const cursor = new EventRow(layouts);
  return (row) => {
    cursor.set(row, 0);
    const keys: string[] = [];
    for (const { name, datatype } of keyFields) {
      if (cursor.isNull(name)) return undefined;
      const key = datatype === 'INT64' ? String(cursor.integer(name)) : cursor.text(name).toString('utf8');
      if (keyFault(key) !== undefined) return undefined;
      keys.push(key);
    }
    return joinKeys(keys);
  };
}
