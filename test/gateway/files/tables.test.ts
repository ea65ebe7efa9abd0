import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typedCell, typedColumns } from '../../../gateway/files/column-types.ts';
import { openTable } from '../../../gateway/files/open-table.ts';
import type { Cell, Column, ColumnType } from '../../../gateway/files/table.ts';
import { createTableWriter } from '../../../gateway/files/table-writer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoremesh-tables-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

interface Read {
  readonly numbers: number[];
  readonly rows: Cell[][];
  readonly batches: number;
}

async function rowsOf(
  path: string,
  names?: readonly string[],
  options: { fromRow?: number; batchRows?: number } = {},
): Promise<Read> {
  const table = await openTable(path);
  const columns = names ?? table.columns.map(({ name }) => name);
  const read = { numbers: [] as number[], rows: [] as Cell[][], batches: 0 };
  let share = 0;
  for await (const batch of table.batches({ columns, batchRows: 100, ...options })) {
    read.batches += 1;
    read.numbers.push(...batch.numbers);
    for (let row = 0; row < batch.numbers.length; row++)
      read.rows.push(batch.columns.map((cells) => cells[row] ?? null));
    expect(batch.share).toBeGreaterThanOrEqual(share);
    share = batch.share;
  }
  if (read.batches > 0) expect(share).toBe(1);
  return read;
}

async function write(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  perWrite = 2,
) {
  const path = join(folder, name);
  const writer = await createTableWriter(path, columns);
  for (let start = 0; start < rows.length; start += perWrite) {
    const some = rows.slice(start, start + perWrite);
    await writer.write(columns.map((_, index) => some.map((row) => row[index] ?? null)));
  }
  await writer.finish();
  return path;
}

describe('a CSV file', () => {
  it('is read by the columns asked for, whatever their order, with null for an empty cell and text for a quoted one', async () => {
    const path = await fileOf(
      'a.csv',
      '\uFEFFid,"na,me",n\r\n1,"a ""b"", c",\r\n2,"",7\r\n\r\n3,,"4\n5"\r\n',
    );
    expect(await rowsOf(path, ['n', 'na,me'])).toEqual({
      numbers: [1, 2, 3],
      rows: [
        [null, 'a "b", c'],
        ['7', ''],
        ['4\n5', null],
      ],
      batches: 1,
    });
  });

  it('goes on from any row, in batches', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `${index + 1}`);
    const path = await fileOf('b.csv', `n\n${lines.join('\n')}\n`);
    const { batches, numbers, rows } = await rowsOf(path, ['n'], { fromRow: 901, batchRows: 30 });
    expect(numbers).toEqual(rows.map(([n]) => Number(n)));
    expect([numbers[0], numbers.at(-1), batches]).toEqual([901, 1000, 4]);
  });

  it.each([
    ['', /c\.csv: is empty; its first line must name the columns/],
    ['a,a\n', /two columns called "a"/],
    ['a,b\n1,2\n1\n', /c\.csv, row 2: line 3 has 1 cells, and the header names 2/],
    ['a,b\n1,"2\n', /c\.csv, row 1: line 2 has a quote that is never closed/],
    ['a,"b\n1,2\n', /c\.csv: line 1, which must name the columns, has a quote that is never closed/],
  ])('that is broken is refused with its row: %j', async (content, message) => {
    const path = await fileOf('c.csv', content);
    await expect(rowsOf(path)).rejects.toThrow(message);
  });

  it('that says the same in text keeps its types when they are asked for', async () => {
    const path = await fileOf(
      'd.csv',
      'int,wide,half,flag,zip,mixed,none,nan\n1,9007199254740993,0.5,true,01234,1,,nan\n-2,,1,False,20001,x,,-inf\n',
    );
    const table = await openTable(path);
    const columns = await typedColumns(table);
    expect(columns.map(({ type }) => type)).toEqual([
      'int64',
      'int64',
      'float64',
      'bool',
      'text',
      'text',
      'text',
      'float64',
    ]);
    const { rows } = await rowsOf(path);
    expect(rows.map((row) => row.map((cell, index) => typedCell(cell, columns[index]?.type)))).toEqual([
      [1n, 9007199254740993n, 0.5, true, '01234', '1', null, Number.NaN],
      [-2n, null, 1, false, '20001', 'x', null, Number.NEGATIVE_INFINITY],
    ]);
  });
});

