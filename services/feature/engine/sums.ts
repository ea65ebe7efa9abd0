import type { Datatype } from '../declarations/declarations.ts';
import type { EventRow } from '../events/event-row.ts';
import type { Accumulator, Room } from './accumulator.ts';
import { BigSum } from './big-sum.ts';
import { addTerm, type Parts, roundedSum } from './exact-parts.ts';
import { writeInteger, writeNumber } from './write-value.ts';

/** The field of a sum or mean. */
export interface SummedField {
  readonly name: string;
  readonly datatype: Datatype;
}

/** The exact sum of a field, rounded once. */
export function sumOf(datatype: Datatype, field: SummedField): Accumulator {
  return summed(field, (room, reading, place) => {
    if (datatype === 'INT64') writeInteger(reading, place, datatype, integerOf(room));
    else writeNumber(reading, place, datatype, roundedOf(room));
  });
}

/** The exact sum, rounded, divided by the number of values. */
export function meanOf(datatype: Datatype, field: SummedField): Accumulator {
  return summed(field, (room, reading, place) => {
    const count = room.numbers[room.numbersAt] as number;
    if (count === 0) reading.nulls[place] = 1;
    else writeNumber(reading, place, datatype, roundedOf(room) / count);
  });
}

/** Beyond this, sums of doubles could overflow on the way to a result that does not. */
const largest = 2 ** 1000;

/** What a sum is where one double does not hold it. */
type Beyond = Parts | BigSum;

/** Keeps the number of values and their exact sum: one double while that is exact, else its parts, and with huge terms a big number. */
function summed({ name, datatype }: SummedField, read: Accumulator['read']): Accumulator {
  return {
    numbers: 2,
    things: 1,
    invertible: true,
    add: (room, row) => {
      if (row.isNull(name)) return;
      const at = room.numbersAt;
      room.numbers[at] = (room.numbers[at] as number) + 1;
      if (datatype === 'INT64') addInteger(room, row, name);
      else addTo(room, row.number(name));
    },
    subtract: (window, tile) => {
      const at = window.numbersAt;
      window.numbers[at] = (window.numbers[at] as number) - (tile.numbers[tile.numbersAt] as number);
      takeAway(window, tile);
    },
    fold: () => {},
    read,
  };
}

function addInteger(room: Room, row: EventRow, field: string): void {
  const whole = row.number(field);
  if (Number.isSafeInteger(whole)) {
    addTo(room, whole);
    return;
  }
  const [high, low] = row.integerHalves(field);
  addTo(room, high);
  addTo(room, low);
}

function addTo(room: Room, term: number): void {
  const { numbers, things, thingsAt } = room;
  const at = room.numbersAt + 1;
  const beyond = things[thingsAt] as Beyond | undefined;
  const sum = numbers[at] as number;
  if (beyond instanceof BigSum) {
    beyond.add(term);
    return;
  }
  if (Math.abs(term) >= largest || Math.abs(beyond?.at(-1) ?? sum) >= largest) {
    bigSumOf(room).add(term);
    return;
  }
  if (beyond !== undefined) {
    addTerm(beyond, term);
    if (beyond.length > 1) return;
    things[thingsAt] = undefined;
    numbers[at] = beyond[0] ?? 0;
    return;
  }
  const high = sum + term;
  // The error of the addition, whichever of the two is larger (Knuth's TwoSum).
  const back = high - sum;
  const low = sum - (high - back) + (term - back);
  numbers[at] = low === 0 ? high : 0;
  if (low !== 0) things[thingsAt] = [low, high];
}

/** Makes the sum a big number, if it is none. */
function bigSumOf({ numbers, numbersAt, things, thingsAt }: Room): BigSum {
  const beyond = things[thingsAt] as Beyond | undefined;
  if (beyond instanceof BigSum) return beyond;
  const big = new BigSum();
  for (const part of beyond ?? [numbers[numbersAt + 1] as number]) big.add(part);
  things[thingsAt] = big;
  return big;
}

function takeAway(window: Room, tile: Room): void {
  const beyond = tile.things[tile.thingsAt] as Beyond | undefined;
  if (beyond instanceof BigSum) {
    // What other tiles hold may have kept the window small on the way.
    bigSumOf(window).subtract(beyond);
  } else if (beyond === undefined) addTo(window, -(tile.numbers[tile.numbersAt + 1] as number));
  else for (const part of beyond) addTo(window, -part);
}

function roundedOf({ numbers, numbersAt, things, thingsAt }: Room): number {
  const beyond = things[thingsAt] as Beyond | undefined;
  if (beyond instanceof BigSum) return beyond.rounded() + 0;
  return (beyond === undefined ? (numbers[numbersAt + 1] as number) : roundedSum(beyond)) + 0;
}

function integerOf({ numbers, numbersAt, things, thingsAt }: Room): bigint {
  const beyond = things[thingsAt] as Beyond | undefined;
  if (beyond instanceof BigSum) return beyond.integer();
  if (beyond === undefined) return BigInt(numbers[numbersAt + 1] as number);
  return beyond.reduce((sum, part) => sum + BigInt(part), 0n);
}
