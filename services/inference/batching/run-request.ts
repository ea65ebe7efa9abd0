import type { Call } from '../../kit/contract/call.ts';
import type { Priority } from '../repository/serving-config.ts';
import type { Tensor } from '../tensors/tensor.ts';
import type { RequestTimes } from './batcher-instruments.ts';

/** A request that fits its model. */
export interface RunRequest {
  /** One per input of the model. */
  readonly tensors: readonly Tensor[];
  /** Rows it brings, >= 1; 1 for a model that is not batched. */
  readonly rows: number;
  /** Equal for requests that may share a run; undefined for one that never shares. */
  readonly key: string | undefined;
  readonly call: Call;
  /** The earlier of the call's deadline and the end of the request's own time-out, on the clock of performance.now(). */
  readonly deadline: number;
  readonly priority: Priority;
  /** Whether its rows may be run apart, if there are more than a run takes. */
  readonly splittable: boolean;
}

/** What a run answered to one request. */
export interface RunAnswer {
  /** One per output of the model. */
  readonly tensors: readonly Tensor[];
  /** Rows of the batch it ran in; of the first, if it was split. */
  readonly batchRows: number;
  /** Names the batch it ran in, unlike any other; empty unless the batcher was asked to name them. */
  readonly batchId: string;
  /** Where in the batch its rows start. */
  readonly batchRow: number;
  readonly times: RequestTimes;
}
