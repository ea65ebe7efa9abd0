import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../../kit/log/log.ts';

/** After the first reason for it: more usually follow. */
const delayMs = 1_000;
/** After a failure, which is most likely a full disk. */
const retryMs = 10_000;

/** Work behind the reads and writes, a slice per turn of the event loop, never two slices at once. */
export class Upkeep {
  readonly #step: () => Promise<boolean>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** `step` does a slice, and says false if there was none to do. */
  constructor(step: () => Promise<boolean>, log: Log) {
    this.#step = step;
    this.#log = log;
  }

  /** There is something to do, soon. */
  wake(afterMs = delayMs): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.finish().catch((error: unknown) => {
        this.#log.warn('the feature store could not be tidied up; it is tried again', { error });
        this.wake(retryMs);
      });
    }, afterMs).unref();
  }

  /** Does all that is due. Fails as its slices do. */
  finish(): Promise<void> {
    const round = this.#round.then(async () => {
      while (!this.#isClosed && (await this.#step())) await nextTurn();
    });
    this.#round = round.catch(() => {});
    return round;
  }

  /** Waits for the slice under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#round;
  }
}
