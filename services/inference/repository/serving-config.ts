import type { ModelConfig__Output as ModelConfig } from '../../gen/inference/ModelConfig.ts';

/** Which versions of a model are wanted when nobody says otherwise. */
export type VersionPolicy =
  | { readonly kind: 'all' }
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'specific'; readonly versions: readonly number[] };

/** 1 goes first. */
export type Priority = 1 | 2 | 3;

/** Of one version; each holds a thread, and the model's memory again. */
export const maxInstances = 64;

/** A configuration as somebody wrote it. */
export interface GivenConfig extends ModelConfig {
  /** Whether max_batch_size was written: a 0 then means that requests shall not share runs. */
  readonly statesMaxBatchSize?: boolean;
}

/** How one version is served: config.pbtxt of its model, overridden by `serving` in its model.yaml, with defaults filled in. */
export interface ServingConfig {
  /** Whether requests may share runs; of a loaded version, whether they do. Default true. */
  readonly batched: boolean;
  /** Rows of one run. */
  readonly maxBatchRows: number;
  /** Whether requests share runs though a row's bits depend on the batch. Default false. */
  readonly batchDependentRows: boolean;
  /** Rows that may wait. */
  readonly maxQueuedRows: number;
  /** Rows of one request; a larger one is refused, one above maxBatchRows is split. */
  readonly maxRequestRows: number;
  /** Bytes of one input tensor. */
  readonly maxTensorBytes: number;
  /** Threads, where it runs in threads. */
  readonly instances: number;
  /** Where it runs; undefined to decide by measured time. */
  readonly placement: 'inline' | 'worker' | undefined;
  /** Deadline of requests without a time-out of their own, from arrival; undefined for the caller's alone. */
  readonly defaultTimeoutMs: number | undefined;
  /** Of requests that name none. */
  readonly defaultPriority: Priority;
  /** Runs before the first request, in addition to those of the loader. */
  readonly warmup: ModelConfig['modelWarmup'];
  /** File of the model in its version's folder. */
  readonly fileName: string;
  /** What config.pbtxt says, for the complete ModelConfig; undefined without one. */
  readonly given: GivenConfig | undefined;
}
