import type { EventRow } from '../events/event-row.ts';
import type { Thing } from './thing.ts';
import type { TileTable } from './tile-table.ts';
import type { ViewReading } from './view-program.ts';

/** Numbers and things of one accumulator in one place: a tile, or the whole window. */
export interface Room {
  numbers: Float64Array;
  numbersAt: number;
  things: (Thing | undefined)[];
  thingsAt: number;
}

/** What one feature gathers of the events of its window. */
export interface Accumulator {
  /** Numbers and things that it keeps for each tile, and once for the window. */
  readonly numbers: number;
  readonly things: number;
  /** Whether a window is the sum of its tiles, so that one that leaves can be taken away; else tiles are folded when it is read. */
  readonly invertible: boolean;
  /** Adds an event that counts, to a tile or to the window. */
  add(room: Room, row: EventRow): void;
  /** Takes a tile that leaves away from the window, if it is invertible. */
  subtract(window: Room, tile: Room): void;
  /** Adds a tile to an empty or partly folded window, if it is not invertible. */
  fold(window: Room, tile: Room): void;
  /** Writes the feature at a place of the reading. */
  read(window: Room, reading: ViewReading, place: number): void;
}

/** Points the room at a row of a table. */
export function atRow(room: Room, table: TileTable, row: number, numbersAt: number, thingsAt: number): Room {
  room.numbers = table.numbers;
  room.numbersAt = table.numbersAt(row) + numbersAt;
  room.things = table.things;
  room.thingsAt = table.thingsAt(row) + thingsAt;
  return room;
}

export function emptyRoom(): Room {
  return { numbers: new Float64Array(0), numbersAt: 0, things: [], thingsAt: 0 };
}
