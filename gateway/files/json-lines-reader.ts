import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  type Batch,
  type Cell,
  fileFault,
  type ReadOptions,
  rowFault,
  type Table,
  type UnreadableRow,
  unreadable,
} from './table.ts';

const chunkBytes = 256 * 1024;

/** A line of a file. */
export interface JsonLine {
  readonly number: number;
  readonly text: string;
  /** How much of the file was read to here, 0 to 1. */
  readonly share: number;
}

/** JSON lines: an object a line; empty lines are skipped. Integers that a double can't hold are exact. */
export async function openJsonLines(path: string, sizeBytes: number): Promise<Table> {
  const names = await firstMembers(path, sizeBytes);
  return {
    path,
    format: 'jsonl',
    columns: names.map((name) => ({ name, type: undefined })),
    batches: (options) => batches(path, sizeBytes, options),
  };
}

/** The members of the first line that is an object. Throws the fault of the first line if none is. */
async function firstMembers(path: string, sizeBytes: number): Promise<string[]> {
  let first: UnreadableRow | undefined;
  for await (const line of jsonLines(path, sizeBytes)) {
    try {
      return Object.keys(objectOf(line, path));
    } catch (error) {
      first ??= { number: line.number, fault: rowFault(error) };
    }
  }
  if (first !== undefined) throw first.fault;
  return [];
}

async function* batches(
  path: string,
  sizeBytes: number,
  { columns, fromRow = 1, batchRows, skipUnreadable = false }: ReadOptions,
): AsyncGenerator<Batch> {
  let numbers: number[] = [];
  let cells: Cell[][] = columns.map(() => []);
  let unreadableRows: UnreadableRow[] = [];
  for await (const line of jsonLines(path, sizeBytes, fromRow)) {
    const { number, share } = line;
    try {
      const json = objectOf(line, path);
      const row = columns.map((name) =>
        cellOf(Object.hasOwn(json, name) ? json[name] : null, path, `row ${number}, column ${name}`),
      );
      for (const [index, cell] of row.entries()) cells[index]?.push(cell);
      numbers.push(number);
    } catch (error) {
      if (!skipUnreadable) throw error;
      unreadableRows.push({ number, fault: rowFault(error) });
    }
    if (numbers.length + unreadableRows.length < batchRows) continue;
    yield { numbers, columns: cells, unreadable: unreadableRows, share };
    numbers = [];
    cells = columns.map(() => []);
    unreadableRows = [];
  }
  if (numbers.length + unreadableRows.length > 0)
    yield { numbers, columns: cells, unreadable: unreadableRows, share: 1 };
}

/** The lines of a file from one on that are not empty. */
export async function* jsonLines(path: string, sizeBytes: number, fromLine = 1): AsyncGenerator<JsonLine> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const lines = createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY });
  // readline does not tell of it.
  let failure: unknown;
  file.on('error', (error) => {
    failure = error;
    lines.close();
  });
  let number = 0;
  try {
    for await (const text of lines) {
      number += 1;
      if (number < fromLine || text.trim() === '') continue;
      yield { number, text, share: sizeBytes === 0 ? 1 : file.bytesRead / sizeBytes };
    }
    if (failure !== undefined) throw unreadable(path, failure);
  } finally {
    lines.close();
    file.destroy();
  }
}

/** A value of JSON as a cell; a wide integer as `objectOf` leaves it. Throws for objects and lists. */
export function cellOf(value: unknown, path: string, place: string): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  const { [wideInteger]: digits } = value as Record<string, unknown>;
  if (typeof digits === 'string') return BigInt(digits);
  throw fileFault(
    path,
    'is an object or a list; only numbers, text, true, false and null can be read',
    place,
  );
}

const wideInteger = '\u0000integer';
/** Text, which is left as it is, or an integer of so many digits that a double may not hold it. */
const textOrWideInteger = /"(?:[^"\\]|\\.)*"|-?\b\d{16,19}\b(?![.eE])/g;

/** The object of a line. Throws INVALID_REQUEST with file and line if it is none. */
export function objectOf({ number, text }: JsonLine, path: string): Record<string, unknown> {
  const exact = /\d{16}/.test(text)
    ? text.replace(textOrWideInteger, (found) =>
        found.startsWith('"') || Number.isSafeInteger(Number(found))
          ? found
          : `{"\\u0000integer":"${found}"}`,
      )
    : text;
  let json: unknown;
  try {
    json = JSON.parse(exact.startsWith('\uFEFF') ? exact.slice(1) : exact);
  } catch {
    throw fileFault(path, 'is no JSON', `row ${number}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw fileFault(path, 'is no JSON object', `row ${number}`);
  return json as Record<string, unknown>;
}
