import type { Log } from '../../../kit/log/log.ts';
import { type SweepDeps, sweepExpired } from './expiry-sweep.ts';

/** Sweeps in the background when woken, one sweep at a time. */
export class Sweeping {
  readonly #deps: SweepDeps;
  readonly #log: Log;
  #running: Promise<void> | undefined;
  #isDue = false;
  #isClosing = false;

  constructor(deps: SweepDeps, log: Log) {
    this.#deps = deps;
    this.#log = log;
  }

  wake(): void {
    this.#isDue = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isDue && !this.#isClosing) {
      this.#isDue = false;
      try {
        await sweepExpired(this.#deps, () => this.#isClosing);
      } catch (error) {
        this.#log.warn('expired events could not be taken away; trying again later', { error });
      }
    }
  }
}
