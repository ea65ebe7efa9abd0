import type { EventRow } from '../events/event-row.ts';

interface WaitingEvent {
  readonly eventTimeMs: number;
  readonly ingestTimeMs: number;
  readonly row: EventRow;
}

/** Events that have not happened yet at a state's moment, in the order in which they will. */
export class WaitingEvents {
  readonly #events: WaitingEvent[] = [];
  #rowBytes = 0;

  get size(): number {
    return this.#events.length;
  }

  /** About what they take in memory. */
  get sizeBytes(): number {
    return 100 + 450 * this.#events.length + this.#rowBytes;
  }

  /** When the next one happens. */
  get nextMs(): number {
    return this.#events[0]?.eventTimeMs ?? Number.POSITIVE_INFINITY;
  }

  /** Keeps a copy. Of equal event times the one that came first is taken first. */
  add(row: EventRow, ingestTimeMs: number): void {
    const { eventTimeMs } = row;
    this.#rowBytes += row.sizeBytes;
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1]?.eventTimeMs ?? 0) > eventTimeMs) at--;
    this.#events.splice(at, 0, { eventTimeMs, ingestTimeMs, row: row.detached() });
  }

  /** Hands over those that have happened by this moment. */
  takeUntil(ms: number, take: (row: EventRow, ingestTimeMs: number) => void): void {
    let due = 0;
    for (const event of this.#events) {
      if (event.eventTimeMs > ms) break;
      due++;
      this.#rowBytes -= event.row.sizeBytes;
      take(event.row, event.ingestTimeMs);
    }
    if (due > 0) this.#events.splice(0, due);
  }
}
