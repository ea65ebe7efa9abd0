import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Datatype } from '../../../services/feature/declarations/declarations.ts';
import type { Accumulator, Room } from '../../../services/feature/engine/accumulator.ts';
import { meanOf, sumOf } from '../../../services/feature/engine/sums.ts';
import type { ViewReading } from '../../../services/feature/engine/view-program.ts';
import { bitsOf, doubleOf, exactSum } from './exact-number.ts';
import { newCursor, rowBytes } from './sample-events.ts';

const row = newCursor();

function roomOf({ numbers, things }: Accumulator): Room {
  return {
    numbers: new Float64Array(numbers),
    numbersAt: 0,
    things: new Array(things).fill(undefined),
    thingsAt: 0,
  };
}

function add(accumulator: Accumulator, rooms: readonly Room[], value: number | bigint): void {
  const values = typeof value === 'bigint' ? { whole: value } : { wide: value };
  row.set(rowBytes({ timeMs: 0, layout: 'new', values }), 0);
  for (const room of rooms) accumulator.add(room, row);
}

/** The value, as text that is the same exactly if the bits are. */
function read(accumulator: Accumulator, room: Room, datatype: Datatype): string {
  const reading: ViewReading = {
    found: true,
    eventTimeMs: 0,
    ingestTimeMs: 0,
    nulls: new Uint8Array(1),
    numbers: new Float64Array(1),
    integers: new BigInt64Array(1),
    texts: [],
  };
  accumulator.read(room, reading, 0);
  if (reading.nulls[0] === 1) return 'null';
  return datatype === 'INT64' ? String(reading.integers[0]) : bitsOf(reading.numbers[0]!);
}

const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1000, max: 1000 }).map((tenths) => tenths / 10),
  fc.constantFrom(
    0,
    -0,
    5e-324,
    -5e-324,
    2.5e-310,
    1e308,
    -1e308,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    2 ** 1000,
    0.1,
    1e16,
  ),
);
const extremes = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 32n, -1n, 0n, 1n];
const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -5n, max: 5n }),
  fc.constantFrom(...extremes),
);

/** Tiles of values, the order in which they leave, and how many stay. */
function tilesOf<T>(value: fc.Arbitrary<T>) {
  return fc.array(fc.array(value, { maxLength: 8 }), { minLength: 1, maxLength: 6 }).chain((tiles) =>
    fc.record({
      tiles: fc.constant(tiles),
      leaving: fc.shuffledSubarray(tiles.map((_, index) => index)),
      interleaved: fc.boolean(),
    }),
  );
}

function check<T extends number | bigint>(
  accumulator: Accumulator,
  datatype: Datatype,
  {
    tiles,
    leaving,
    interleaved,
  }: { tiles: readonly (readonly T[])[]; leaving: readonly number[]; interleaved: boolean },
  wanted: (left: readonly T[]) => string,
): void {
  const window = roomOf(accumulator);
  const rooms = tiles.map(() => roomOf(accumulator));
  const left = new Set(tiles.keys());
  const leave = (index: number): void => {
    accumulator.subtract(window, rooms[index]!);
    left.delete(index);
    const entered = interleaved ? tiles.slice(0, index + 1) : tiles;
    if (!interleaved) {
      const rest = [...left].flatMap((tile) => entered[tile]!);
      expect(read(accumulator, window, datatype)).toBe(wanted(rest));
    }
  };
  for (const [index, values] of tiles.entries()) {
    for (const value of values) add(accumulator, [window, rooms[index]!], value);
    if (interleaved && leaving.includes(index)) leave(index);
  }
  if (!interleaved) for (const index of leaving) leave(index);
  const rest = [...left].flatMap((tile) => tiles[tile]!);
  expect(read(accumulator, window, datatype)).toBe(wanted(rest));
  // What is left, in another order and alone.
  const alone = roomOf(accumulator);
  for (const value of [...rest].reverse()) add(accumulator, [alone], value);
  expect(read(accumulator, alone, datatype)).toBe(wanted(rest));
}

const finite = (value: number): string => (Number.isFinite(value) ? bitsOf(value + 0) : 'null');
const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

test('a sum of doubles is the exact one rounded once, whatever entered and left in whatever order', () => {
  const accumulator = sumOf('FP64', { name: 'wide', datatype: 'FP64' });
  fc.assert(
    fc.property(tilesOf(double), (run) =>
      check(accumulator, 'FP64', run, (left) => finite(doubleOf(exactSum(left)))),
    ),
    { numRuns: 1500 },
  );
});

test('a sum of doubles declared float32 is rounded to a double and then to float32', () => {
  const accumulator = sumOf('FP32', { name: 'wide', datatype: 'FP64' });
  fc.assert(
    fc.property(tilesOf(double), (run) =>
      check(accumulator, 'FP32', run, (left) => finite(Math.fround(doubleOf(exactSum(left))))),
    ),
    { numRuns: 300 },
  );
});

test('a sum of integers is exact, and null beyond 64 bits until it is back within them', () => {
  const accumulator = sumOf('INT64', { name: 'whole', datatype: 'INT64' });
  fc.assert(
    fc.property(tilesOf(integer), (run) =>
      check(accumulator, 'INT64', run, (left) => {
        const total = sum(left);
        return BigInt.asIntN(64, total) === total ? String(total) : 'null';
      }),
    ),
    { numRuns: 1500 },
  );
});

test('a mean is the exact sum rounded to a double, by the number of values', () => {
  const doubles = meanOf('FP64', { name: 'wide', datatype: 'FP64' });
  const integers = meanOf('FP64', { name: 'whole', datatype: 'INT64' });
  fc.assert(
    fc.property(tilesOf(double), tilesOf(integer), (some, others) => {
      const mean = (total: number, count: number) => (count === 0 ? 'null' : finite(total / count));
      check(doubles, 'FP64', some, (left) => mean(doubleOf(exactSum(left)), left.length));
      check(integers, 'FP64', others, (left) => mean(Number(sum(left)), left.length));
    }),
    { numRuns: 500 },
  );
});

test('nothing stays in memory of parts and big numbers that have left', () => {
  const accumulator = sumOf('FP64', { name: 'wide', datatype: 'FP64' });
  const [window, tile] = [roomOf(accumulator), roomOf(accumulator)];
  for (const value of [1e200, 0.1, 1e-300]) add(accumulator, [window, tile], value);
  expect(window.things[0]).toBeDefined();
  accumulator.subtract(window, tile);
  expect(window.things[0]).toBeUndefined();
  expect([...window.numbers]).toEqual([0, 0]);
});
