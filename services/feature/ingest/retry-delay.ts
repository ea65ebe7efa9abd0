import type { MeshError } from '../../kit/errors/mesh-error.ts';
import { isQuarantineFull } from './quarantine-room.ts';

const retryBaseMs = 1000;
const maxRetryMs = 60_000;
/** A full quarantine waits for somebody to look at it, and as many messages as are left may wait with it. */
const maxHeldMs = 10 * 60_000;
/**
 * Those that are held come due together: at each such moment nats-server 2.9 goes through all that are not acknowledged. With 100,000 it
 * takes 40 % of a core and writes 7 MB/s if each has a moment of its own, and 2 % and 0.3 MB/s like this.
 */
const heldStepMs = 10_000;

/** How long a message is handed back for that can't be stored because of this error, at its attempt (1 at first). */
export function retryDelayMs(error: MeshError, attempt: number, nowMs: number): number {
  const isHeld = isQuarantineFull(error);
  const grown = (error.details.retryAfterMs ?? retryBaseMs) * 2 ** Math.min(attempt - 1, 10);
  const drawn = Math.min(grown, isHeld ? maxHeldMs : maxRetryMs) * (0.5 + Math.random() / 2);
  return isHeld ? Math.floor((nowMs + drawn) / heldStepMs) * heldStepMs - nowMs : drawn;
}
