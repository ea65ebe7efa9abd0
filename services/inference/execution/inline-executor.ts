import type { InlineExecutor } from './executor.ts';
import type { Session } from './session.ts';

/** Runs a session on this thread. Owns it from now on. */
export function createInlineExecutor(session: Session): InlineExecutor {
  let closed = false;
  return {
    placement: 'inline',
    run: session.run,
    close: async () => {
      if (closed) return;
      closed = true;
      session.close();
    },
  };
}
