const longMs = 1000;
const factor = 200;

/** From now on, in this process, timers of a second and more run 200 times as fast: what waits for a disk would cost the tests minutes. */
export function hurryTimers(): void {
  const set = globalThis.setTimeout;
  const hurried = (work: (...given: unknown[]) => void, delayMs = 0, ...given: unknown[]): NodeJS.Timeout =>
    set(work, delayMs >= longMs ? delayMs / factor : delayMs, ...given);
  globalThis.setTimeout = Object.assign(hurried, set) as typeof setTimeout;
}
