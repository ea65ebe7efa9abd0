import { stat } from 'node:fs/promises';
import { openCsv } from './csv-reader.ts';
import { openJsonLines } from './json-lines-reader.ts';
import { openParquet } from './parquet-reader.ts';
import { fileFault, formatOf, type Table, unreadable } from './table.ts';

/** Opens a file of rows by its ending. Throws INVALID_REQUEST if there is no such file, or its beginning (of Parquet the end) can't be read. */
export async function openTable(path: string): Promise<Table> {
  const format = formatOf(path);
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isFile()) throw fileFault(path, 'is no file');
  if (format === 'csv') return openCsv(path, found.size);
  return format === 'jsonl' ? openJsonLines(path, found.size) : openParquet(path, found.size);
}
