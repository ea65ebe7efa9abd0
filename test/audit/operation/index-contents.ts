import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openIndexStore } from '../../../services/audit/index/store.ts';
import { openAudit } from '../fixture.ts';
import { segmentBytes } from './filled-log.ts';

/** What the index of a closed log holds, a line a row; texts by what they say, because their numbers depend on what was pruned. */
export async function indexLines(folder: string): Promise<string[]> {
  const { store } = await openIndexStore(join(folder, 'index'));
  const texts: string[] = [];
  const lines: string[] = [];
  for (const { table, value } of store.contents())
    if (table === 'texts') texts.push(value.toString('utf8', 1));
  const textAt = (row: Buffer, at: number): string => {
    const number = row.readUIntLE(at, 3);
    return number === 0 ? '' : (texts[number - 1] ?? 'unknown');
  };
  for (const { table, key, value } of store.contents()) {
    if (table === 'texts') continue;
    const shown =
      table === 'records'
        ? `${value.toString('hex', 0, 23)} ${textAt(value, 23)} ${textAt(value, 26)} ${textAt(value, 29)}`
        : value.toString('hex');
    lines.push(`${table} ${key.toString('hex')} ${shown}`);
  }
  await store.close();
  return lines;
}

/** The same of an index that a start builds from the log alone. */
export async function rebuiltIndexLines(folder: string): Promise<string[]> {
  const copy = `${folder}-copy`;
  await cp(folder, copy, { recursive: true });
  await rm(join(copy, 'index'), { recursive: true });
  const audit = await openAudit({ folder: copy, segmentBytes });
  await audit.close();
  const lines = await indexLines(copy);
  await rm(copy, { recursive: true });
  return lines;
}
