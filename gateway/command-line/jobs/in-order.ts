/**
 * Works on items at once, at most `limit` of them begun and not yet taken, and gives the results in the order of the items. The first failure
 * ends it, as does who takes no more: then the source is closed, and what was begun is left to end by itself.
 */
export async function* inOrder<T, R>(
  source: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const items = source[Symbol.asyncIterator]();
  const begun: Promise<R>[] = [];
  let hasMore = true;
  try {
    for (;;) {
      while (hasMore && begun.length < limit) {
        const next = await items.next();
        if (next.done) {
          hasMore = false;
          break;
        }
        const result = work(next.value);
        // Its failure is told when its turn comes.
        result.catch(() => {});
        begun.push(result);
      }
      const first = begun.shift();
      if (first === undefined) return;
      yield await first;
    }
  } finally {
    await items.return?.();
  }
}

/** Lets at most so many through at once, in the order in which they came. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  async through<R>(work: () => Promise<R>): Promise<R> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
