import { createCsvWriter } from './csv-writer.ts';
import { createDraftFile } from './draft-file.ts';
import { createJsonLinesWriter } from './json-lines-writer.ts';
import { createParquetWriter } from './parquet-writer.ts';
import { type Cell, type Column, formatOf } from './table.ts';

/** Columns of the same length. */
export type Columns = readonly ArrayLike<Cell | undefined>[];

/** A file of rows that is being written. */
export interface TableWriter {
  /** Takes rows; memory is bounded by a row group of Parquet, else by what is given. */
  write(columns: Columns): Promise<void>;
  /** Whole, durable and under its name when it resolves. */
  finish(): Promise<void>;
  /** Removes what was written; nothing after finish. */
  discard(): Promise<void>;
}

/** Writes a file of rows in the format of its ending. Columns without a type are written as their cells are, to Parquet as text. */
export async function createTableWriter(path: string, columns: readonly Column[]): Promise<TableWriter> {
  const format = formatOf(path);
  const file = await createDraftFile(path);
  if (format === 'csv') return createCsvWriter(file, columns);
  return format === 'jsonl' ? createJsonLinesWriter(file, columns) : createParquetWriter(file, columns);
}
