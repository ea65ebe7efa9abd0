import type { EventRow } from '../events/event-row.ts';
import { type LastValue, lastValueBytes, lastValueOf, writeLast } from './last-value.ts';
import { TiledWindow } from './tiled-window.ts';
import type { Condition, ViewReading, ViewState } from './view-program.ts';
import { WaitingEvents } from './waiting-events.ts';
import { firstTile, type LastPlan, type WindowPlan } from './window-plan.ts';

/** What a windowed view is computed by. */
export interface WindowedPlan {
  readonly where: Condition | undefined;
  readonly windows: readonly WindowPlan[];
  readonly lasts: readonly LastPlan[];
  /** Length of the tiles of each. */
  readonly tiles: readonly number[];
  /** The longest window: it decides what is known. */
  readonly longest: { readonly tileMs: number; readonly tiles: number };
}

export class WindowedState implements ViewState {
  readonly #plan: WindowedPlan;
  readonly #windows: readonly TiledWindow[];
  readonly #lasts: (LastValue | undefined)[];
  #waiting: WaitingEvents | undefined;
  #horizonMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;
  #lastIngestMs = 0;

  constructor(plan: WindowedPlan, horizonMs: number) {
    this.#plan = plan;
    this.#horizonMs = horizonMs;
    this.#windows = plan.windows.map((window) => new TiledWindow(window, horizonMs));
    this.#lasts = plan.lasts.map(() => undefined);
  }

  get horizonMs(): number {
    return this.#horizonMs;
  }

  offer(row: EventRow, ingestTimeMs: number): void {
    const time = row.eventTimeMs;
    if (time > this.#horizonMs) {
      this.#waiting ??= new WaitingEvents();
      this.#waiting.add(row, ingestTimeMs);
      return;
    }
    this.#take(row, ingestTimeMs);
  }

  advance(toMs: number): void {
    if (toMs <= this.#horizonMs) return;
    this.#horizonMs = toMs;
    for (const window of this.#windows) window.advance(toMs);
    if (this.#waiting === undefined || this.#waiting.size === 0) return;
    this.#waiting.takeUntil(toMs, (row, ingestTimeMs) => this.#take(row, ingestTimeMs));
  }

  read(reading: ViewReading): void {
    const { longest, lasts } = this.#plan;
    reading.found = this.#lastMs >= firstTile(longest, this.#horizonMs) * longest.tileMs;
    if (!reading.found) return;
    reading.eventTimeMs = this.#lastMs;
    reading.ingestTimeMs = this.#lastIngestMs;
    for (const window of this.#windows) window.read(reading);
    for (const [index, plan] of lasts.entries()) {
      const startMs = firstTile(plan, this.#horizonMs) * plan.tileMs;
      writeLast(reading, plan, this.#lasts[index], startMs);
    }
  }

  steadyUntilMs(): number {
    let until = this.#waiting?.nextMs ?? Number.POSITIVE_INFINITY;
    for (const tileMs of this.#plan.tiles)
      until = Math.min(until, (Math.floor(this.#horizonMs / tileMs) + 1) * tileMs);
    return until;
  }

  sizeBytes(): number {
    let size = 250 + (this.#waiting?.sizeBytes ?? 0);
    for (const last of this.#lasts) size += 30 + (last === undefined ? 0 : lastValueBytes(last));
    for (const window of this.#windows) size += window.sizeBytes();
    return size;
  }

  #take(row: EventRow, ingestTimeMs: number): void {
    const { where, lasts } = this.#plan;
    if (where !== undefined && where.test(row) !== true) return;
    const time = row.eventTimeMs;
    if (time >= this.#lastMs) {
      this.#lastMs = time;
      this.#lastIngestMs = ingestTimeMs;
    }
    for (const window of this.#windows) window.add(time, row);
    for (let index = 0; index < lasts.length; index++) {
      const plan = lasts[index] as LastPlan;
      if (plan.where !== undefined && plan.where.test(row) !== true) continue;
      if (row.isNull(plan.field) || time < (this.#lasts[index]?.eventTimeMs ?? Number.NEGATIVE_INFINITY))
        continue;
      this.#lasts[index] = lastValueOf(row, plan, time);
    }
  }
}
