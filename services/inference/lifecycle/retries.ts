import { ownPrincipal } from './changes.ts';
import { retryAfterLossMs } from './retry-policy.ts';
import type { Version } from './version.ts';

/** Loads again, after a while, versions whose threads were given up. */
export class Retries {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #onAsked: () => void;

  /** `onAsked` is called when a version was asked for again. */
  constructor(onAsked: () => void) {
    this.#onAsked = onAsked;
  }

  /** The threads of the version were given up now. */
  begin(version: Version): void {
    version.lostAt.push(performance.now());
    const waitMs = retryAfterLossMs(version.lostAt);
    if (waitMs === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (version.phase !== 'FAILED') return;
      version.ask(ownPrincipal);
      this.#onAsked();
    }, waitMs);
    timer.unref();
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
