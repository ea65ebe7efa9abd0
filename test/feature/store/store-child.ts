import { createInterface } from 'node:readline';
import { openLmdbStore } from '../../../services/feature/store/lmdb-store.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { eventsOf, numbersOf } from './store-rows.ts';

/**
 * A store in a process of its own that stores events, numbered from the first that is missing: prints "ready", then the number of the
 * last event of each commit once it is durable. When the store is full it prints "full" with how many events it reads, and waits
 * for a line on its input. argv: folder, events of a commit, bytes of padding of each, "compact" to merge and expire all the time,
 * "index" to fill an index anew instead, which prints "done".
 */
const [folder = '', perCommit = '1', padding = '0', mode = ''] = process.argv.slice(2);
const store = await openLmdbStore(folder, {}, createClosers(silentLog));
const tileMs = 6 * 3_600_000;
const day = Date.UTC(2026, 0, 1);

if (mode === 'index') {
  process.stdout.write('ready\n');
  await eventsOf(store, 'visits', ['who', 'where', 'all']);
  process.stdout.write('done\n');
} else {
  const { event, indexes } = await eventsOf(store, 'visits', ['who', 'all']);
  const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const stored = await numbersOf(store, indexes.all, '*');
  let next = stored.reduce((most, number) => Math.max(most, number), -1) + 1;
  process.stdout.write('ready\n');
  if (mode === 'compact') void compactForEver();
  for (;;) {
    const events = Array.from({ length: Number(perCommit) }, (_, at) =>
      event({
        number: next + at,
        timeMs: day + ((next + at) % 3) * tileMs,
        who: `person ${(next + at) % 5}`,
        where: `town ${(next + at) % 7}`,
        pad: Number(padding),
      }),
    );
    try {
      await store.commit(events, []);
      next += events.length;
      process.stdout.write(`${next - 1}\n`);
    } catch (error) {
      if (!isMeshError(error) || error.reason !== 'FEATURE_STORE_FULL') throw error;
      process.stdout.write(`full ${(await numbersOf(store, indexes.all, '*')).length}\n`);
      await input.next();
    }
  }
}

async function compactForEver(): Promise<void> {
  for (;;) {
    await store.compact();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
