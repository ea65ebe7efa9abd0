import { MeshError } from '../../kit/errors/mesh-error.ts';
import { Thread } from '../execution/thread.ts';
import type { LoadAsk, LoadReport } from './loader-thread.ts';

// Loads come in flocks: a start, a deployment. In between, the thread's memory is better given back.
const keepMs = 5_000;

/** The thread that loads models; it is there while there is something to load, and a little longer. */
export class LoadingThread {
  readonly #entry: URL;
  readonly #keepMs: number;
  readonly #cancel = new SharedArrayBuffer(4);
  #thread: Thread<LoadAsk, LoadReport> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  /** Tests choose the entry. */
  constructor(entry = new URL('./loader-thread.ts', import.meta.url), keepIdleMs = keepMs) {
    this.#entry = entry;
    this.#keepMs = keepIdleMs;
  }

  /**
   * Loads after all that was asked for before. Rejects with what was wrong with the model, with MODEL_INVALID if it ended the
   * thread, and with SHUTTING_DOWN.
   */
  load(ask: Omit<LoadAsk, 'cancel'>): Promise<LoadReport> {
    this.#waiting++;
    clearTimeout(this.#idle);
    const report = this.#last.then(() => this.#load({ ...ask, cancel: this.#cancel }));
    this.#last = report.then(
      () => this.#rest(),
      () => this.#rest(),
    );
    return report;
  }

  /** Refuses what waits, gives up what is under way at its next run, and resolves when the thread is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    Atomics.store(new Int32Array(this.#cancel), 0, 1);
    await this.#last;
    clearTimeout(this.#idle);
    await this.#thread?.stop();
  }

  async #load(ask: LoadAsk): Promise<LoadReport> {
    const label = `${ask.model}/${ask.version}/${ask.fileName}`;
    if (this.#closed)
      throw new MeshError('SHUTTING_DOWN', `'${label}' is not loaded: the process is stopping`);
    this.#thread ??= new Thread(this.#entry, 'the model loader', () => {
      this.#thread = undefined;
    });
    try {
      return await this.#thread.ask(ask, []);
    } catch (error) {
      if (!(error instanceof MeshError) || error.reason !== 'EXECUTOR_LOST') throw error;
      throw new MeshError(
        'MODEL_INVALID',
        `'${label}' can't be used: it ended the thread that loaded it: ${error.message}`,
        {},
        error,
      );
    }
  }

  #rest(): void {
    this.#waiting--;
    if (this.#waiting > 0 || this.#closed) return;
    this.#idle = setTimeout(() => {
      const thread = this.#thread;
      this.#thread = undefined;
      void thread?.stop();
    }, this.#keepMs);
    this.#idle.unref();
  }
}
