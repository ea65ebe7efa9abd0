import type { View } from '../declarations/declarations.ts';
import type { EventRow } from '../events/event-row.ts';

/** A condition over the fields of an event, compiled. */
export interface Condition {
  /** Undefined if it can't be evaluated: then it is neither true nor false. */
  test(row: EventRow): boolean | undefined;
}

/** What a state says of one key of a view at its moment. Filled by `ViewState.read`; place i is feature i of the view. */
export interface ViewReading {
  /** Whether any event of the view counts at this moment; if not, every feature is NOT_FOUND and nothing else is set. */
  found: boolean;
  /** Of the latest event that counts (for windows: in the view's longest window), and of equal ones the last that came. */
  eventTimeMs: number;
  ingestTimeMs: number;
  /** 1 where the feature is null. */
  readonly nulls: Uint8Array;
  /** Of FP32 (already rounded to float32), FP64, and BOOL as 0 or 1. */
  readonly numbers: Float64Array;
  /** Of INT64. */
  readonly integers: BigInt64Array;
  /** Of BYTES, UTF-8. */
  readonly texts: Uint8Array[];
}

/**
 * The features of one key of one view at a moment, the horizon. The same events give the same bits, whatever the order and the
 * moments in which they were offered: sums are exact, and of events with equal event times the last offered counts as the last.
 */
export interface ViewState {
  readonly horizonMs: number;
  /**
   * Takes an event of the view's index. One after the horizon waits until the horizon has passed it; one before the view's reach is
   * let go. Events of equal event time must be offered in the order of their ingest.
   */
  offer(row: EventRow, ingestTimeMs: number): void;
  /** Moves the horizon forward, never back. */
  advance(toMs: number): void;
  read(reading: ViewReading): void;
  /** Up to before this moment `read` says the same, if no event is offered. */
  steadyUntilMs(): number;
  /** About what it takes in memory. */
  sizeBytes(): number;
}

/** A view made ready to be computed; one for all keys. */
export interface ViewProgram {
  readonly view: View;
  /** Events before this moment don't matter to a read at `asOfMs` or later; -Infinity where the last event counts however old it is. */
  reachStart(asOfMs: number): number;
  /** A state without events. */
  start(horizonMs: number): ViewState;
  reading(): ViewReading;
}
