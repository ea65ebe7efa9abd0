import { cellOf, jsonLines, objectOf } from './json-lines-reader.ts';
import type { Cell, Column, ColumnType, Table } from './table.ts';

const batchRows = 5_000;
const integer = /^(?:0|-?[1-9]\d{0,18})$/;
const decimal = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const leadingZero = /^-?0\d/;
const notFinite = /^(?:nan|[+-]?inf(?:inity)?)$/i;

/**
 * The columns of a file with the type that all their cells have. Parquet says it; CSV and JSON lines are read once, the columns of JSON
 * lines being those of any line. Integers with leading zeros are text, as are columns of different kinds and those without any value.
 */
export async function typedColumns(table: Table): Promise<Column[]> {
  if (table.format === 'parquet') return [...table.columns];
  const kinds = new Map(table.columns.map(({ name }) => [name, new Set<Kind>()]));
  const note = (name: string, cell: Cell): void => {
    const found = kinds.get(name) ?? new Set();
    kinds.set(name, found);
    const kind = kindOf(cell);
    if (kind !== undefined) found.add(kind);
  };
  if (table.format === 'jsonl') {
    for await (const line of jsonLines(table.path, 0))
      for (const [name, value] of Object.entries(objectOf(line, table.path)))
        note(name, cellOf(value, table.path, `row ${line.number}, column ${name}`));
  } else {
    const names = [...kinds.keys()];
    for await (const { columns } of table.batches({ columns: names, batchRows }))
      for (const [index, name] of names.entries())
        for (const cell of Array.from(columns[index] ?? [])) note(name, cell ?? null);
  }
  return [...kinds].map(([name, found]) => ({ name, type: typeOf([...found]) }));
}

type Kind = 'int64' | 'float64' | 'bool' | 'text';

function kindOf(cell: Cell): Kind | undefined {
  if (cell === null) return undefined;
  if (typeof cell === 'boolean') return 'bool';
  if (typeof cell === 'bigint') return 'int64';
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? 'int64' : 'float64';
  if (/^(?:true|false)$/i.test(cell)) return 'bool';
  if (integer.test(cell) && BigInt.asIntN(64, BigInt(cell)) === BigInt(cell)) return 'int64';
  return (decimal.test(cell) && !leadingZero.test(cell)) || notFinite.test(cell) ? 'float64' : 'text';
}

function typeOf(kinds: readonly Kind[]): ColumnType {
  const [first, second] = kinds;
  if (first === undefined) return 'text';
  if (second === undefined) return first;
  return kinds.every((kind) => kind === 'int64' || kind === 'float64') ? 'float64' : 'text';
}

/** A cell as its column's type has it; of a file whose every cell has it. */
export function typedCell(cell: Cell, type: ColumnType | undefined): Cell {
  if (cell === null || type === undefined) return cell;
  if (typeof cell === 'string') {
    if (type === 'int64') return BigInt(cell);
    if (type === 'bool') return cell.toLowerCase() === 'true';
    if (type === 'float64') return numberOf(cell);
    return cell;
  }
  if (type === 'int64' && typeof cell === 'number') return BigInt(cell);
  if (type === 'float64' && typeof cell === 'bigint') return Number(cell);
  return type === 'text' ? String(cell) : cell;
}

/** A number as files have it; NaN also for what is none. */
function numberOf(text: string): number {
  const [, sign] = /^([+-]?)inf(?:inity)?$/i.exec(text) ?? [];
  if (sign === undefined) return Number(text);
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
