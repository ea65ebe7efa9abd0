import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { LoadedFacts } from './model-description.ts';
import type { ServedModel } from './served-model.ts';

/** A content that was loaded to answer again, and that nobody else is served by. */
export interface LoadedContent {
  readonly version: number;
  readonly facts: LoadedFacts;
  readonly served: ServedModel;
}

interface Kept {
  readonly loading: Promise<LoadedContent>;
  /** Who waits for it or runs it. */
  uses: number;
  idle: NodeJS.Timeout | undefined;
}

const busyRetryMs = 1_000;

/** Contents that are loaded beside those that serve: a few at once, each for as long as it is used and a while after. */
export class KeptContents {
  readonly #limits: { readonly most: number; readonly idleMs: number };
  readonly #log: Log;
  readonly #kept = new Map<string, Kept>();
  readonly #closing = new Set<Promise<void>>();
  #closed = false;

  constructor(limits: { readonly most: number; readonly idleMs: number }, log: Log) {
    this.#limits = limits;
    this.#log = log;
  }

  /**
   * Does the work with the content of that key, which `load` loads if it is not there; it stays loaded until the work is done. Fails
   * with QUEUE_FULL while as many others as may be are in use, with SHUTTING_DOWN, and as `load` and the work do.
   */
  async use<T>(
    key: string,
    load: () => Promise<LoadedContent>,
    work: (content: LoadedContent) => Promise<T>,
  ): Promise<T> {
    const kept = this.#kept.get(key) ?? this.#begin(key, load);
    kept.uses++;
    clearTimeout(kept.idle);
    try {
      return await work(await kept.loading);
    } catch (error) {
      // Its threads were given up: the next one who wants it loads it again.
      if (isMeshError(error) && error.reason === 'EXECUTOR_LOST' && this.#kept.get(key) === kept)
        this.#drop(key, kept);
      throw error;
    } finally {
      kept.uses--;
      if (kept.uses === 0) this.#rest(key, kept);
    }
  }

  /** Gives everything back; what is under way is not waited for beyond its run. Refuses from then on. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const [key, kept] of this.#kept) this.#drop(key, kept);
    await Promise.all(this.#closing);
  }

  #begin(key: string, load: () => Promise<LoadedContent>): Kept {
    if (this.#closed) throw new MeshError('SHUTTING_DOWN', 'the inference role is stopping');
    const { most } = this.#limits;
    if (this.#kept.size >= most) {
      const unused = [...this.#kept].find(([, { uses }]) => uses === 0);
      if (unused === undefined)
        throw new MeshError(
          'QUEUE_FULL',
          `${most} contents that no version serves are in use already, which is the most; try again later`,
          { retryAfterMs: busyRetryMs },
        );
      this.#drop(...unused);
    }
    // The memory of those that were dropped comes back first.
    const loading = Promise.all(this.#closing).then(load);
    const kept: Kept = { loading, uses: 0, idle: undefined };
    this.#kept.set(key, kept);
    loading.catch(() => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
    });
    return kept;
  }

  #rest(key: string, kept: Kept): void {
    if (this.#kept.get(key) !== kept) return;
    kept.idle = setTimeout(() => this.#drop(key, kept), this.#limits.idleMs);
    kept.idle.unref();
  }

  #drop(key: string, kept: Kept): void {
    clearTimeout(kept.idle);
    this.#kept.delete(key);
    const closing: Promise<void> = kept.loading
      .then(({ served }) => served.close())
      .catch((error: unknown) =>
        this.#log.debug('a content that was not needed is not there', { key, error }),
      )
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
