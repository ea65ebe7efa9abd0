import type { EntityColumns__Output } from '../../gen/scoremesh/feature/v1/EntityColumns.ts';
import type { EntityRow__Output } from '../../gen/scoremesh/feature/v1/EntityRow.ts';
import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';

type Rows = Pick<GetFeaturesRequest__Output, 'rows' | 'columns' | '_columns'>;

/** Below this a read in rows costs no more. */
const manyRows = 10;

/** The rows as a request takes them at the least cost. */
export function askedRows(rows: EntityRow__Output[]): Rows {
  return rows.length < manyRows ? { rows } : { rows: [], columns: entityColumns(rows), _columns: 'columns' };
}

/** The same rows in columns. What a row lacks is an empty key, or a value without a kind. None may have a moment of its own. */
export function entityColumns(rows: readonly EntityRow__Output[]): EntityColumns__Output {
  const keys = namesOf(rows, ({ entities }) => entities);
  const inputs = namesOf(rows, (row) => row.inputs);
  return {
    rows: rows.length,
    keys: keys.map((name) => ({ name, keys: packed(rows.map(({ entities }) => entities[name] ?? '')) })),
    inputs: inputs.map((name) => ({ name, values: rows.map((row) => row.inputs[name] ?? {}) })),
    asOfEventTimes: Buffer.alloc(0),
  };
}

function namesOf(
  rows: readonly EntityRow__Output[],
  partOf: (row: EntityRow__Output) => Readonly<Record<string, unknown>>,
): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name in partOf(row)) names.add(name);
  return [...names];
}

/** Each text behind its size. */
function packed(texts: readonly string[]): Buffer {
  let size = 0;
  for (const text of texts) size += 4 + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + 4, 'utf8');
    bytes.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return bytes;
}
