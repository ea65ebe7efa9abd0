import { MeshError } from '../../kit/errors/mesh-error.ts';
import { type Log, silentLog } from '../../kit/log/log.ts';
import { Thread } from '../execution/thread.ts';
import type { LoadAsk, LoadReport } from './loader-thread.ts';

/** What may be chosen. */
export interface LoadingThreadSettings {
  readonly log?: Log;
  /** The file that the thread runs. */
  readonly entry?: URL;
  /** How long it stays with nothing to do. */
  readonly keepMs?: number;
  /** How long one load may take. */
  readonly limitMs?: number;
  /** How long close waits for the load under way. */
  readonly closeMs?: number;
}

const defaults = {
  log: silentLog,
  entry: new URL('./loader-thread.ts', import.meta.url),
  // Loads come in flocks: a start, a deployment. In between, the thread's memory is better given back.
  keepMs: 5_000,
  limitMs: 300_000,
  // Longer than any run of a model that is worth waiting for.
  closeMs: 5_000,
};
// Each may hold a processor for ever.
const maxStuck = 4;

/** A load that has begun. */
interface Load {
  readonly thread: Thread<LoadAsk, LoadReport>;
  readonly cancel: SharedArrayBuffer;
}

/**
 * The thread that loads models; it is there while there is something to load, and a little longer. One that a model does not let go
 * can't be ended without ending the process, so it is left behind, and the next load gets a new one.
 */
export class LoadingThread {
  readonly #settings: Required<LoadingThreadSettings>;
  #thread: Thread<LoadAsk, LoadReport> | undefined;
  #load: Load | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #stuck = 0;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: LoadingThreadSettings = {}) {
    this.#settings = { ...defaults, ...settings };
  }

  /** Threads that were left behind and have not ended. */
  get stuck(): number {
    return this.#stuck;
  }

  /**
   * Loads after all that was asked for before. Rejects with what was wrong with the model, with MODEL_INVALID if it ended the
   * thread or took too long, with MODEL_NOT_READY if too many threads were left behind, and with SHUTTING_DOWN.
   */
  load(ask: Omit<LoadAsk, 'cancel'>): Promise<LoadReport> {
    this.#waiting++;
    clearTimeout(this.#idle);
    const report = this.#last.then(() => this.#next(ask));
    this.#last = report.then(
      () => this.#rest(),
      () => this.#rest(),
    );
    return report;
  }

  /** Refuses what waits, gives up what is under way at its next run, and resolves when the thread is gone or does not come back. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#load !== undefined) cancel(this.#load);
    const limit = setTimeout(() => {
      this.#leave(new MeshError('SHUTTING_DOWN', 'the model that is being loaded does not come back'));
    }, this.#settings.closeMs);
    await this.#last;
    clearTimeout(limit);
    clearTimeout(this.#idle);
    await this.#thread?.stop();
  }

  async #next(asked: Omit<LoadAsk, 'cancel'>): Promise<LoadReport> {
    const label = `${asked.model}/${asked.version}/${asked.fileName}`;
    const { entry, limitMs } = this.#settings;
    if (this.#closed)
      throw new MeshError('SHUTTING_DOWN', `'${label}' is not loaded: the process is stopping`);
    if (this.#stuck >= maxStuck)
      throw new MeshError(
        'MODEL_NOT_READY',
        `'${label}' is not loaded: ${this.#stuck} models before it never came back from being loaded and hold their threads; restart the process`,
      );
    this.#thread ??= new Thread(entry, 'the model loader', () => {
      this.#thread = undefined;
    });
    const load: Load = { thread: this.#thread, cancel: new SharedArrayBuffer(4) };
    this.#load = load;
    const limit = setTimeout(() => {
      this.#leave(
        new MeshError(
          'MODEL_INVALID',
          `'${label}' can't be used: it was not loaded within ${limitMs} ms; look at what it computes, and at its model_warmup and golden.json`,
        ),
      );
    }, limitMs);
    try {
      return await load.thread.ask({ ...asked, cancel: load.cancel }, []);
    } catch (error) {
      if (!(error instanceof MeshError) || error.reason !== 'EXECUTOR_LOST') throw error;
      throw new MeshError(
        'MODEL_INVALID',
        `'${label}' can't be used: it ended the thread that loaded it: ${error.message}`,
        {},
        error,
      );
    } finally {
      clearTimeout(limit);
      this.#load = undefined;
    }
  }

  /** Gives the load under way up, and its thread. */
  #leave(error: MeshError): void {
    const load = this.#load;
    if (load === undefined) return;
    cancel(load);
    this.#thread = undefined;
    this.#stuck++;
    this.#settings.log.error('a model does not come back from being loaded; its thread is left behind', {
      reason: error.message,
      stuck_threads: this.#stuck,
    });
    void load.thread.ended.then(() => {
      this.#stuck--;
    });
    load.thread.abandon(error);
  }

  #rest(): void {
    this.#waiting--;
    if (this.#waiting > 0 || this.#closed) return;
    this.#idle = setTimeout(() => {
      const thread = this.#thread;
      this.#thread = undefined;
      void thread?.stop();
    }, this.#settings.keepMs);
    this.#idle.unref();
  }
}

/** Asks the thread to give up before its next run. */
function cancel(load: Load): void {
  const flag = new Int32Array(load.cancel);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}
