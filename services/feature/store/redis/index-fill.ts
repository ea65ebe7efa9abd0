import { type EventIndex, type Section, storeTileMs } from '../feature-store.ts';
import { ticksOf } from '../ingest-clock.ts';
import type { Connection } from './connection.ts';
import type { KeyOf } from './index-keys.ts';
import { bytesOf, listOf, numberOf, textOf } from './reply.ts';
import { logBlockOf, sectionBytes } from './stored-event.ts';

/** Blocks of the log that are looked at for one step, and events that one step stores at most unless a single block has more. */
const stepBlocks = 50;
const stepEvents = 2_000;

/**
 * How far a new index is filled: it lacks events of commits up to `toTicks`, in tiles before `tile` and in the first `blocks` blocks of
 * the log in that one. Tiles and blocks are taken from the newest to the oldest, and each goes before what is there already, because
 * commits add events at the other end meanwhile.
 */
interface Cursor {
  readonly toTicks: number;
  readonly tile: string;
  readonly blocks: number;
}

/**
 * Fills an index from the stream's log until nothing is missing. Each step is one script that moves the cursor, so that any number of
 * processes may fill it at once, and one that dies in the middle leaves the rest to the others or to the next that asks for the index.
 */
export async function fillIndex(connection: Connection, index: EventIndex, keyOf: KeyOf): Promise<void> {
  const { id, stream } = index;
  for (;;) {
    const stored = await connection.send('HGET', 'fills', id);
    if (stored === null) return;
    const text = textOf(stored);
    const cursor = cursorOf(text);
    if (cursor.blocks === 0) {
      const bound = cursor.tile === '+inf' ? cursor.tile : `(${cursor.tile}`;
      const below = await connection.send('ZREVRANGEBYSCORE', `log:${stream}`, bound, '-inf', 'LIMIT', 0, 1);
      const [tile] = listOf(below);
      if (tile === undefined) {
        await connection.run('fill', id, stream, text, '', '', storeTileMs);
        continue;
      }
      const blocks = numberOf(await connection.send('LLEN', `l:${textOf(tile)}:${stream}`));
      const next = textOfCursor({ ...cursor, tile: textOf(tile), blocks });
      await connection.run('fill', id, stream, text, next, '', storeTileMs);
      continue;
    }
    const step = await readStep(connection, index, cursor, keyOf);
    const next = textOfCursor({ ...cursor, blocks: cursor.blocks - step.blocks });
    await connection.run('fill', id, stream, text, next, cursor.tile, storeTileMs, ...step.puts);
  }
}

async function readStep(
  connection: Connection,
  { stream }: EventIndex,
  { toTicks, tile, blocks }: Cursor,
  keyOf: KeyOf,
): Promise<{ blocks: number; puts: (string | Buffer)[] }> {
  const from = Math.max(0, blocks - stepBlocks);
  const list = listOf(await connection.send('LRANGE', `l:${tile}:${stream}`, from, blocks - 1));
  const puts: (string | Buffer)[] = [];
  // A list that has become shorter has expired in part: what is gone needs no place.
  let taken = Math.max(0, blocks - from - list.length);
  let events = 0;
  for (let at = list.length - 1; at >= 0 && events < stepEvents; at--) {
    const block = logBlockOf(bytesOf(list[at]));
    taken++;
    if (ticksOf(block.ingestTimeMs) > toTicks) continue;
    events += block.events.length;
    for (const [key, section] of sectionsByKey(block, keyOf)) puts.push(key, sectionBytes(section));
  }
  return { blocks: taken, puts };
}

function sectionsByKey(
  { ingestTimeMs, events }: ReturnType<typeof logBlockOf>,
  keyOf: KeyOf,
): [key: string, section: Section][] {
  const rows = new Map<string, Buffer[]>();
  for (const { row } of events) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const own = rows.get(key);
    if (own === undefined) rows.set(key, [row]);
    else own.push(row);
  }
  return [...rows].map(([key, own]) => [key, { ingestTimeMs, rows: Buffer.concat(own) }]);
}

function cursorOf(text: string): Cursor {
  const [toTicks = '0', tile = '+inf', blocks = '0'] = text.split(' ');
  return { toTicks: Number(toTicks), tile, blocks: Number(blocks) };
}

function textOfCursor({ toTicks, tile, blocks }: Cursor): string {
  return `${toTicks} ${tile} ${blocks}`;
}
