import type { Datatype } from '../declarations/declarations.ts';
import type { EventRow } from '../events/event-row.ts';
import type { Accumulator, Room } from './accumulator.ts';
import { writeInteger, writeNumber } from './write-value.ts';

/** The smallest (sign -1) or largest (sign 1) value of a field: whether there is one, and its two halves, the lower 0 for floats. */
export function extremeOf(
  datatype: Datatype,
  field: { readonly name: string; readonly datatype: Datatype },
  sign: 1 | -1,
): Accumulator {
  const { name } = field;
  const exact = field.datatype === 'INT64';
  const take = ({ numbers, numbersAt: at }: Room, high: number, low: number): void => {
    const has = numbers[at] === 1;
    const ahead = (high - (numbers[at + 1] as number)) * sign || (low - (numbers[at + 2] as number)) * sign;
    if (has && ahead <= 0) return;
    numbers[at] = 1;
    numbers[at + 1] = high;
    numbers[at + 2] = low;
  };
  return {
    numbers: 3,
    things: 0,
    invertible: false,
    add: (room, row: EventRow) => {
      if (row.isNull(name)) return;
      if (exact) take(room, ...row.integerHalves(name));
      else take(room, row.number(name), 0);
    },
    subtract: () => {},
    fold: (window, { numbers, numbersAt: at }) => {
      if (numbers[at] === 1) take(window, numbers[at + 1] as number, numbers[at + 2] as number);
    },
    read: ({ numbers, numbersAt: at }, reading, place) => {
      if (numbers[at] !== 1) reading.nulls[place] = 1;
      else if (exact)
        writeInteger(
          reading,
          place,
          datatype,
          BigInt(numbers[at + 1] as number) + BigInt(numbers[at + 2] as number),
        );
      else writeNumber(reading, place, datatype, numbers[at + 1] as number);
    },
  };
}
