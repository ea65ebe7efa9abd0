import { MeshError } from '../errors/mesh-error.ts';
import { type Cancellation, cancelledByCaller } from './call.ts';

/** Resolution of a deadline that no library watches for us; what it costs does not depend on the number of calls. */
const sweepEveryMs = 5;

/** Something that is given up when its deadline passes. */
export interface Expiring {
  readonly deadline: number;
  expire(error: MeshError): void;
}

/**
 * Gives up what is past its deadline, within 5 ms. One timer for any number of calls, and none while there are none: a timer per
 * call would cost more than the call's other bookkeeping together.
 */
export class DeadlineWatch {
  readonly #watched = new Set<Expiring>();
  #timer: NodeJS.Timeout | undefined;

  add(expiring: Expiring): void {
    this.#watched.add(expiring);
    this.#timer ??= setInterval(() => this.#sweep(), sweepEveryMs).unref();
  }

  delete(expiring: Expiring): void {
    this.#watched.delete(expiring);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watched.clear();
  }

  #sweep(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    for (const expiring of this.#watched) {
      if (expiring.deadline > now) continue;
      this.#watched.delete(expiring);
      expiring.expire(deadlinePassed());
    }
  }
}

export function deadlinePassed(): MeshError {
  return new MeshError(
    'DEADLINE_PASSED_WAITING',
    'the deadline passed before there was an answer; give the call more time',
  );
}

/** Why a library cancelled a call: its deadline, or the caller's going. */
export function cancel(cancellation: Cancellation, deadline: number): void {
  // The library's own timer may fire a little before the same moment on our clock.
  const passed = performance.now() >= deadline - 2;
  cancellation.cancel(passed ? deadlinePassed() : cancelledByCaller());
}
