import type { Log } from '../../kit/log/log.ts';
import type { ServedModel } from './served-model.ts';
import { within } from './waiting.ts';

/** Versions that take no more requests and answer those that they took. */
export class Drains {
  readonly #log: Log;
  readonly #limitMs: number;
  readonly #ends = new Map<ServedModel, Promise<void>>();

  /** What a version has not answered after `limitMs` fails. */
  constructor(log: Log, limitMs: number) {
    this.#log = log;
    this.#limitMs = limitMs;
  }

  get draining(): Iterable<ServedModel> {
    return this.#ends.keys();
  }

  /** Resolves once all that it took is answered and its memory is given back. Never rejects. */
  begin(served: ServedModel): Promise<void> {
    const end = this.#drain(served).finally(() => this.#ends.delete(served));
    this.#ends.set(served, end);
    return end;
  }

  /** Resolves once all that were begun have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#ends.values());
  }

  async #drain(served: ServedModel): Promise<void> {
    served.stop();
    await within(served.drained(), this.#limitMs);
    try {
      await served.close();
    } catch (error) {
      this.#log.error('closing a model failed', { model: served.shape.name, error });
    }
  }
}
