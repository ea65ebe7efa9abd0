import type { Datatype } from '../declarations/declarations.ts';
import type { EventRow } from '../events/event-row.ts';
import type { Accumulator, Room } from './accumulator.ts';
import { writeNumber } from './write-value.ts';

const nothing = (): void => {};

/** How many events. */
export function countOf(datatype: Datatype): Accumulator {
  return {
    numbers: 1,
    things: 0,
    invertible: true,
    add: ({ numbers, numbersAt }) => {
      numbers[numbersAt] = (numbers[numbersAt] as number) + 1;
    },
    subtract: (window, tile) => subtractNumbers(window, tile, 1),
    fold: nothing,
    read: ({ numbers, numbersAt }, reading, place) =>
      writeNumber(reading, place, datatype, numbers[numbersAt] as number),
  };
}

/** Events for which a condition is true, of those for which it is true or false. */
export function rateOf(datatype: Datatype, test: (row: EventRow) => boolean | undefined): Accumulator {
  return {
    numbers: 2,
    things: 0,
    invertible: true,
    add: ({ numbers, numbersAt }, row) => {
      const outcome = test(row);
      if (outcome === undefined) return;
      if (outcome) numbers[numbersAt] = (numbers[numbersAt] as number) + 1;
      numbers[numbersAt + 1] = (numbers[numbersAt + 1] as number) + 1;
    },
    subtract: (window, tile) => subtractNumbers(window, tile, 2),
    fold: nothing,
    read: ({ numbers, numbersAt }, reading, place) => {
      const known = numbers[numbersAt + 1] as number;
      if (known === 0) reading.nulls[place] = 1;
      else writeNumber(reading, place, datatype, (numbers[numbersAt] as number) / known);
    },
  };
}

/** Whole numbers below 2^53, so that this is exact. */
function subtractNumbers(window: Room, tile: Room, count: number): void {
  for (let i = 0; i < count; i++) {
    const at = window.numbersAt + i;
    window.numbers[at] = (window.numbers[at] as number) - (tile.numbers[tile.numbersAt + i] as number);
  }
}
