import { MeshError } from '../kit/errors/mesh-error.ts';

/** What of the gateway's work may be under way at once, whichever service it came through. */
export interface Admission {
  readonly inFlight: () => number;
  /** Throws QUEUE_FULL when as many requests as may be are under way. */
  enter(): void;
  leave(): void;
}

export function createAdmission(maxInFlight: number): Admission {
  let inFlight = 0;
  return {
    inFlight: () => inFlight,
    enter: () => {
      if (inFlight >= maxInFlight) {
        throw new MeshError('QUEUE_FULL', `${maxInFlight} requests are under way here; try again later`, {
          retryAfterMs: 50,
        });
      }
      inFlight += 1;
    },
    leave: () => {
      inFlight -= 1;
    },
  };
}
