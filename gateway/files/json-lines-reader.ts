import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Batch, type Cell, fileFault, type ReadOptions, type Table, unreadable } from './table.ts';

const chunkBytes = 256 * 1024;

/** A line of a file. */
export interface JsonLine {
  readonly number: number;
  readonly json: Readonly<Record<string, unknown>>;
  /** How much of the file was read to here, 0 to 1. */
  readonly share: number;
}

/** JSON lines: an object a line; empty lines are skipped. Integers that a double can't hold are exact. */
export async function openJsonLines(path: string, sizeBytes: number): Promise<Table> {
  let names: readonly string[] = [];
  for await (const { json } of jsonLines(path, sizeBytes)) {
    names = Object.keys(json);
    break;
  }
  return {
    path,
    format: 'jsonl',
    columns: names.map((name) => ({ name, type: undefined })),
    batches: (options) => batches(path, sizeBytes, options),
  };
}

async function* batches(
  path: string,
  sizeBytes: number,
  { columns, fromRow = 1, batchRows }: ReadOptions,
): AsyncGenerator<Batch> {
  let numbers: number[] = [];
  let cells: Cell[][] = columns.map(() => []);
  for await (const { number, json, share } of jsonLines(path, sizeBytes, fromRow)) {
    for (const [index, name] of columns.entries())
      cells[index]?.push(
        cellOf(Object.hasOwn(json, name) ? json[name] : null, path, `row ${number}, column ${name}`),
      );
    if (numbers.push(number) < batchRows) continue;
    yield { numbers, columns: cells, share };
    numbers = [];
    cells = columns.map(() => []);
  }
  if (numbers.length > 0) yield { numbers, columns: cells, share: 1 };
}

/** The objects of a file of JSON lines. Throws INVALID_REQUEST with file and line for what is none. */
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
      yield {
        number,
        json: parsedLine(text, path, number),
        share: sizeBytes === 0 ? 1 : file.bytesRead / sizeBytes,
      };
    }
    if (failure !== undefined) throw unreadable(path, failure);
  } finally {
    lines.close();
    file.destroy();
  }
}

/** A value of JSON as a cell; a wide integer as `parsedLine` leaves it. Throws for objects and lists. */
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

function parsedLine(text: string, path: string, number: number): Record<string, unknown> {
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
