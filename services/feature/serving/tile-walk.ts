import type { EventIndex, FeatureStore } from '../store/feature-store.ts';

type Tile = Awaited<ReturnType<FeatureStore['lastTile']>>;

/** Goes from tile to tile into the past, from the one that holds `atMs`, until `take` is content or there are no more. */
export function walkBack(
  store: FeatureStore,
  index: EventIndex,
  key: string,
  atMs: number,
  take: (tile: NonNullable<Tile>) => boolean,
): void | Promise<void> {
  for (let at = atMs; ; ) {
    const tile = store.lastTile(index, key, at);
    if (tile instanceof Promise) return walkOn(store, index, key, tile, take);
    if (tile === undefined || take(tile)) return undefined;
    at = tile.startMs - 1;
  }
}

async function walkOn(
  store: FeatureStore,
  index: EventIndex,
  key: string,
  first: Promise<Tile>,
  take: (tile: NonNullable<Tile>) => boolean,
): Promise<void> {
  let tile = await first;
  while (tile !== undefined && !take(tile)) tile = await store.lastTile(index, key, tile.startMs - 1);
}
