/**
 * Runs `work` on each input, at most `limit` at once, and yields the results in the order in which they are ready. Reads the next
 * input only when there is room, so that a fast producer is held back. An error of `work` or of the inputs ends it.
 */
export async function* inCompletionOrder<I, O>(
  inputs: AsyncIterable<I>,
  limit: number,
  work: (input: I) => Promise<O>,
): AsyncGenerator<O> {
  const ready: O[] = [];
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
      work(input).then((result) => {
        ready.push(result);
        wakeWriter();
      }, fail);
      // What waits to be taken counts too: a slow reader of results holds the producer back.
      while (underWay >= limit && !ended) await new Promise<void>((resolve) => (wakeReader = resolve));
      if (ended) return;
    }
    ended = true;
    wakeWriter();
  };
  read().catch(fail);

  try {
    for (;;) {
      const result = ready.shift();
      if (result !== undefined) {
        underWay -= 1;
        wakeReader();
        yield result;
      } else if (failure !== undefined) {
        throw failure.error;
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
