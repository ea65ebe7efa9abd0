/** When models are loaded: at start only, at start and when asked, or whenever the folder changes. */
export type ModelControl = 'none' | 'explicit' | 'poll';

/** Settings of the inference role. */
export interface InferenceConfig {
  /** Folder of `<name>/<version>/model.onnx`. Never written to. */
  readonly modelsFolder: string;
  /** Folder of registered versions and of where aliases were moved; the same layout, and written to. */
  readonly registryFolder: string;
  /** Folder below which a path to register from must lie; undefined to take uploads only. */
  readonly importFolder: string | undefined;
  readonly control: ModelControl;
  /** How often the folder is looked at with control 'poll', in milliseconds. */
  readonly pollMs: number;
  /** Rows that may wait for one model version before QUEUE_FULL, unless its configuration says otherwise. */
  readonly maxQueuedRows: number;
  /** Rows of one run, unless its configuration says otherwise. */
  readonly maxBatchRows: number;
  /** Content of all outputs of one answer, in bytes. */
  readonly maxAnswerBytes: number;
  /** Size of a model file. */
  readonly maxModelBytes: number;
  /** How long loading one version may take, in milliseconds. */
  readonly loadLimitMs: number;
  /** How long close waits for what is queued, in milliseconds. */
  readonly closeGraceMs: number;
  /** Time for each request of a stream that has no deadline, in milliseconds. */
  readonly streamedTimeoutMs: number;
  /** Version of the software, as ServerMetadata tells it. */
  readonly serverVersion: string;
}

export const inferenceDefaults = {
  // Eight full batches: beyond that a request would wait longer for its turn than any model that runs inline takes.
  maxQueuedRows: 8192,
  // Runs stop getting cheaper per row between 128 and 256 rows; above 1024 a single one would hold the thread for milliseconds.
  maxBatchRows: 1024,
  // What messages may have by default, less what describes the outputs.
  maxAnswerBytes: 16 * 1024 * 1024 - 16 * 1024,
  // ONNX's own limit: a Protobuf message holds at most 2 GiB.
  maxModelBytes: 2 ** 31 - 1,
  // Reading 2 GiB from a slow disk takes a minute; what takes five hangs.
  loadLimitMs: 300_000,
  // Models run inline in under a few milliseconds, so a full queue empties well within it.
  closeGraceMs: 5_000,
  // What the gateway gives calls without a deadline.
  streamedTimeoutMs: 10_000,
} as const;
