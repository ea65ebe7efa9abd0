import { z } from 'zod';
import type { ReplayRequest__Output as ReplayRequest } from '../../services/gen/scoremesh/scoring/v1/ReplayRequest.ts';
import type { ReplayResponse__Output as ReplayResponse } from '../../services/gen/scoremesh/scoring/v1/ReplayResponse.ts';
import { featureJson, modelJson, parsed, value, valuesJson, valuesOf } from './score-json.ts';

const replayBody = z.strictObject({
  prediction_id: z.string(),
  read_features: z.boolean().default(false),
  changes: z.record(z.string(), value).default({}),
});

/** The body of POST /v1/replay. Throws INVALID_REQUEST with every fault. */
export function replayRequestOf(body: unknown): ReplayRequest {
  const { prediction_id: predictionId, read_features: readFeatures, changes } = parsed(replayBody, body);
  return { predictionId, readFeatures, changes: valuesOf(changes) };
}

/** What a replay found as JSON; distances and counts beyond 2^53 as text. */
export function replayResponseJson(response: ReplayResponse): object {
  const { differences, explanation, model, recorded, replayed, skew, verdict } = response;
  return {
    verdict: verdictName(verdict),
    explanation,
    model: modelJson(model),
    recorded: valuesJson(recorded),
    replayed: valuesJson(replayed),
    differences: differences.map(({ output, maxUlp, elements }) => ({
      output,
      max_ulp: count(maxUlp),
      elements: count(elements),
    })),
    skew: skew.map((feature) => ({
      name: feature.name,
      recorded: feature.recorded === null ? null : featureJson(feature.recorded),
      read: feature.read === null ? null : featureJson(feature.read),
    })),
    recorded_runtime: response.recordedRuntime,
    replayed_runtime: response.replayedRuntime,
  };
}

/** e.g. "SAME". */
export function verdictName(verdict: ReplayResponse['verdict']): string {
  return verdict.replace('REPLAY_VERDICT_', '');
}

function count(text: string): number | string {
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}
