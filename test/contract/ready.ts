const patienceMs = 30_000;
const pauseMs = 20;

/** Resolves when the process says that it can do its work; fails with what it said last. */
export async function untilReady(metricsUrl: string): Promise<void> {
  await until(async () => {
    const response = await fetch(`${metricsUrl}/readyz`);
    const text = await response.text();
    return response.ok ? undefined : text;
  });
}

/** Asks again until `ask` has nothing to complain about. */
export async function until(ask: () => Promise<string | undefined>): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const complaint = await ask().catch((error: Error) => error.message);
    if (complaint === undefined) return;
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${complaint}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
