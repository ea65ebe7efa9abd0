import { tileWidth } from '../tree/tile.ts';
import type { LogSource } from './log-source.ts';

/** Asked for at once: the writer has others to answer, and each may have 16 MiB. */
const fetchesAtOnce = 4;
/** Entries that become durable together. With a bundle over these bytes it is still less than the log takes at once. */
const maxBatchEntries = 8192;
const maxBatchBytes = 8 * 1024 * 1024;

/** The entries from..to of a log as it serves them, unverified, in batches; what comes next is fetched meanwhile. */
export async function* fetchEntries(
  source: Pick<LogSource, 'bundle'>,
  from: number,
  to: number,
): AsyncGenerator<readonly Buffer[]> {
  const pending: Promise<readonly Buffer[]>[] = [];
  let next = Math.floor(from / tileWidth);
  const ask = (): void => {
    for (; pending.length < fetchesAtOnce && next * tileWidth < to; next++) {
      const bundle = source.bundle(next, Math.min(tileWidth, to - next * tileWidth));
      // Whoever stops here before its turn does not hear of it.
      bundle.catch(() => {});
      pending.push(bundle);
    }
  };
  ask();
  let batch: Buffer[] = [];
  let bytes = 0;
  let skip = from % tileWidth;
  for (let bundle = pending.shift(); bundle !== undefined; bundle = pending.shift()) {
    const entries = await bundle;
    ask();
    for (const entry of entries.slice(skip)) {
      batch.push(entry);
      bytes += entry.length;
    }
    skip = 0;
    if (batch.length + tileWidth <= maxBatchEntries && bytes < maxBatchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
