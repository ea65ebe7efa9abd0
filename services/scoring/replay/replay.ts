import type { AuditContract, FeatureContract, ModelContract, ScoringContract } from '../../contracts.ts';
import type { ReplayRequest__Output as ReplayRequest } from '../../gen/scoremesh/scoring/v1/ReplayRequest.ts';
import type { ReplayResponse__Output as ReplayResponse } from '../../gen/scoremesh/scoring/v1/ReplayResponse.ts';
import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import type { Client, Handlers } from '../../kit/contract/contract.ts';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { featureSkew, type SkewFound } from './feature-skew.ts';
import { eventOf, type RecordedAnswer, recordedAnswer } from './recorded-answer.ts';
import { type RunDeps, runAgain } from './run-again.ts';
import { runtimeText } from './runtime-text.ts';

export interface ReplayDeps extends RunDeps {
  readonly audit: Pick<Client<AuditContract>, 'GetRecord' | 'QueryRecords'>;
  readonly features: Pick<Client<FeatureContract>, 'GetFeatures'>;
  readonly models: Pick<Client<ModelContract>, 'RunContent'>;
}

/** Replays at once: scoring must not feel them. */
const maxUnderWay = 4;
const busyRetryMs = 200;
/** As many as a request may have inputs. */
const maxChanges = 4096;
const noSkew: SkewFound = { skew: [], note: '' };

/**
 * Answers recorded predictions and inferences again, by the very content that answered them, and compares the bits. Nothing of it is
 * recorded. A few at once, beyond which it fails with QUEUE_FULL.
 */
export function createReplay(deps: ReplayDeps): Handlers<ScoringContract>['Replay'] {
  let underWay = 0;

  const replay = async (request: ReplayRequest, call: Call): Promise<ReplayResponse> => {
    throwIfUnwanted(call, 'a replay could start');
    check(request);
    const recordId = request.predictionId;
    const stored = await deps.audit.GetRecord({ recordId, idempotencyKey: '' }, call);
    const answer = recordedAnswer(stored);
    const event = stored.record === null ? undefined : eventOf(stored.record);
    const response: ReplayResponse = {
      verdict: 'REPLAY_VERDICT_UNSPECIFIED',
      explanation: '',
      model: event?.model ?? null,
      recorded: 'verdict' in answer ? {} : answer.outputs,
      replayed: {},
      differences: [],
      skew: [],
      recordedRuntime: runtimeText(event?.runtime ?? null),
      replayedRuntime: '',
    };
    if ('verdict' in answer) return { ...response, ...answer };
    const { skew, note } = request.readFeatures ? await skewOf(deps, answer, call) : noSkew;
    const found = await runAgain(deps, answer, request.changes, call);
    const explanation = [found.explanation, note].filter((text) => text !== '').join('; ');
    return { ...response, ...found, explanation, skew };
  };

  return async (request, call) => {
    if (underWay >= maxUnderWay)
      throw new MeshError('QUEUE_FULL', `${maxUnderWay} replays are under way here; try again later`, {
        retryAfterMs: busyRetryMs,
      });
    underWay++;
    try {
      return await replay(request, call);
    } finally {
      underWay--;
    }
  };
}

function check({ predictionId, changes }: ReplayRequest): void {
  if (predictionId === '')
    throw invalidRequest([{ field: 'prediction_id', description: 'is empty; name a prediction' }]);
  if (Object.keys(changes).length > maxChanges)
    throw invalidRequest([{ field: 'changes', description: `more than ${maxChanges}` }]);
}

async function skewOf({ features }: ReplayDeps, { asked }: RecordedAnswer, call: Call): Promise<SkewFound> {
  if (asked.kind === 'inference' || asked.features === undefined)
    return { skew: [], note: 'it was made from no features' };
  return featureSkew(features, asked.features, asked.request, call);
}
