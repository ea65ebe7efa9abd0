/** Whether the work is done within this time; it goes on if it is not. Rejects as it does. */
export async function finishesWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([timeout, work.then(() => true)]);
  } finally {
    clearTimeout(timer);
  }
}
