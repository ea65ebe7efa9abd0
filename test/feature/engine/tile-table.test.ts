import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TileTable } from '../../../services/feature/engine/tile-table.ts';

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('mark' as const),
      tile: fc.integer({ min: -20, max: 20 }),
      value: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('drop' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

test('tiles are in the order of time with what each was given, however they come and go', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 3),
      fc.constantFrom(0, 2),
      fc.array(step, { maxLength: 60 }),
      (width, slots, steps) => {
        const table = new TileTable(width, slots);
        const wanted = new Map<number, number>();
        const inOrder = () => [...wanted.keys()].sort((a, b) => a - b);
        for (const each of steps) {
          if (each.kind === 'mark') {
            const row = table.rowOf(each.tile);
            if (!wanted.has(each.tile)) {
              const at = table.numbersAt(row);
              expect([...table.numbers.slice(at, at + width)]).toEqual(new Array(width).fill(0));
            }
            table.numbers.fill(each.value, table.numbersAt(row), table.numbersAt(row) + width);
            for (let slot = 0; slot < slots; slot++)
              table.things[table.thingsAt(row) + slot] = [each.value, slot];
            wanted.set(each.tile, each.value);
          } else {
            const rows = Math.floor(each.share * (table.rows + 0.99));
            table.dropFirst(rows);
            for (const tile of inOrder().slice(0, rows)) wanted.delete(tile);
          }
          const tiles = inOrder();
          expect(table.rows).toBe(tiles.length);
          expect(table.things.length).toBe(tiles.length * slots);
          for (const [row, tile] of tiles.entries()) {
            const value = wanted.get(tile)!;
            const at = table.numbersAt(row);
            expect(table.tileOf(row)).toBe(tile);
            expect([...table.numbers.slice(at, at + width)]).toEqual(new Array(width).fill(value));
            for (let slot = 0; slot < slots; slot++)
              expect(table.things[table.thingsAt(row) + slot]).toEqual([value, slot]);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('the memory of many tiles is given back when they go', () => {
  const table = new TileTable(4, 0);
  for (let tile = 0; tile < 1000; tile++) table.rowOf(tile);
  const most = table.sizeBytes();
  table.dropFirst(999);
  expect(table.sizeBytes()).toBeLessThan(most / 50);
  expect(table.tileOf(0)).toBe(999);
});
