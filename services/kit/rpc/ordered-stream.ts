/** A result's place in the line of those to come. */
interface Slot<O> {
  done: boolean;
  result: O | undefined;
}

/**
 * Runs `work` on each input, at most `limit` at once, and yields the results in the order of the inputs. Reads the next input only
 * when there is room, and what waits to be taken counts too, so that a fast producer and a slow reader are both held back. An error
 * of `work` or of the inputs ends it at once: work that may fail on its own answers with its failure.
 */
export function inOrder<I, O>(
  inputs: AsyncIterable<I>,
  limit: number,
  work: (input: I) => Promise<O>,
): AsyncGenerator<O> {
  return collect(inputs, limit, work, true);
}

/** As inOrder, but yields the results in the order in which they are ready. */
export function inCompletionOrder<I, O>(
  inputs: AsyncIterable<I>,
  limit: number,
  work: (input: I) => Promise<O>,
): AsyncGenerator<O> {
  return collect(inputs, limit, work, false);
}

async function* collect<I, O>(
  inputs: AsyncIterable<I>,
  limit: number,
  work: (input: I) => Promise<O>,
  ordered: boolean,
): AsyncGenerator<O> {
  /** In order: what was begun. Otherwise: what is done. */
  const line: Slot<O>[] = [];
  let underWay = 0;
  let ended = false;
  let failure: { error: unknown } | undefined;
  let wakeReader = (): void => {};
  let wakeWriter = (): void => {};
  const fail = (error: unknown): void => {
    failure ??= { error };
    wakeWriter();
  };

  const read = async (): Promise<void> => {
    for await (const input of inputs) {
      if (ended) return;
      underWay += 1;
      const slot: Slot<O> = { done: false, result: undefined };
      if (ordered) line.push(slot);
      work(input).then((result) => {
        slot.done = true;
        slot.result = result;
        if (!ordered) line.push(slot);
        wakeWriter();
      }, fail);
      while (underWay >= limit && !ended) await new Promise<void>((resolve) => (wakeReader = resolve));
      if (ended) return;
    }
    ended = true;
    wakeWriter();
  };
  read().catch(fail);

  try {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      const next = line[0];
      if (next?.done === true) {
        line.shift();
        underWay -= 1;
        wakeReader();
        yield next.result as O;
      } else if (ended && underWay === 0) {
        return;
      } else {
        await new Promise<void>((resolve) => (wakeWriter = resolve));
      }
    }
  } finally {
    ended = true;
    wakeReader();
  }
}
