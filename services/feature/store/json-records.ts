import type { Table } from './environment.ts';

/** The records whose keys begin with the prefix, in the order of their bytes; `name` is the rest of the key. */
export function readJson<Value>(table: Table, prefix: string): { name: string; value: Value }[] {
  const start = Buffer.from(prefix);
  const found: { name: string; value: Value }[] = [];
  for (const { key, value } of table.getRange({ start })) {
    if (!key.subarray(0, start.length).equals(start)) break;
    found.push({
      name: key.toString('utf8', start.length),
      value: JSON.parse(value.toString('utf8')) as Value,
    });
  }
  return found;
}

/** Within a transaction. */
export function writeJson(table: Table, name: string, value: unknown): void {
  table.put(Buffer.from(name), Buffer.from(JSON.stringify(value)));
}
