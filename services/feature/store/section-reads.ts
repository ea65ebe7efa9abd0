import type { Table } from './environment.ts';
import type { Section } from './feature-store.ts';
import { pushSections } from './sections.ts';
import { indexKey, lastTicks, startOfTile, tileOf, tileOfEntry } from './store-keys.ts';

/** The sections of a key whose tiles touch [fromMs, toMs]; `note` is told of the tiles asked for and the chunks met. */
export function readSections(
  table: Table,
  index: number,
  key: string,
  fromMs: number,
  toMs: number,
  note: (firstTile: number, lastTile: number, chunks: number) => void,
): Section[] {
  const first = tileOf(fromMs);
  const last = tileOf(toMs);
  const sections: Section[] = [];
  let chunks = 0;
  for (const { value } of table.getRange({
    start: indexKey(index, key, first, 0, 0),
    end: indexKey(index, key, last, lastTicks, 0),
  })) {
    pushSections(value, sections);
    chunks++;
  }
  note(first, last, chunks);
  return sections;
}

export function readLastTile(
  table: Table,
  index: number,
  key: string,
  atMs: number,
): { startMs: number; sections: readonly Section[] } | undefined {
  const start = indexKey(index, key, tileOf(atMs), lastTicks, 0);
  const end = indexKey(index, key, 0, 0, 0);
  for (const newest of table.getKeys({ start, end, reverse: true, limit: 1 })) {
    const startMs = startOfTile(tileOfEntry(newest));
    return { startMs, sections: readSections(table, index, key, startMs, startMs, () => {}) };
  }
  return undefined;
}
