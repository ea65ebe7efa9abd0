import type { WorkerOptions } from 'node:worker_threads';
import { MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { afterCrash, type CrashBudget, crashBudget } from './crash-budget.ts';
import type { WorkerExecutor } from './executor.ts';
import type { KnownFile } from './model-file.ts';
import type { SessionAnswer, SessionAsk } from './session-thread.ts';
import { packTensors, unpackTensors } from './tensor-packing.ts';
import { Thread } from './thread.ts';

type SessionThread = Thread<SessionAsk, SessionAnswer>;

/** A model to run in threads. */
export interface ThreadedModel {
  /** As people know it, e.g. "flight_delay/3". */
  readonly name: string;
  /** Every thread reads it for itself, one that is started again too: passed through this thread it would be garbage of this one. */
  readonly file: KnownFile;
  readonly instances: number;
}

/** What tests choose. */
export interface ThreadSettings extends Pick<WorkerOptions, 'resourceLimits'> {
  readonly entry?: URL;
  readonly budget?: CrashBudget;
}

/**
 * Resolves when every thread has loaded the model. Fails with MODEL_INVALID or EXECUTOR_LOST; no thread is left then. A thread
 * that ends by itself later is started again after a moment, until the crash budget is used up.
 */
export async function createWorkerExecutor(
  model: ThreadedModel,
  deps: { readonly log: Log },
  settings: ThreadSettings = {},
): Promise<WorkerExecutor> {
  const pool = new ThreadPool(model, deps.log, settings);
  await pool.start();
  return pool;
}

class ThreadPool implements WorkerExecutor {
  readonly placement = 'worker';
  readonly instances: number;
  readonly #name: string;
  readonly #file: KnownFile;
  readonly #log: Log;
  readonly #settings: ThreadSettings;
  readonly #threads = new Set<SessionThread>();
  readonly #free: SessionThread[] = [];
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #crashedAt: number[] = [];
  #started = false;
  #closed = false;
  #lost: MeshError | undefined;
  #tellIdle: () => void = () => {};
  #tellLost: (error: MeshError) => void = () => {};

  constructor(model: ThreadedModel, log: Log, settings: ThreadSettings) {
    this.#name = model.name;
    this.#log = log;
    this.#settings = settings;
    this.instances = model.instances;
    this.#file = model.file;
  }

  get idle(): number {
    return this.#free.length;
  }

  async start(): Promise<void> {
    const starts = Array.from({ length: this.instances }, () => this.#startThread());
    const outcomes = await Promise.allSettled(starts);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      await this.close();
      throw failed.reason;
    }
    this.#started = true;
  }

  async run(inputs: readonly Tensor[]): Promise<Tensor[]> {
    if (this.#lost !== undefined) throw this.#lost;
    const thread = this.#free.pop();
    if (thread === undefined) throw new Error(`no thread of ${this.#name} is free`);
    const packed = packTensors(inputs);
    try {
      const answer = await thread.ask({ run: packed }, [packed.buffer]);
      if (answer === undefined) throw new Error(`a thread of ${this.#name} answered a run without outputs`);
      return unpackTensors(answer);
    } finally {
      this.#release(thread);
    }
  }

  onIdle(listener: () => void): void {
    this.#tellIdle = listener;
  }

  onLost(listener: (error: MeshError) => void): void {
    this.#tellLost = listener;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#free.length = 0;
    for (const timer of this.#restarts) clearTimeout(timer);
    this.#restarts.clear();
    await Promise.all(Array.from(this.#threads, (thread) => thread.stop()));
  }

  /** A thread is in `#threads` from its start to its end, and in `#free` while it is loaded and idle. */
  async #startThread(): Promise<void> {
    const { entry = new URL('./session-thread.ts', import.meta.url), resourceLimits } = this.#settings;
    const thread: SessionThread = new Thread(
      entry,
      this.#name,
      (error) => this.#crashed(thread, error),
      resourceLimits === undefined ? {} : { resourceLimits },
    );
    this.#threads.add(thread);
    try {
      await thread.ask({ load: this.#file }, []);
    } catch (error) {
      // A thread that could not load is of no use; one that ended is not in the set any more.
      if (this.#threads.delete(thread)) {
        await thread.stop();
        if (this.#started && !this.#closed) this.#startAgain(toMeshError(error));
      }
      throw error;
    }
    this.#release(thread);
  }

  #release(thread: SessionThread): void {
    if (this.#closed || !this.#threads.has(thread)) return;
    this.#free.push(thread);
    this.#tellIdle();
  }

  #crashed(thread: SessionThread, error: MeshError): void {
    this.#threads.delete(thread);
    const at = this.#free.indexOf(thread);
    if (at >= 0) this.#free.splice(at, 1);
    if (this.#closed || !this.#started) return;
    this.#startAgain(error);
  }

  #startAgain(error: MeshError): void {
    const { crashes } = this.#settings.budget ?? crashBudget;
    this.#crashedAt.push(performance.now());
    if (this.#crashedAt.length > crashes + 1) this.#crashedAt.shift();
    const next = afterCrash(this.#crashedAt, this.#settings.budget ?? crashBudget);
    if (next === 'give up') {
      this.#giveUp(error);
      return;
    }
    this.#log.warn('a thread of a model ended and is started again', {
      model: this.#name,
      in_ms: next.inMs,
      error,
    });
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#startThread().catch(() => {});
    }, next.inMs);
    timer.unref();
    this.#restarts.add(timer);
  }

  #giveUp(error: MeshError): void {
    if (this.#lost !== undefined) return;
    this.#lost = new MeshError(
      'EXECUTOR_LOST',
      `the threads of ${this.#name} end again and again, last: ${error.message}; load the model again, or another version`,
      {},
      error,
    );
    this.#log.error('the threads of a model end again and again; it is given up', {
      model: this.#name,
      error,
    });
    this.close().catch(() => {});
    this.#tellLost(this.#lost);
  }
}
