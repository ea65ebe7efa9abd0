import { type CastingContext, stringify } from 'csv-stringify/sync';
import { cellText } from './cell-text.ts';
import type { DraftFile } from './draft-file.ts';
import type { Column } from './table.ts';
import type { TableWriter } from './table-writer.ts';

/** CSV with a header. Null is an empty cell, empty text a quoted one; numbers have every digit that their value needs. */
export async function createCsvWriter(file: DraftFile, columns: readonly Column[]): Promise<TableWriter> {
  await file.append(Buffer.from(stringify([columns.map(({ name }) => name)])));
  return {
    write: async (batch) => {
      let hasEmptyText = false;
      const rows = Array.from({ length: batch[0]?.length ?? 0 }, (_, row) =>
        columns.map(({ type }, index) => {
          const text = cellText(batch[index]?.[row] ?? null, type);
          if (text === '') hasEmptyText = true;
          return text;
        }),
      );
      await file.append(Buffer.from(stringify(rows, hasEmptyText ? quotingEmptyText : {})));
    },
    finish: file.finish,
    discard: file.discard,
  };
}

// The option of that name would quote nulls too.
const quotingEmptyText = {
  cast: {
    string: (text: string, _context: CastingContext) =>
      text === '' ? { value: text, quoted_empty: true } : text,
  },
};
