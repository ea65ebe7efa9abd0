import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Loader } from '../../../services/inference/loading/loader.ts';
import type { FoundVersion } from '../../../services/inference/repository/repository.ts';
import type { ServingConfig } from '../../../services/inference/repository/serving-config.ts';

/** How a version is served when nobody says anything, for tests of the loader. */
export const plainServing: ServingConfig = {
  batched: true,
  maxBatchRows: 1024,
  batchDependentRows: false,
  maxQueuedRows: 8192,
  maxRequestRows: 8192,
  maxTensorBytes: 2 ** 30,
  instances: 1,
  placement: undefined,
  defaultTimeoutMs: undefined,
  defaultPriority: 2,
  warmup: [],
  fileName: 'model.onnx',
  given: undefined,
};

/**
 * Loads a version and closes it again, `cycles` times. Answers the resident memory after each, in bytes, with garbage collected:
 * model files that nobody holds any more would hide what stays, because shared memory hardly counts when V8 decides to collect.
 */
export async function loadAndClose(
  loader: Loader,
  found: FoundVersion,
  placement: 'inline' | 'worker',
  cycles: number,
): Promise<number[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const resident: number[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    const { executor } = await loader.load(found, { ...plainServing, placement }, undefined);
    await executor.close();
    collect();
    resident.push(process.memoryUsage.rss());
  }
  return resident;
}
