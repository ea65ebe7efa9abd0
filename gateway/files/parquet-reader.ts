import {
  asyncBufferFromFile,
  type FileMetaData,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import {
  type Batch,
  type Cell,
  type Column,
  type ColumnType,
  fileFault,
  type ReadOptions,
  type Table,
  unreadable,
} from './table.ts';

// Exact: a Date holds only milliseconds.
const parsers = {
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (days: number) => days,
};

/** A Parquet file; read row group by row group, and of it only the columns asked for. */
export async function openParquet(path: string, sizeBytes: number): Promise<Table> {
  const file = await asyncBufferFromFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const metadata = await parquetMetadataAsync(file, { parsers }).catch((error: unknown) => {
    throw fileFault(path, `is no Parquet file of ${sizeBytes} bytes: ${(error as Error).message}`);
  });
  const elements = topElements(metadata);
  const types = new Map(elements.map((element) => [element.name, columnType(element)]));
  return {
    path,
    format: 'parquet',
    columns: elements.map(({ name }): Column => ({ name, type: types.get(name) })),
    batches: async function* (options) {
      for (const name of options.columns)
        if (types.has(name) && types.get(name) === undefined)
          throw fileFault(path, 'is nested, or of a type that has no plain values', `column ${name}`);
      const columns = options.columns.filter((name) => types.has(name));
      const scan = await parquetScan({ file, metadata, compressors, parsers, columns });
      yield* batches(path, scan, Number(metadata.num_rows), types, options);
    },
  };
}

async function* batches(
  path: string,
  scan: ParquetScan,
  rowsOfFile: number,
  types: ReadonlyMap<string, ColumnType | undefined>,
  { columns, fromRow = 1, batchRows }: ReadOptions,
): AsyncGenerator<Batch> {
  for (const { rowStart, rowEnd } of scan.ranges) {
    if (rowEnd < fromRow) continue;
    const groups = await Promise.all(
      columns.map(async (column) => {
        const type = types.get(column);
        if (type === undefined) return undefined;
        const data = await scan.readColumn({ column, rowStart, rowEnd }).catch((error: unknown) => {
          throw fileFault(
            path,
            `can't be read: ${(error as Error).message}`,
            `rows ${rowStart + 1} to ${rowEnd}, column ${column}`,
          );
        });
        return { data, read: readers[type] };
      }),
    );
    for (let start = Math.max(rowStart, fromRow - 1); start < rowEnd; start += batchRows) {
      const end = Math.min(start + batchRows, rowEnd);
      const length = end - start;
      yield {
        numbers: Array.from({ length }, (_, index) => start + index + 1),
        columns: groups.map((group) =>
          group === undefined
            ? new Array<null>(length).fill(null)
            : Array.from({ length }, (_, index) => {
                const value: unknown = group.data[start - rowStart + index];
                return value === null || value === undefined ? null : group.read(value);
              }),
        ),
        unreadable: [],
        share: end / rowsOfFile,
      };
    }
  }
}

const readNumber = (value: unknown): Cell => Number(value);
const readBigInt = (value: unknown): Cell => BigInt(value as bigint);
const readText = (value: unknown): Cell => String(value);
const readers: Readonly<Record<ColumnType, (value: unknown) => Cell>> = {
  float32: readNumber,
  float64: readNumber,
  int32: readNumber,
  int64: readBigInt,
  bool: (value) => value === true,
  text: readText,
  date: readNumber,
  'timestamp ms': readBigInt,
  'timestamp us': readBigInt,
  'timestamp ns': readBigInt,
};

/** The elements of the columns, each before its children. */
function topElements({ schema }: FileMetaData): SchemaElement[] {
  const elements: SchemaElement[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) {
    const element = schema[at];
    if (element !== undefined) elements.push(element);
  }
  return elements;
}

const units = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const;

/** Undefined for what has no plain values. */
function columnType(element: SchemaElement): ColumnType | undefined {
  const { type, converted_type: converted, logical_type: logical, num_children: children = 0 } = element;
  if (children > 0 || element.repetition_type === 'REPEATED' || type === undefined) return undefined;
  if (logical?.type === 'TIMESTAMP') return `timestamp ${units[logical.unit]}`;
  if (converted === 'TIMESTAMP_MILLIS') return 'timestamp ms';
  if (converted === 'TIMESTAMP_MICROS') return 'timestamp us';
  if (converted === 'DATE' || logical?.type === 'DATE') return 'date';
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return 'float64';
  if (logical?.type === 'FLOAT16') return 'float32';
  if (logical?.type === 'UUID') return 'text';
  if (converted === 'UINT_64') return undefined;
  switch (type) {
    case 'BOOLEAN':
      return 'bool';
    case 'INT32':
      return converted === 'UINT_32' ? 'int64' : 'int32';
    case 'INT64':
      return 'int64';
    case 'INT96':
      return 'timestamp ns';
    case 'FLOAT':
      return 'float32';
    case 'DOUBLE':
      return 'float64';
    case 'BYTE_ARRAY':
      return converted === undefined || converted === 'UTF8' || converted === 'ENUM' ? 'text' : undefined;
    default:
      return undefined;
  }
}
