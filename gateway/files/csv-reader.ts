import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { type Batch, type Cell, fileFault, type ReadOptions, type Table, unreadable } from './table.ts';

const chunkBytes = 256 * 1024;
/** Longer records are a quote that is never closed. */
const maxRecordBytes = 16 * 1024 * 1024;

/** What csv-parse gives with `raw`. */
interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
}

/** A CSV file with a header, separated by commas (RFC 4180). An empty cell is null, a quoted one empty text. */
export async function openCsv(path: string, sizeBytes: number): Promise<Table> {
  let names: readonly string[] = [];
  for await (const { record } of records(path, () => {})) {
    names = record;
    break;
  }
  if (names.length === 0) throw fileFault(path, 'is empty; its first line must name the columns');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw fileFault(path, `has two columns called "${repeated}"`);
  return {
    path,
    format: 'csv',
    columns: names.map((name) => ({ name, type: undefined })),
    batches: (options) => batches(path, sizeBytes, names, options),
  };
}

async function* batches(
  path: string,
  sizeBytes: number,
  names: readonly string[],
  { columns, fromRow = 1, batchRows }: ReadOptions,
): AsyncGenerator<Batch> {
  const places = columns.map((name) => names.indexOf(name));
  let readBytes = 0;
  let row = -1;
  let numbers: number[] = [];
  let cells: Cell[][] = places.map(() => []);
  for await (const { record, raw } of records(path, (bytes) => (readBytes = bytes))) {
    row += 1;
    if (row === 0 || row < fromRow) continue;
    const quoted = raw.includes('""') ? quotedCells(raw) : undefined;
    for (const [index, place] of places.entries()) {
      const text = record[place] ?? '';
      cells[index]?.push(text === '' && quoted?.[place] !== true ? null : text);
    }
    if (numbers.push(row) < batchRows) continue;
    yield { numbers, columns: cells, share: Math.min(1, readBytes / sizeBytes) };
    numbers = [];
    cells = places.map(() => []);
  }
  if (numbers.length > 0) yield { numbers, columns: cells, share: 1 };
}

/** The records, the header among them. */
async function* records(path: string, onRead: (bytes: number) => void): AsyncGenerator<Parsed> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const parser = parse({ bom: true, skip_empty_lines: true, raw: true, max_record_size: maxRecordBytes });
  // Errors of either end the loop below; it closes both.
  const flow = pipeline(file, parser).catch(() => {});
  let count = 0;
  try {
    for await (const parsed of parser) {
      // Bytes before what waits in the parser: near enough for a bar.
      if (count++ % 256 === 0) onRead(file.bytesRead);
      yield parsed as Parsed;
    }
  } catch (error) {
    throw error instanceof CsvError
      ? fileFault(path, error.message, `row ${Math.max(0, error.records as number)}`)
      : unreadable(path, error);
  } finally {
    file.destroy();
    await flow;
  }
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
