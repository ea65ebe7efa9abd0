import { EventRow } from '../../../services/feature/events/event-row.ts';
import { planStreams } from '../../../services/feature/ingest/stream-plans.ts';
import { openLmdbStore } from '../../../services/feature/store/lmdb-store.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { field, noon, streamOf, viewOf } from '../arrivals.ts';

/** Events that are told apart by a number, within an hour from noon. */
export const numbered = streamOf('numbered', [field('place', 'BYTES'), field('number', 'INT64')]);
export const numberedViews = [viewOf(numbered, []), viewOf(numbered, ['place'])];
export const numberedHourMs = 3_600_000;

/** The numbers of the stored events of each index, the whole stream first, sorted. Opens and closes the store. */
export async function storedNumbers(folder: string, places: readonly string[]): Promise<number[][]> {
  const closers = createClosers(silentLog);
  try {
    const store = await openLmdbStore(folder, {}, closers);
    const plans = await planStreams([numbered], numberedViews, store);
    const row = new EventRow((id) => store.layout(id));
    const numbersOf = async (view: (typeof numberedViews)[number], key: string): Promise<number[]> => {
      const numbers: number[] = [];
      for (const { rows } of await store.read(plans.indexOf(view), key, noon, noon + numberedHourMs))
        for (let at = 0; at < rows.length; numbers.push(row.number('number'))) at = row.set(rows, at);
      return numbers.sort((a, b) => a - b);
    };
    const [whole = viewOf(numbered, []), byPlace = whole] = numberedViews;
    const found = [await numbersOf(whole, '*')];
    for (const place of places) found.push(await numbersOf(byPlace, place));
    return found;
  } finally {
    await closers.close();
  }
}
