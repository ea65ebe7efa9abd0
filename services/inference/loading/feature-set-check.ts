import type { FeatureContract } from '../../contracts.ts';
import { startCall } from '../../kit/contract/call.ts';
import type { Client } from '../../kit/contract/contract.ts';
import { Code } from '../../kit/errors/catalogue.ts';
import { isNotFound, isUnavailable, MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { LoadedModel } from './loader.ts';

/** Longer than a feature role takes to answer, shorter than anybody waits for a model. */
const timeoutMs = 5_000;

export interface FeatureSetCheckDeps {
  /** The feature role; undefined where this process does not know it: then scores are refused instead of the load. */
  readonly features: Pick<Client<FeatureContract>, 'ListFeatures'> | undefined;
  readonly log: Log;
}

/**
 * Compares the version of a feature set that a model names ("name@sha256:<hex>") with what is declared. Fails with FEATURE_SET_CHANGED
 * if that version does not exist, and with MODEL_INVALID if it has another number of features than the model's tensor has columns. A
 * feature role that can't be reached stops no model: each read names the version again.
 */
export async function checkFeatureSet(
  name: string,
  { declared, shape }: Pick<LoadedModel, 'declared' | 'shape'>,
  { features, log }: FeatureSetCheckDeps,
): Promise<void> {
  const reference = declared.featureSet;
  if (features === undefined || !reference.includes('@')) return;
  let count: number;
  try {
    const call = startCall({ timeoutMs, principal: 'scoremesh' });
    const { sets } = await features.ListFeatures({ featureSet: reference }, call);
    count = sets[0]?.features.length ?? 0;
  } catch (thrown) {
    const error = toMeshError(thrown);
    if (error.reason === 'FEATURE_SET_CHANGED' || isNotFound(error))
      throw new MeshError(
        'FEATURE_SET_CHANGED',
        `'${name}' was made for feature set ${reference}, which does not exist: ${error.message}`,
        {},
        error,
      );
    if (!isUnavailable(error) && error.code !== Code.DEADLINE_EXCEEDED) throw error;
    log.warn('the feature set of a model could not be checked', { model: name, reason: error.message });
    return;
  }
  for (const { tensor, featureSet } of declared.sources) {
    const width = shape.inputs.find((input) => input.name === tensor)?.shape[1];
    if (featureSet === reference && width !== undefined && width !== -1 && width !== count)
      throw new MeshError(
        'MODEL_INVALID',
        `'${name}': tensor '${tensor}' has ${width} columns, but feature set ${reference} has ${count} features`,
      );
  }
}
