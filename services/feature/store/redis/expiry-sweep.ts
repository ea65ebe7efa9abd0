import { setImmediate as nextTurn } from 'node:timers/promises';
import { storeTileMs } from '../feature-store.ts';
import type { Catalog } from './catalog.ts';
import type { Connection } from './connection.ts';
import type { IndexKeys } from './index-keys.ts';
import { bytesOf, listOf, numberOf, textOf } from './reply.ts';
import { logBlockOf } from './stored-event.ts';

const stepBlocks = 50;
const stepEvents = 500;

export interface SweepDeps {
  readonly connection: Connection;
  readonly catalog: Catalog;
  readonly keys: IndexKeys;
}

/**
 * Takes away the tiles of streams that end before their edges: of every key that the log names, then the ids, then the log. Each step
 * is one script, so that any number of processes may sweep at once and one that dies leaves the rest to the next sweep.
 */
export async function sweepExpired(deps: SweepDeps, isClosing: () => boolean): Promise<void> {
  const { connection, catalog } = deps;
  for (const [stream, edgeMs] of catalog.edges) {
    const lastGone = Math.floor(edgeMs / storeTileMs) - 1;
    for (;;) {
      const gone = await connection.send('ZRANGEBYSCORE', `log:${stream}`, '-inf', lastGone, 'LIMIT', 0, 1);
      const [tile] = listOf(gone);
      if (tile === undefined) break;
      if (isClosing()) return;
      await sweepStep(deps, stream, textOf(tile));
      await nextTurn();
    }
  }
}

async function sweepStep(
  { connection, catalog, keys }: SweepDeps,
  stream: string,
  tile: string,
): Promise<void> {
  const log = `l:${tile}:${stream}`;
  const [length, list] = await Promise.all([
    connection.send('LLEN', log),
    connection.send('LRANGE', log, 0, stepBlocks - 1),
  ]);
  const identities: Buffer[] = [];
  const places = new Map<string, [index: number, key: string]>();
  let taken = 0;
  for (const stored of listOf(list)) {
    if (identities.length >= stepEvents) break;
    taken++;
    for (const { identity, row } of logBlockOf(bytesOf(stored)).events) {
      identities.push(identity);
      for (const index of catalog.indexesOf(stream)) {
        const key = keys.keyOf(index, row);
        if (key !== undefined) places.set(`${index.id}:${key}`, [index.id, key]);
      }
    }
  }
  const found = [...places.values()].flat();
  await connection.run(
    'sweep',
    stream,
    tile,
    numberOf(length),
    taken,
    identities.length,
    ...identities,
    ...found,
  );
}
