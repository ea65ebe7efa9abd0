const patienceMs = 120_000;
const pauseMs = 50;

/** Does it until it succeeds, for as long as a mesh or a cluster may take to come back. */
export async function patiently<T>(work: () => Promise<T>, failed: () => void = () => {}): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      failed();
      if (performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
