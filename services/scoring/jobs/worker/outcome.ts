import type { ScoreResponse__Output as ScoreResponse } from '../../../gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { MeshError } from '../../../kit/errors/mesh-error.ts';

/** What the result says however the job ended. */
interface Told {
  readonly replyTo: string | undefined;
  /** Attempts that were begun. */
  readonly attempts: number;
}

/** A job that has no answer. */
export interface Unscored extends Told {
  readonly kind: 'failed' | 'dead' | 'cancelled' | 'expired';
  readonly error: MeshError;
  /** No worker lived to end any of its attempts. */
  readonly isExhausted?: true;
}

interface Succeeded extends Told {
  readonly kind: 'succeeded';
  readonly response: ScoreResponse;
}

/** A job that gets its result. */
export type Ended = Succeeded | Unscored;

/** What one delivery of a job came to. */
export type Outcome =
  | Ended
  /** It has its result. */
  | { readonly kind: 'known' }
  /** To be delivered again after a while. */
  | { readonly kind: 'retry'; readonly error: MeshError }
  /** This worker stops. */
  | { readonly kind: 'handBack' };
