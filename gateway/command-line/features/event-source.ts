import type { Event } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import { rowFault, type UnreadableRow } from '../../files/table.ts';

/** Consecutive rows of a file as events. */
export interface EventBatch {
  /** Number of each event's row in the file. */
  readonly numbers: readonly number[];
  /** None if no row can be read. */
  readonly events: readonly Event[];
  /** Rows that are no events, in their order. */
  readonly unreadable: readonly UnreadableRow[];
  /** Number of the last row, whether it can be read or not. */
  readonly lastRow: number;
  /** How much of the file was read to here, 0 to 1. */
  readonly share: number;
}

export interface EventSource {
  readonly path: string;
  /** What stands before the numbers of rows that have no identity of their own; undefined if they all have. */
  readonly rowIds?: string | undefined;
  /** The rows from one on. Throws INVALID_REQUEST where the file itself can't be read on. */
  batches(fromRow: number): AsyncIterable<EventBatch>;
}

/** The rows of a batch while they are read. */
export class BatchRows {
  readonly #numbers: number[] = [];
  readonly #events: Event[] = [];
  readonly #unreadable: UnreadableRow[];

  /** `unreadable`: rows beside those that are added. */
  constructor(unreadable: readonly UnreadableRow[] = []) {
    this.#unreadable = [...unreadable];
  }

  get count(): number {
    return this.#events.length + this.#unreadable.length;
  }

  /** Adds a row by what reads it, in the order of their numbers; one that throws INVALID_REQUEST as unreadable. */
  add(number: number, read: () => Event): void {
    try {
      this.#events.push(read());
      this.#numbers.push(number);
    } catch (error) {
      this.#unreadable.push({ number, fault: rowFault(error) });
    }
  }

  batch(share: number): EventBatch {
    const unreadable = this.#unreadable.sort((a, b) => a.number - b.number);
    const lastRow = Math.max(this.#numbers.at(-1) ?? 0, unreadable.at(-1)?.number ?? 0);
    return { numbers: this.#numbers, events: this.#events, unreadable, lastRow, share };
  }
}

/** Some events of a batch, at least one, by their places in it. */
export function partOf(batch: EventBatch, start: number, end: number): EventBatch {
  const numbers = batch.numbers.slice(start, end);
  const events = batch.events.slice(start, end);
  return { numbers, events, unreadable: [], lastRow: numbers.at(-1) ?? 0, share: batch.share };
}
