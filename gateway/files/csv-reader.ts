import { type CsvRecord, csvRecords } from './csv-records.ts';
import {
  type Batch,
  type Cell,
  fileFault,
  type ReadOptions,
  type Table,
  type UnreadableRow,
} from './table.ts';

/** A CSV file with a header, separated by commas (RFC 4180). An empty cell is null, a quoted one empty text. */
export async function openCsv(path: string, sizeBytes: number): Promise<Table> {
  const names = await header(path);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw fileFault(path, `has two columns called "${repeated}"`);
  return {
    path,
    format: 'csv',
    columns: names.map((name) => ({ name, type: undefined })),
    batches: (options) => batches(path, sizeBytes, names, options),
  };
}

async function header(path: string): Promise<readonly string[]> {
  for await (const record of csvRecords(path, () => {})) {
    if ('cells' in record) return record.cells;
    throw fileFault(path, `line ${record.line}, which must name the columns, ${record.fault}`);
  }
  throw fileFault(path, 'is empty; its first line must name the columns');
}

async function* batches(
  path: string,
  sizeBytes: number,
  names: readonly string[],
  { columns, fromRow = 1, batchRows, skipUnreadable = false }: ReadOptions,
): AsyncGenerator<Batch> {
  const places = columns.map((name) => names.indexOf(name));
  let readBytes = 0;
  let row = -1;
  let numbers: number[] = [];
  let cells: Cell[][] = places.map(() => []);
  let unreadable: UnreadableRow[] = [];
  for await (const record of csvRecords(path, (bytes) => (readBytes = bytes))) {
    row += 1;
    if (row === 0 || row < fromRow) continue;
    const description = faultOf(record, names.length);
    if (description !== undefined) {
      const fault = fileFault(path, `line ${record.line} ${description}`, `row ${row}`);
      if (!skipUnreadable) throw fault;
      unreadable.push({ number: row, fault });
    } else if ('cells' in record) {
      const quoted = record.raw.includes('""') ? quotedCells(record.raw) : undefined;
      for (const [index, place] of places.entries()) {
        const text = record.cells[place] ?? '';
        cells[index]?.push(text === '' && quoted?.[place] !== true ? null : text);
      }
      numbers.push(row);
    }
    if (numbers.length + unreadable.length < batchRows) continue;
    yield { numbers, columns: cells, unreadable, share: Math.min(1, readBytes / sizeBytes) };
    numbers = [];
    cells = places.map(() => []);
    unreadable = [];
  }
  if (numbers.length + unreadable.length > 0) yield { numbers, columns: cells, unreadable, share: 1 };
}

function faultOf(record: CsvRecord, columns: number): string | undefined {
  if ('fault' in record) return record.fault;
  const { length } = record.cells;
  return length === columns ? undefined : `has ${length} cells, and the header names ${columns}`;
}

/** Which cells of a record were quoted. */
function quotedCells(raw: string): boolean[] {
  const quoted: boolean[] = [];
  let atStart = true;
  let within = false;
  for (const character of raw.replace(/^[\uFEFF\r\n]+/, '')) {
    if (atStart) quoted.push(character === '"');
    if (character === '"') within = !within;
    atStart = character === ',' && !within;
  }
  return quoted;
}
