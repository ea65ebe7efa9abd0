import { expect, test } from 'vitest';
import { storeTileMs } from '../../../services/feature/store/feature-store.ts';
import { openStore } from './opened-store.ts';
import { eventsOf, numbersOf } from './store-rows.ts';

const start = Date.UTC(2026, 0, 1);

test('whole tiles before the edge are gone with their ids, of every key and index, and nothing else is', async () => {
  const first = await openStore();
  const { event } = await eventsOf(first.store);
  const sales = await eventsOf(first.store, 'sales');
  const events = Array.from({ length: 4000 }, (_, number) =>
    event({ number, timeMs: start + (number % 8) * storeTileMs, who: `person ${number % 700}` }),
  );
  await first.store.commit(events.slice(0, 3000), []);
  await first.store.commit(events.slice(3000), []);
  await first.store.commit([sales.event({ number: 1, timeMs: start })], []);
  // One index is no longer asked for: its events go all the same.
  const { store } = await first.reopen();
  const { indexes, event: make } = await eventsOf(store, 'visits', ['who', 'all']);
  await store.expire('visits', start + 3 * storeTileMs + 5);
  await store.compact();
  const left = events.map((_, number) => number).filter((number) => number % 8 >= 3);
  expect((await numbersOf(store, indexes.all, '*')).sort((a, b) => a - b)).toEqual(left);
  for (const person of [0, 1, 2, 3, 4, 699])
    expect((await numbersOf(store, indexes.who, `person ${person}`)).sort((a, b) => a - b)).toEqual(
      left.filter((number) => number % 700 === person),
    );
  const again = [0, 1, 2, 3, 4].map((number) =>
    make({ number: 5000 + number, id: `event ${number}`, timeMs: start + 9 * storeTileMs }),
  );
  expect((await store.commit(again, [])).duplicates).toEqual([false, false, false, true, true]);
  const { indexes: all } = await eventsOf(store);
  expect((await numbersOf(store, all.where, 'rome', start, start + 2 * storeTileMs)).length).toBe(0);
  const { indexes: others } = await eventsOf(store, 'sales');
  expect(await numbersOf(store, others.who, 'ann')).toEqual([1]);
});

test('an expiry that a restart cut off is finished after it', async () => {
  const first = await openStore();
  const { event } = await eventsOf(first.store);
  await first.store.commit(
    [0, 1, 2].map((number) => event({ number, timeMs: start + number * storeTileMs })),
    [],
  );
  await first.store.expire('visits', start + storeTileMs);
  const { store } = await first.reopen();
  await store.compact();
  const { indexes } = await eventsOf(store);
  expect(await numbersOf(store, indexes.all, '*')).toEqual([1, 2]);
});

test('many commits of a few events are merged by themselves, and read the same', async () => {
  const { store } = await openStore();
  const { event, indexes } = await eventsOf(store);
  for (let number = 0; number < 300; number++) await store.commit([event({ number, timeMs: start })], []);
  const before = await store.read(indexes.all, '*', start, start);
  await store.compact();
  expect(await store.read(indexes.all, '*', start, start)).toEqual(before);
  expect(before.length).toBe(300);
});
