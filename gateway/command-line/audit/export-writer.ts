import type { QueriedRecord__Output as QueriedRecord } from '../../../services/gen/scoremesh/audit/v1/QueriedRecord.ts';
import { createDraftFile } from '../../files/draft-file.ts';
import { formatOf } from '../../files/table.ts';
import { createTableWriter } from '../../files/table-writer.ts';
import { exportCells, exportColumns } from './export-columns.ts';

/** A file of records that is being written. */
export interface ExportWriter {
  /** Takes a record, and the same as JSON. Memory is bounded by some hundred records, of Parquet by a row group. */
  write(record: QueriedRecord, json: object): Promise<void>;
  /** Whole, durable and under its name when it resolves. */
  finish(): Promise<void>;
  /** Removes what was written; nothing after finish. */
  discard(): Promise<void>;
}

/** Rows that are written at once. */
const batchRows = 500;
/** Characters of lines that are written at once. */
const batchLength = 256 * 1024;

/** Writes records in the format of the file's ending: whole as JSON lines, else as rows. */
export async function createExportWriter(path: string): Promise<ExportWriter> {
  return formatOf(path) === 'jsonl' ? await createLinesWriter(path) : await createRowsWriter(path);
}

async function createLinesWriter(path: string): Promise<ExportWriter> {
  const file = await createDraftFile(path);
  let lines = '';
  const flush = async (): Promise<void> => {
    const text = lines;
    lines = '';
    if (text !== '') await file.append(Buffer.from(text));
  };
  return {
    write: async (_record, json) => {
      lines += `${JSON.stringify(json)}\n`;
      if (lines.length >= batchLength) await flush();
    },
    finish: async () => {
      await flush();
      await file.finish();
    },
    discard: file.discard,
  };
}

async function createRowsWriter(path: string): Promise<ExportWriter> {
  const writer = await createTableWriter(path, exportColumns);
  let rows: QueriedRecord[] = [];
  const flush = async (): Promise<void> => {
    const some = rows;
    rows = [];
    if (some.length > 0) await writer.write(exportCells(some));
  };
  return {
    write: async (record) => {
      rows.push(record);
      if (rows.length >= batchRows) await flush();
    },
    finish: async () => {
      await flush();
      await writer.finish();
    },
    discard: writer.discard,
  };
}