describe('a file of JSON lines', () => {
  it('keeps line numbers, wide integers and what a line lacks', async () => {
    const path = await fileOf(
      'a.jsonl',
      '{"a":1,"b":"12345678901234567890"}\n\n{"b":"x","a":9007199254740993,"c":true}\n{"a":1234567890123456768.5}\n',
    );
    expect(await rowsOf(path, ['a', 'b', 'c'])).toEqual({
      numbers: [1, 3, 4],
      rows: [
        [1, '12345678901234567890', null],
        [9007199254740993n, 'x', true],
        [1234567890123456800, null, null],
      ],
      batches: 1,
    });
    expect((await typedColumns(await openTable(path))).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['{"a":1}\n{"a"\n', /row 2: is no JSON$/],
    ['{"a":1}\n[1]\n', /row 2: is no JSON object/],
    ['{"a":[1]}\n', /row 1, column a: is an object or a list/],
  ])('that is broken is refused with its line: %j', async (content, message) => {
    await expect(rowsOf(await fileOf('b.ndjson', content))).rejects.toThrow(message);
  });
});

describe('a file of rows', () => {
  const columns: Column[] = [
    { name: 'f32', type: 'float32' },
    { name: 'f64', type: 'float64' },
    { name: 'i64', type: 'int64' },
    { name: 'flag', type: 'bool' },
    { name: 'text', type: 'text' },
  ];
  const row = fc.tuple(
    fc.option(fc.float({ noNaN: true }), { nil: null }),
    fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
    fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { nil: null }),
    fc.option(fc.boolean(), { nil: null }),
    fc.option(fc.string({ unit: 'binary' }), { nil: null }),
  );

  it('of Parquet gives back every bit that was written, over many row groups', async () => {
    const zeros: Cell[][] = [0, -0, 0, -0, 0, -0].map((zero) => [zero, -zero, null, null, null]);
    expect((await rowsOf(await write('zeros.parquet', columns, zeros))).rows).toEqual(zeros);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const path = await write('any.parquet', columns, rows);
        expect((await openTable(path)).columns).toEqual(columns);
        expect((await rowsOf(path)).rows).toEqual(rows);
      }),
      { numRuns: 60 },
    );
    // Above the rows of a group; each row group is read in batches.
    const many = Array.from({ length: 250_001 }, (_, index): Cell[] => [BigInt(index), `t${index % 7}`]);
    const path = await write(
      'many.parquet',
      [
        { name: 'i', type: 'int64' },
        { name: 't', type: 'text' },
      ],
      many,
      3_000,
    );
    const { numbers, rows } = await rowsOf(path, ['t', 'absent', 'i'], {
      fromRow: 150_002,
      batchRows: 7_000,
    });
    expect(numbers).toEqual(Array.from({ length: 100_000 }, (_, index) => index + 150_002));
    expect(rows[0]).toEqual(['t5', null, 150_001n]);
    expect(rows.at(-1)).toEqual(['t2', null, 250_000n]);
  });

  it('of CSV gives back every value from its text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const path = await write('any.csv', columns, rows);
        const back = (await rowsOf(path)).rows.map((cells) =>
          cells.map((cell, index) => typedCell(cell, valueTypes[index])),
        );
        // A bare CR or LF within a quoted cell is text too.
        expect(back).toEqual(rows.map((cells) => cells.map((cell) => (Object.is(cell, -0) ? 0 : cell))));
      }),
      { numRuns: 100 },
    );
  });
  const valueTypes: ColumnType[] = ['float64', 'float64', 'int64', 'bool', 'text'];

  it('of JSON lines too', async () => {
    const path = await write('some.jsonl', columns, [
      [0.5, Number.NaN, 2n ** 62n, true, ''],
      [null, 1e300, 5n, null, 'ü"\n'],
    ]);
    expect(await readFile(path, 'utf8')).toBe(
      '{"f32":0.5,"f64":"NaN","i64":4611686018427387904,"flag":true,"text":""}\n' +
        '{"f32":null,"f64":1e+300,"i64":5,"flag":null,"text":"ü\\"\\n"}\n',
    );
    expect((await rowsOf(path, ['i64', 'text'])).rows).toEqual([
      [2n ** 62n, ''],
      [5, 'ü"\n'],
    ]);
  });

  it('keeps times exact: from Parquet to Parquet, and as ISO 8601 in CSV', async () => {
    const times: Column[] = [
      { name: 'ms', type: 'timestamp ms' },
      { name: 'us', type: 'timestamp us' },
      { name: 'ns', type: 'timestamp ns' },
      { name: 'day', type: 'date' },
    ];
    const rows: Cell[][] = [
      [981030600001n, 981030600000001n, -1n, 11354],
      [null, null, null, null],
    ];
    const path = await write('times.parquet', times, rows);
    expect((await openTable(path)).columns).toEqual(times);
    expect((await rowsOf(path)).rows).toEqual(rows);
    const csv = await write('times.csv', times, rows);
    expect(await readFile(csv, 'utf8')).toBe(
      'ms,us,ns,day\n2001-02-01T12:30:00.001Z,2001-02-01T12:30:00.000001Z,1969-12-31T23:59:59.999999999Z,2001-02-01\n,,,\n',
    );
  });

  it.each(['csv', 'jsonl', 'parquet'])('leaves no half of a file: %s', async (ending) => {
    const path = join(folder, `half.${ending}`);
    const writer = await createTableWriter(path, columns);
    await writer.write([[1], [2], [3n], [true], ['x']]);
    expect((await readdir(folder)).includes(`half.${ending}`)).toBe(false);
    await writer.discard();
    expect((await readdir(folder)).filter((name) => name.startsWith('half'))).toEqual([]);
  });

  it.each([
    ['absent.csv', /absent\.csv: can't be read: ENOENT/],
    ['absent.parquet', /can't be read: ENOENT/],
    ['table.xlsx', /endings.*\.parquet/],
  ])('that is not there, or unknown, is refused: %s', async (name, message) => {
    await expect(openTable(join(folder, name))).rejects.toThrow(message);
  });

  it('of Parquet that is none is refused', async () => {
    const path = await fileOf('none.parquet', 'a,b\n1,2\n');
    await expect(openTable(path)).rejects.toThrow(/none\.parquet: is no Parquet file/);
  });

  it('can not be written where there is no folder', async () => {
    await expect(createTableWriter(join(folder, 'absent', 'a.csv'), columns)).rejects.toThrow(
      /a\.csv: can't be written: ENOENT/,
    );
  });
});
