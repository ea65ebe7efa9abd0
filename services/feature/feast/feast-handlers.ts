import type { FeastContract } from '../../contracts.ts';
import type { GetOnlineFeaturesRequest__Output } from '../../gen/feast/serving/GetOnlineFeaturesRequest.ts';
import type { GetOnlineFeaturesResponse__Output } from '../../gen/feast/serving/GetOnlineFeaturesResponse.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { askedRows } from './entity-columns.ts';
import { entityVector, featureVectors } from './feature-vectors.ts';
import { requestRows } from './request-rows.ts';
import { answerNames, type FeatureReads, type Requested, requestedFeatures } from './requested-features.ts';

/**
 * Features as Feast serves them: a translation of GetFeatures, which decides every value, status and time. Columns of the request's
 * entities come first, PRESENT and without a time, as Feast's own servers have them. `version` is that of the software.
 *
 * A set is read in the version that was listed for its names, so that both are of the same one.
 *
 * Failures: those of GetFeatures and ListFeatures, and INVALID_REQUEST.
 */
export function createFeastHandlers(features: FeatureReads, version: string): Handlers<FeastContract> {
  return {
    GetFeastServingInfo: async () => ({ version }),
    GetOnlineFeatures: async (request, call) => {
      const requested = await requestedFeatures(request, features, call);
      return answer(request, requested, features, call);
    },
  };
}

async function answer(
  request: GetOnlineFeaturesRequest__Output,
  requested: Requested,
  features: FeatureReads,
  call: Call,
): Promise<GetOnlineFeaturesResponse__Output> {
  const columns = Object.entries(request.entities);
  const names = answerNames(
    requested,
    columns.map(([name]) => name),
    request.fullFeatureNames,
  );
  const rows = requestRows(request, requested);
  const empty = { values: [], statuses: [], eventTimestamps: [] };
  const vectors =
    rows.length === 0
      ? requested.columns.map(() => empty)
      : featureVectors(
          await features.GetFeatures({ ...requested.read, ...askedRows(rows) }, call),
          requested,
          rows.length,
        );
  return {
    metadata: { featureNames: { val: names } },
    results: [...columns.map(([, { val }]) => entityVector(val)), ...vectors],
  };
}
