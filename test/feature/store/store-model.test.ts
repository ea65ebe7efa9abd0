import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storeTileMs } from '../../../services/feature/store/feature-store.ts';
import { type OpenedLmdbStore, openStore } from './opened-store.ts';
import { type Events, eventsOf, type Found, unpack } from './store-rows.ts';

const people = ['a', 'aa', 'b'];
const start = Date.UTC(2026, 0, 1);

type Step =
  | { kind: 'commit'; events: { id: number; time: number; who: number; pad: number }[] }
  | { kind: 'compact' | 'reopen' | 'reindex' }
  | { kind: 'expire'; tile: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      events: fc.array(
        fc.record({
          id: fc.nat(150),
          time: fc.nat(8 * storeTileMs),
          who: fc.nat(2),
          pad: fc.oneof({ weight: 20, arbitrary: fc.nat(50) }, { weight: 1, arbitrary: fc.nat(40_000) }),
        }),
        { maxLength: 12 },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'compact' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reindex' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), tile: fc.nat(5) }) },
);

/** The store as it should be: every event that counts, in the order of ingest. */
class Model {
  readonly events: (Found & { who: string; id: number })[] = [];
  edgeMs = Number.NEGATIVE_INFINITY;

  read(who: string | undefined, fromTile: number, toTile: number): Found[] {
    const tileOf = (timeMs: number) => Math.floor((timeMs - start) / storeTileMs);
    return this.events
      .filter((event) => who === undefined || event.who === who)
      .filter(({ timeMs }) => timeMs >= this.edgeMs)
      .filter(({ timeMs }) => tileOf(timeMs) >= fromTile && tileOf(timeMs) <= toTile)
      .sort((a, b) => tileOf(a.timeMs) - tileOf(b.timeMs))
      .map(({ number, timeMs, ingestTimeMs }) => ({ number, timeMs, ingestTimeMs }));
  }
}

test('after any commits, merges, expiries and restarts reads are those of a plain list', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      let opened = await openStore();
      let events = await eventsOf(opened.store, 'visits', ['who']);
      const model = new Model();
      let number = 0;
      for (const next of steps) {
        if (next.kind === 'commit') number = await commit(next.events, opened, events, model, number);
        else if (next.kind === 'compact') await opened.store.compact();
        else if (next.kind === 'reopen') {
          opened = await opened.reopen();
          events = await eventsOf(opened.store, 'visits', ['who']);
        } else if (next.kind === 'reindex') events = await eventsOf(opened.store, 'visits', ['who', 'all']);
        else if (next.kind === 'expire') {
          model.edgeMs = Math.max(model.edgeMs, start + next.tile * storeTileMs);
          await opened.store.expire('visits', start + next.tile * storeTileMs);
        }
      }
      await check(opened, model);
      await opened.store.compact();
      await check(opened, model);
      await opened.close();
    }),
    { numRuns: 60 },
  );
});

async function commit(
  added: { id: number; time: number; who: number; pad: number }[],
  { store, clock }: OpenedLmdbStore,
  { event }: Events,
  model: Model,
  from: number,
): Promise<number> {
  let number = from;
  clock.nowMs += number % 3;
  const kept = added.filter(({ time }) => start + time >= model.edgeMs);
  const { ingestTimeMs, duplicates } = await store.commit(
    kept.map(({ id, time, who, pad }) =>
      event({ number: number++, timeMs: start + time, id: `${id}`, who: people[who]!, pad }),
    ),
    [],
  );
  for (const [at, { id, time, who }] of kept.entries()) {
    const timeMs = start + time;
    const isKnown = model.events.some((other) => other.id === id);
    // The id of an event that has expired may or may not be forgotten.
    const isOpen = isKnown && model.events.some((other) => other.id === id && other.timeMs < model.edgeMs);
    if (!isOpen) expect(duplicates[at]).toBe(isKnown);
    if (duplicates[at] === true) continue;
    model.events.push({ number: from + at, timeMs, ingestTimeMs, who: people[who]!, id });
  }
  return number;
}

async function check({ store }: OpenedLmdbStore, model: Model): Promise<void> {
  const { indexes } = await eventsOf(store);
  const kept = (found: Found[]) => found.filter(({ timeMs }) => timeMs >= model.edgeMs);
  for (const [from, to] of [
    [0, 8],
    [2, 4],
    [5, 5],
  ] as const) {
    const span = [start + from * storeTileMs, start + to * storeTileMs] as const;
    for (const who of people)
      expect(kept(unpack(await store.read(indexes.who, who, ...span), store))).toEqual(
        model.read(who, from, to),
      );
    expect(kept(unpack(await store.read(indexes.all, '*', ...span), store))).toEqual(
      model.read(undefined, from, to),
    );
  }
}
