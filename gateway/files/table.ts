import { invalidRequest, isMeshError, type MeshError } from '../../services/kit/errors/mesh-error.ts';

/** A value in a file. A timestamp is a bigint in the unit of its column, a date the days since 1970. */
export type Cell = number | bigint | boolean | string | null;

export type ColumnType =
  | 'float32'
  | 'float64'
  | 'int32'
  | 'int64'
  | 'bool'
  | 'text'
  | 'date'
  | `timestamp ${TimeUnit}`;

/** Of a timestamp. */
export type TimeUnit = 'ms' | 'us' | 'ns';

export interface Column {
  readonly name: string;
  /** Undefined where the file does not say: every cell of a CSV is text, and of JSON lines whatever it is. */
  readonly type: ColumnType | undefined;
}

/** A row that can't be read. */
export interface UnreadableRow {
  readonly number: number;
  /** Why, with file and row; never a value. */
  readonly fault: MeshError;
}

/** Consecutive rows, column by column. */
export interface Batch {
  /** Numbers of the rows, from 1: of CSV and Parquet without the header, of JSON lines the number of the line. */
  readonly numbers: readonly number[];
  /** The columns asked for, in that order; those of JSON lines that a row lacks are null. */
  readonly columns: readonly ArrayLike<Cell | undefined>[];
  /** Rows among them or beside them that can't be read and are not in the columns, in their order. */
  readonly unreadable: readonly UnreadableRow[];
  /** How much of the file was read to here, 0 to 1. */
  readonly share: number;
}

export interface ReadOptions {
  /** Names of the columns to read; others cost little or nothing. */
  readonly columns: readonly string[];
  /** Number of the first row, from 1. */
  readonly fromRow?: number;
  /** Rows of a batch at most, those that can't be read among them. */
  readonly batchRows: number;
  /** Goes on past rows that can't be read, and names them beside the others. Default: the first one ends it. */
  readonly skipUnreadable?: boolean;
}

/** A file of rows. */
export interface Table {
  readonly path: string;
  readonly format: TableFormat;
  /** In the order of the file; of JSON lines those of the first object. */
  readonly columns: readonly Column[];
  /**
   * The rows, batch by batch. Memory is bounded by a batch, of Parquet by a row group of the columns asked for. Throws INVALID_REQUEST
   * with file, row and column for what can't be read; with `skipUnreadable` only where rows can't be told apart any more.
   */
  batches(options: ReadOptions): AsyncGenerator<Batch>;
}

export type TableFormat = 'csv' | 'jsonl' | 'parquet';

/** The format of a file by its name. Throws INVALID_REQUEST for others. */
export function formatOf(path: string): TableFormat {
  const [, ending] = /\.(csv|jsonl|ndjson|parquet)$/i.exec(path) ?? [];
  if (ending === undefined)
    throw fileFault(path, 'has none of the endings that can be read: .csv, .jsonl, .ndjson or .parquet');
  const lower = ending.toLowerCase();
  return lower === 'csv' ? 'csv' : lower === 'parquet' ? 'parquet' : 'jsonl';
}

/** A fault of a file, or of a place in it such as "row 7, column delay". */
export function fileFault(path: string, description: string, place?: string): MeshError {
  return invalidRequest([{ field: place === undefined ? path : `${path}, ${place}`, description }]);
}

/** The fault that an error of the file system is. */
export function unreadable(path: string, error: unknown): MeshError {
  const { code, message } = error as NodeJS.ErrnoException;
  return fileFault(path, `can't be read: ${code ?? message}`);
}

/** The fault of a row; what is none goes on being thrown. */
export function rowFault(error: unknown): MeshError {
  if (isMeshError(error) && error.reason === 'INVALID_REQUEST') return error;
  throw error;
}
