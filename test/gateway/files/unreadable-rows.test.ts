import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '../../../gateway/files/open-table.ts';
import type { Cell } from '../../../gateway/files/table.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoremesh-unreadable-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** The rows by their numbers, a fault in place of one that can't be read. */
async function read(path: string, options: { fromRow?: number; batchRows?: number } = {}) {
  const table = await openTable(path);
  const columns = table.columns.map(({ name }) => name);
  const rows = new Map<number, Cell[] | string>();
  const sizes: number[] = [];
  for await (const batch of table.batches({ columns, batchRows: 100, skipUnreadable: true, ...options })) {
    sizes.push(batch.numbers.length + batch.unreadable.length);
    for (const [row, number] of batch.numbers.entries())
      rows.set(
        number,
        batch.columns.map((cells) => cells[row] ?? null),
      );
    for (const { fault, number } of batch.unreadable) {
      const start = `${path}, row ${number}`;
      expect(fault.message.startsWith(start)).toBe(true);
      rows.set(number, fault.message.slice(start.length).replace(/^: /, ''));
    }
  }
  return { rows: [...rows].sort(([a], [b]) => a - b), sizes };
}

describe('a CSV file with rows that can not be read', () => {
  const notClosed = 'has a quote that is never closed';
  const within = 'has a quote within a cell that begins without one';
  const behind = 'has a quote behind which neither a comma nor the end of the line stands';

  it.each<[string, string, (Cell[] | string)[]]>([
    [
      'a row with a cell too many',
      'a,b\n1,2,3\n4,5\n',
      ['line 2 has 3 cells, and the header names 2', ['4', '5']],
    ],
    [
      'a row with a cell too few',
      'a,b\n1\n\n4,5\n',
      ['line 2 has 1 cells, and the header names 2', ['4', '5']],
    ],
    ['a quote within a cell', 'a,b\n1,5" pipe\n4,5\n', [`line 2 ${within}`, ['4', '5']]],
    ['text behind a quote', 'a,b\n1,2\n"x"y,2\n4,5\n', [['1', '2'], `line 3 ${behind}`, ['4', '5']]],
    [
      'a quote that is never closed',
      'a,b\n\n1,2\n\n"3,x\n4,5\n6,7',
      [['1', '2'], `line 5 ${notClosed}`, ['4', '5'], ['6', '7']],
    ],
    [
      'one that another seems to close',
      'a,b\n1,"x\n4,5\n6,"y"\n',
      [`line 2 ${behind}`, ['4', '5'], ['6', 'y']],
    ],
    [
      'rows of several lines before',
      'a,b\n1,"x\ny"\n3"",\n4,5\n',
      [['1', 'x\ny'], `line 4 ${within}`, ['4', '5']],
    ],
    [
      'lines as of Windows',
      '\uFEFFa,b\r\n1,"x\r\ny"\r\n\r\n3"",\r\n4,5\r\n',
      [['1', 'x\r\ny'], `line 5 ${within}`, ['4', '5']],
    ],
    ['nothing else', 'a,b\n1\n"2', ['line 2 has 1 cells, and the header names 2', `line 3 ${notClosed}`]],
  ])('gives all others their numbers: %s', async (_what, content, rows) => {
    const path = await fileOf('a.csv', content);
    const numbered = rows.map((row, index) => [index + 1, row]);
    expect((await read(path)).rows).toEqual(numbered);
    expect((await read(path, { fromRow: 2, batchRows: 1 })).rows).toEqual(numbered.slice(1));
  });

  it('loses none before or behind them, however they lie in what is read at once', async () => {
    const line = fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .string({ unit: 'grapheme-ascii', maxLength: 30 })
          .map((text) => text.replace(/[",\r\n]/g, '.')),
      },
      { weight: 1, arbitrary: fc.constantFrom('"bad', 'b"ad', '"b"ad') },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.nat(300_000),
        async (texts, padding) => {
          const content = `n,text\n0,${'x'.repeat(padding)}\n${texts.map((text, index) => `${index},${text}\n`).join('')}`;
          const { rows, sizes } = await read(await fileOf('any.csv', content), { batchRows: 7 });
          expect(rows.slice(1).map(([, row]) => (typeof row === 'string' ? 'bad' : (row[1] ?? '')))).toEqual(
            texts.map((text) => (text.includes('"') ? 'bad' : text)),
          );
          expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('in UTF-16 is given up behind one, because lines can not be found there', async () => {
    const path = await fileOf('wide.csv', Buffer.from('\uFEFFa,b\n1,2\n3"",4\n5,6\n', 'utf16le'));
    await expect(read(path)).rejects.toThrow(/wide\.csv: is UTF-16 and has a quote out of place/);
  });
});

describe('a file of JSON lines with rows that can not be read', () => {
  it('gives all others their numbers, and its columns by the first that can', async () => {
    const path = await fileOf('a.jsonl', '{"a"\n[1]\n\n{"a":1}\n{"a":[2]}\nnull\n{"a":3}\n');
    expect((await read(path, { batchRows: 2 })).rows).toEqual([
      [1, 'is no JSON'],
      [2, 'is no JSON object'],
      [4, [1]],
      [5, ', column a: is an object or a list; only numbers, text, true, false and null can be read'],
      [6, 'is no JSON object'],
      [7, [3]],
    ]);
    expect((await read(path, { fromRow: 6 })).rows.map(([number]) => number)).toEqual([6, 7]);
  });

  it('is refused if no line can be read', async () => {
    await expect(read(await fileOf('none.jsonl', 'a,b\n1,2\n'))).rejects.toThrow(
      /none\.jsonl, row 1: is no JSON$/,
    );
  });
});
