import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { DraftFile } from './draft-file.ts';
import type { Cell, Column, ColumnType } from './table.ts';
import type { TableWriter } from './table-writer.ts';

/** Values of a row group: tens of MB while it waits; readers want groups that are not small. */
const maxGroupValues = 2_000_000;
const maxGroupRows = 100_000;

/** Parquet with Snappy, every column optional, row group by row group. */
export function createParquetWriter(file: DraftFile, columns: readonly Column[]): TableWriter {
  const groupRows = Math.max(1, Math.min(maxGroupRows, Math.floor(maxGroupValues / columns.length)));
  const writer = new ParquetWriter({
    writer: new DraftWriter(file),
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
    createdBy: 'scoremesh',
  });
  let waiting: (Cell | undefined)[][] = columns.map(() => []);
  const writeGroup = async (): Promise<void> => {
    const columnData = columns.map(({ name, type }, index) => {
      const data = waiting[index] ?? [];
      // In a dictionary, zero and minus zero would be one.
      return type?.startsWith('float') ? { name, data, encoding: 'PLAIN' as const } : { name, data };
    });
    waiting = columns.map(() => []);
    await writer.write({ columnData, rowGroupSize: groupRows });
  };
  return {
    write: async (batch) => {
      for (const [index, { type }] of columns.entries()) {
        const cells = batch[index];
        const column = waiting[index];
        if (cells === undefined || column === undefined) continue;
        for (let row = 0; row < cells.length; row++) column.push(storedCell(cells[row] ?? null, type));
      }
      if ((waiting[0]?.length ?? 0) >= groupRows) await writeGroup();
    },
    finish: async () => {
      if ((waiting[0]?.length ?? 0) > 0) await writeGroup();
      await writer.finish();
      await file.finish();
    },
    discard: file.discard,
  };
}

/** Hands on what is written after each row group. */
class DraftWriter extends ByteWriter {
  readonly #file: DraftFile;

  constructor(file: DraftFile) {
    super();
    this.#file = file;
  }

  async flush(): Promise<void> {
    await this.#file.append(this.getBytes());
    this.index = 0;
  }

  override async finish(): Promise<void> {
    await this.flush();
  }
}

function storedCell(cell: Cell, type: ColumnType | undefined): Cell | undefined {
  if (cell === null) return undefined;
  if (type === 'int64' && typeof cell === 'number') return BigInt(cell);
  return type === undefined || type === 'text' ? String(cell) : cell;
}

function elementOf({ name, type = 'text' }: Column): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', ...physical[type] };
}

const timestamp = (unit: 'MILLIS' | 'MICROS' | 'NANOS'): Partial<SchemaElement> => ({
  type: 'INT64',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit },
});

const physical: Readonly<Record<ColumnType, Partial<SchemaElement>>> = {
  float32: { type: 'FLOAT' },
  float64: { type: 'DOUBLE' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  bool: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  'timestamp ms': { converted_type: 'TIMESTAMP_MILLIS', ...timestamp('MILLIS') },
  'timestamp us': { converted_type: 'TIMESTAMP_MICROS', ...timestamp('MICROS') },
  'timestamp ns': timestamp('NANOS'),
};
