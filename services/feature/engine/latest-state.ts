import type { EventRow } from '../events/event-row.ts';
import { type LastField, writeField } from './last-value.ts';
import type { Condition, ViewReading, ViewState } from './view-program.ts';
import { WaitingEvents } from './waiting-events.ts';

/** What a view of the latest values is computed by. */
export interface LatestPlan {
  readonly where: Condition | undefined;
  readonly features: readonly LastField[];
}

export class LatestState implements ViewState {
  readonly #plan: LatestPlan;
  #waiting: WaitingEvents | undefined;
  #horizonMs: number;
  #last: EventRow | undefined;
  #lastIngestMs = 0;

  constructor(plan: LatestPlan, horizonMs: number) {
    this.#plan = plan;
    this.#horizonMs = horizonMs;
  }

  get horizonMs(): number {
    return this.#horizonMs;
  }

  offer(row: EventRow, ingestTimeMs: number): void {
    const { where } = this.#plan;
    if (where !== undefined && where.test(row) !== true) return;
    const time = row.eventTimeMs;
    if (time > this.#horizonMs) {
      this.#waiting ??= new WaitingEvents();
      this.#waiting.add(row, ingestTimeMs);
    } else if (this.#last === undefined || time >= this.#last.eventTimeMs) {
      this.#last = row.detached(this.#last);
      this.#lastIngestMs = ingestTimeMs;
    }
  }

  advance(toMs: number): void {
    if (toMs <= this.#horizonMs) return;
    this.#horizonMs = toMs;
    this.#waiting?.takeUntil(toMs, (row, ingestTimeMs) => this.offer(row, ingestTimeMs));
  }

  read(reading: ViewReading): void {
    reading.found = this.#last !== undefined;
    if (this.#last === undefined) return;
    reading.eventTimeMs = this.#last.eventTimeMs;
    reading.ingestTimeMs = this.#lastIngestMs;
    for (const feature of this.#plan.features) writeField(reading, feature, this.#last);
  }

  steadyUntilMs(): number {
    return this.#waiting?.nextMs ?? Number.POSITIVE_INFINITY;
  }

  sizeBytes(): number {
    return 450 + (this.#last?.sizeBytes ?? 0) + (this.#waiting?.sizeBytes ?? 0);
  }
}
