import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../../services/feature/events/event-layout.ts';
import { storeTileMs } from '../../../services/feature/store/feature-store.ts';
import type { OpenedStore } from './store-contract.ts';
import { eventsOf, layout, numbersOf, quarantinedEvent } from './store-rows.ts';

const noon = Date.UTC(2026, 0, 10, 12);
const tile = Math.floor(noon / storeTileMs) * storeTileMs;

/** The part of `storeContract` that is about what a store keeps besides events. */
export function storeRecordsContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: layouts`, () => {
    test('have a number for ever, one per signature', async () => {
      const first = await open();
      const other = layoutOf([{ name: 'a', datatype: 'INT64' }]);
      const id = await first.store.layoutId(layout);
      const [one, two] = await Promise.all([first.store.layoutId(other), first.store.layoutId(other)]);
      expect(two).toBe(one);
      expect(one).not.toBe(id);
      const { store } = await first.reopen();
      expect(await store.layoutId(layout)).toBe(id);
      expect(store.layout(one).signature).toBe(other.signature);
      expect(() => store.layout(999)).toThrow(/999/);
    });
  });

  describe(`${name}: retention`, () => {
    test('lets events before the edge go, keeps those after it, and only ever rises', async () => {
      const first = await open();
      const { event, indexes } = await eventsOf(first.store);
      await eventsOf(first.store, 'sales');
      expect(first.store.expiredBefore('visits')).toBe(Number.NEGATIVE_INFINITY);
      await first.store.commit(
        [0, 1, 2, 3].map((number) => event({ number, timeMs: tile + number * storeTileMs })),
        [],
      );
      await first.store.expire('visits', tile + 2 * storeTileMs);
      expect(first.store.expiredBefore('visits')).toBe(tile + 2 * storeTileMs);
      await first.store.expire('visits', tile);
      expect(first.store.expiredBefore('visits')).toBe(tile + 2 * storeTileMs);
      expect(first.store.expiredBefore('sales')).toBe(Number.NEGATIVE_INFINITY);
      expect(await numbersOf(first.store, indexes.who, 'ann', tile + 2 * storeTileMs)).toEqual([2, 3]);
      const { store } = await first.reopen();
      expect(store.expiredBefore('visits')).toBe(tile + 2 * storeTileMs);
      expect(await numbersOf(store, indexes.who, 'ann', tile + 2 * storeTileMs)).toEqual([2, 3]);
    });
  });

  describe(`${name}: quarantine`, () => {
    test('lists what came in its order, by stream and in pages, and lets go what is released', async () => {
      const first = await open();
      const { event } = await eventsOf(first.store);
      await first.store.commit(
        [event({ number: 1, timeMs: noon })],
        [quarantinedEvent('visits', 'a'), quarantinedEvent('sales', 'b')],
      );
      await first.store.commit([], [quarantinedEvent('visits', 'c'), quarantinedEvent('visits', 'd')]);
      const { store } = await first.reopen();
      const list = async (stream: string, after: string, limit: number) => {
        const { events, total } = await store.quarantine(stream, after, limit);
        return { names: events.map((entry) => entry.event?.eventId), total, events };
      };
      expect(await list('', '', 10)).toMatchObject({ names: ['a', 'b', 'c', 'd'], total: 4 });
      const page = await list('visits', '', 2);
      expect(page).toMatchObject({ names: ['a', 'c'], total: 3 });
      expect(page.events[0]).toMatchObject({ ...quarantinedEvent('visits', 'a') });
      const after = page.events[1]?.quarantineId ?? '';
      expect(await list('visits', after, 2)).toMatchObject({ names: ['d'], total: 3 });
      expect(await list('', after, 9)).toMatchObject({ names: ['d'], total: 4 });
      expect(await list('none', '', 9)).toMatchObject({ names: [], total: 0 });
      const again = await eventsOf(store);
      await store.commit(
        [again.event({ number: 2, timeMs: noon })],
        [quarantinedEvent('visits', 'e')],
        [after, page.events[0]?.quarantineId ?? '', 'not there'],
      );
      expect(await list('', '', 10)).toMatchObject({ names: ['b', 'd', 'e'], total: 3 });
      expect(await numbersOf(store, again.indexes.who, 'ann')).toEqual([1, 2]);
    });
  });

  describe(`${name}: declarations`, () => {
    test('are all kept, in the order in which they came first', async () => {
      const first = await open();
      const declaration = (kind: string, at: string, digest: string) => ({
        kind,
        name: at,
        digest,
        json: `{"é":"${digest}"}`,
      });
      const one = declaration('stream', 'visits', 'sha256:z');
      const two = declaration('set', 'a', 'sha256:y');
      const three = declaration('stream', 'visits', 'sha256:a');
      expect(await first.store.declarations()).toEqual([]);
      await first.store.addDeclarations([one, two]);
      await first.store.addDeclarations([three, one]);
      const { store } = await first.reopen();
      expect(await store.declarations()).toEqual([one, two, three]);
    });
  });
}
