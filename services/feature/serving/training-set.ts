import type { BuildTrainingSetRequest__Output } from '../../gen/scoremesh/feature/v1/BuildTrainingSetRequest.ts';
import type { BuildTrainingSetResponse__Output } from '../../gen/scoremesh/feature/v1/BuildTrainingSetResponse.ts';
import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import { invalidRequest } from '../../kit/errors/mesh-error.ts';
import type { FeatureReader, Join } from './feature-reader.ts';
import type { ReadPlan } from './read-plan.ts';
import type { StatusCounts } from './status.ts';

export interface TrainingDeps {
  readonly reader: Pick<FeatureReader, 'join'>;
  /** What the batch reads; refuses batches that are too large. */
  readonly planOf: (batch: GetFeaturesRequest__Output) => ReadPlan;
  readonly count: (plan: ReadPlan, counts: StatusCounts) => void;
}

/**
 * Answers batch after batch with the features of each row at its moment, as of what was known when the first batch came, or as it asks.
 * The states of a stream of batches are its own, so that rows in the order of time cost what happened between them.
 */
export async function* buildTrainingSet(
  batches: AsyncIterable<BuildTrainingSetRequest__Output>,
  call: Call,
  { reader, planOf, count }: TrainingDeps,
): AsyncGenerator<BuildTrainingSetResponse__Output> {
  let first: GetFeaturesRequest__Output | undefined;
  let plan: ReadPlan | undefined;
  let join: Join | undefined;
  try {
    for await (const { batch } of batches) {
      throwIfUnwanted(call, 'the batch was joined');
      if (batch === null) throw invalidRequest([{ field: 'batch', description: 'is missing' }]);
      first ??= batch;
      refuseOther(first, batch);
      const current = planOf(batch);
      // One version of the set for the whole stream, whatever is declared meanwhile.
      plan ??= current;
      join ??= await reader.join(batch.asOfIngestTime);
      const counts: StatusCounts = [0, 0, 0, 0, 0];
      const response = await join.read(plan, batch, counts);
      count(plan, counts);
      yield { batch: response };
    }
  } finally {
    join?.close();
  }
}

function refuseOther(first: GetFeaturesRequest__Output, batch: GetFeaturesRequest__Output): void {
  const same =
    batch.featureSet === first.featureSet &&
    batch.asOfIngestTime === first.asOfIngestTime &&
    batch.features.length === first.features.length &&
    batch.features.every((name, index) => name === first.features[index]);
  if (!same)
    throw invalidRequest([
      {
        field: 'batch',
        description:
          'names another feature set, other features or another as_of_ingest_time than the first batch; open a stream for each',
      },
    ]);
}
