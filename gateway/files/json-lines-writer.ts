import { cellText } from './cell-text.ts';
import type { DraftFile } from './draft-file.ts';
import type { Cell, Column, ColumnType } from './table.ts';
import type { TableWriter } from './table-writer.ts';

/** JSON lines, every column in every line. Integers have all their digits, times are ISO 8601; what JSON has no number for is text. */
export function createJsonLinesWriter(file: DraftFile, columns: readonly Column[]): TableWriter {
  const names = columns.map(({ name }) => JSON.stringify(name));
  return {
    write: async (batch) => {
      let lines = '';
      for (let row = 0; row < (batch[0]?.length ?? 0); row++) {
        const members = columns.map(
          ({ type }, index) => `${names[index]}:${jsonOf(batch[index]?.[row] ?? null, type)}`,
        );
        lines += `{${members.join(',')}}\n`;
      }
      await file.append(Buffer.from(lines));
    },
    finish: file.finish,
    discard: file.discard,
  };
}

function jsonOf(cell: Cell, type: ColumnType | undefined): string {
  if (typeof cell === 'bigint' && (type === undefined || type === 'int64')) return String(cell);
  if (typeof cell === 'number' && Number.isFinite(cell) && type !== 'date') return JSON.stringify(cell);
  if (typeof cell === 'boolean') return String(cell);
  return JSON.stringify(cellText(cell, type));
}
