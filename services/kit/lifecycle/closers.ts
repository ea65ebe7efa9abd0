import type { Log } from '../log/log.ts';

/** What was opened, closed in reverse order. Every opened thing goes on it at once, so that a failed start closes it too. */
export interface Closers {
  /** `close` is idempotent and bounded; an error in it is logged and does not stop the others. */
  add(name: string, close: () => Promise<void> | void): void;
  /** Closes everything, last opened first. Resolves when all are closed; a second call returns the first's promise. */
  close(): Promise<void>;
}

export function createClosers(log: Log): Closers {
  const stack: { name: string; close: () => Promise<void> | void }[] = [];
  let closing: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const startedAt = performance.now();
      try {
        await next.close();
        log.debug('closed', { what: next.name, took_ms: performance.now() - startedAt });
      } catch (error) {
        log.error('closing failed', { what: next.name, error });
      }
    }
  };

  return {
    add: (name, close) => {
      stack.push({ name, close });
    },
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}
