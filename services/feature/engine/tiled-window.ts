import type { EventRow } from '../events/event-row.ts';
import { atRow, emptyRoom, type Room } from './accumulator.ts';
import { type Thing, thingsBytes } from './thing.ts';
import { TileTable } from './tile-table.ts';
import type { ViewReading } from './view-program.ts';
import { firstTile, type WindowPlan } from './window-plan.ts';

// Shared by all windows: a room is pointed at its place before each use.
const tileRoom = emptyRoom();
const windowRoom = emptyRoom();

/** One window of one key: its tiles, and what they come to. */
export class TiledWindow {
  readonly #plan: WindowPlan;
  readonly #table: TileTable;
  readonly #numbers: Float64Array;
  readonly #things: (Thing | undefined)[];
  #first: number;
  /** Whether what is folded from tiles must be folded anew: a tile has left, and what it alone held. */
  #stale = false;

  constructor(plan: WindowPlan, atMs: number) {
    this.#plan = plan;
    this.#table = new TileTable(plan.numbers, plan.things);
    this.#numbers = new Float64Array(plan.numbers);
    this.#things = new Array<Thing | undefined>(plan.things).fill(undefined);
    this.#first = firstTile(plan, atMs);
  }

  /** Takes an event at or before the window's moment, unless it is before the window. */
  add(eventTimeMs: number, row: EventRow): void {
    const { tileMs, cells } = this.#plan;
    const tile = Math.floor(eventTimeMs / tileMs);
    if (tile < this.#first) return;
    const at = this.#table.rowOf(tile);
    for (const { accumulator, where, numbersAt, thingsAt } of cells) {
      if (where !== undefined && where.test(row) !== true) continue;
      accumulator.add(atRow(tileRoom, this.#table, at, numbersAt, thingsAt), row);
      if (accumulator.invertible || !this.#stale) accumulator.add(this.#room(numbersAt, thingsAt), row);
    }
  }

  advance(toMs: number): void {
    this.#first = firstTile(this.#plan, toMs);
    const table = this.#table;
    let leaving = 0;
    while (leaving < table.rows && table.tileOf(leaving) < this.#first) leaving++;
    if (leaving === 0) return;
    if (leaving === table.rows) this.#clear();
    else {
      for (let row = 0; row < leaving; row++) this.#subtract(row);
      this.#stale = true;
    }
    table.dropFirst(leaving);
  }

  read(reading: ViewReading): void {
    const { cells, folds } = this.#plan;
    if (folds && this.#stale) this.#fold();
    this.#stale = false;
    for (const { accumulator, numbersAt, thingsAt, place } of cells)
      accumulator.read(this.#room(numbersAt, thingsAt), reading, place);
  }

  sizeBytes(): number {
    return 330 + this.#table.sizeBytes() + this.#numbers.byteLength + thingsBytes(this.#things);
  }

  #subtract(row: number): void {
    for (const { accumulator, numbersAt, thingsAt } of this.#plan.cells) {
      if (!accumulator.invertible) continue;
      const tile = atRow(tileRoom, this.#table, row, numbersAt, thingsAt);
      accumulator.subtract(this.#room(numbersAt, thingsAt), tile);
    }
  }

  #fold(): void {
    for (const { accumulator, numbersAt, thingsAt } of this.#plan.cells) {
      if (accumulator.invertible) continue;
      this.#numbers.fill(0, numbersAt, numbersAt + accumulator.numbers);
      this.#things.fill(undefined, thingsAt, thingsAt + accumulator.things);
      for (let row = 0; row < this.#table.rows; row++) {
        const tile = atRow(tileRoom, this.#table, row, numbersAt, thingsAt);
        accumulator.fold(this.#room(numbersAt, thingsAt), tile);
      }
    }
  }

  /** Nothing is left: what rounding or large numbers could leave goes, too. */
  #clear(): void {
    this.#numbers.fill(0);
    this.#things.fill(undefined);
    this.#stale = false;
  }

  #room(numbersAt: number, thingsAt: number): Room {
    windowRoom.numbers = this.#numbers;
    windowRoom.numbersAt = numbersAt;
    windowRoom.things = this.#things;
    windowRoom.thingsAt = thingsAt;
    return windowRoom;
  }
}
