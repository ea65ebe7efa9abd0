import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Call } from '../kit/contract/call.ts';
import { type MeshError, toMeshError } from '../kit/errors/mesh-error.ts';
import type { Admission } from './admission.ts';
import { nowMs, type Occasion } from './records.ts';
import type { Refusals, Refused } from './refusals.ts';

/** Makes a handler of what answers: within the budget of requests under way, and with a record of each that got no answer. */
export type Guard = <Request, Response>(
  answer: (request: Request, occasion: Occasion) => Promise<Response>,
  refused: (request: Request) => Refused,
) => (request: Request, call: Call) => Promise<Response>;

/** Whether the caller itself records that this request was refused so. */
export type LeavesRefusal = (request: ScoreRequest, error: MeshError) => boolean;

export function createGuard(deps: {
  readonly admission: Admission;
  readonly refusals: Refusals;
  readonly newId: () => string;
  readonly leavesRefusal: LeavesRefusal;
}): Guard {
  const { admission, leavesRefusal, newId, refusals } = deps;
  return (answer, refused) => async (request, call) => {
    const occasion: Occasion = { recordId: newId(), receivedAtMs: nowMs(), call };
    let admitted = false;
    try {
      admission.enter();
      admitted = true;
      return await answer(request, occasion);
    } catch (thrown) {
      const error = call.cancellation.error ?? toMeshError(thrown);
      // The details of a bug are for the log of the layer that called; the record keeps what the caller is told.
      const kept = refused(request);
      if (!leavesRefusal(kept.request, error)) await refusals.record(kept, error, occasion);
      throw error.reason === 'INTERNAL' ? thrown : error;
    } finally {
      if (admitted) admission.leave();
    }
  };
}

/** Tells the span of the handler what was answered. */
export function describe({ span }: Call, predictionId: string, name: string, version: number): void {
  if (span === undefined) return;
  span.attributes['scoremesh.prediction.id'] = predictionId;
  span.attributes['scoremesh.model.name'] = name;
  span.attributes['scoremesh.model.version'] = version;
}
