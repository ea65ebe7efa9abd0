/** Work that is done in turns, e.g. the batches of one model version. */
export interface Worker {
  /** Does one turn, synchronously, and never throws. Answers whether there is more to do. */
  turn(): boolean;
}

/**
 * Gives every worker that asked one turn after the other on the JavaScript thread, after the input of this event-loop tick has
 * been read: so what was queued in the tick shares a batch, without a timer. Turns go on for up to a slice of time before the
 * loop reads input again, so that one slow model does not keep requests from being refused, cancelled or answered.
 */
export class TurnTaker {
  readonly #sliceMs: number;
  readonly #waiting: Worker[] = [];
  readonly #onIdle: (() => void)[] = [];
  #scheduled = false;

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
  }

  /** The worker gets a turn. It must not be waiting for one already. */
  request(worker: Worker): void {
    this.#waiting.push(worker);
    this.#schedule();
  }

  /** Resolves once no worker waits for a turn. */
  idle(): Promise<void> {
    if (!this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#take);
  }

  readonly #take = (): void => {
    const until = performance.now() + this.#sliceMs;
    for (let worker = this.#waiting.shift(); worker !== undefined; worker = this.#waiting.shift()) {
      if (worker.turn()) this.#waiting.push(worker);
      if (this.#waiting.length > 0 && performance.now() >= until) break;
    }
    this.#scheduled = false;
    if (this.#waiting.length > 0) this.#schedule();
    else for (const resolve of this.#onIdle.splice(0)) resolve();
  };
}
