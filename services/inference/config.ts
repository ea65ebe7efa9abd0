/** Settings of the inference role. */
export interface InferenceConfig {
  /** Folder of `<name>/<version>/model.onnx`. */
  readonly modelsFolder: string;
  /** Rows that may wait for one model version before QUEUE_FULL. */
  readonly maxQueuedRows: number;
  /** Rows of one run, and so of one request. */
  readonly maxBatchRows: number;
  /** How long close waits for what is queued, in milliseconds. */
  readonly closeGraceMs: number;
  /** Version of the software, as ServerMetadata tells it. */
  readonly serverVersion: string;
}

export const inferenceDefaults = {
  // Eight full batches: beyond that a request would wait longer for its turn than any model that runs inline takes.
  maxQueuedRows: 8192,
  // Runs stop getting cheaper per row between 128 and 256 rows; above 1024 a single one would hold the thread for milliseconds.
  maxBatchRows: 1024,
  // Models run inline in under a few milliseconds, so a full queue empties well within it.
  closeGraceMs: 5_000,
} as const;
