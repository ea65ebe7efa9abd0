// Original file: scoremesh/inference/v1/model_service.proto

/**
 * What is known of a model's rows in a batch: runs of 1 to 64 rows, and of the largest there may be, were compared bit by bit at load.
 */
export const BatchClass = {
  /**
   * Not loaded.
   */
  BATCH_CLASS_UNSPECIFIED: 'BATCH_CLASS_UNSPECIFIED',
  /**
   * A row has the same bits in every batch: requests share runs, and each can be replayed alone.
   */
  BATCH_CLASS_INVARIANT: 'BATCH_CLASS_INVARIANT',
  /**
   * A row's bits depend on the batch; each request runs alone.
   */
  BATCH_CLASS_DEPENDENT: 'BATCH_CLASS_DEPENDENT',
  /**
   * A row's bits depend on the batch, and requests share runs because the configuration says so; each answer names its batch.
   */
  BATCH_CLASS_DEPENDENT_BATCHED: 'BATCH_CLASS_DEPENDENT_BATCHED',
  /**
   * The shapes leave no room for other requests' rows; each request runs alone.
   */
  BATCH_CLASS_NONE: 'BATCH_CLASS_NONE',
} as const;

/**
 * What is known of a model's rows in a batch: runs of 1 to 64 rows, and of the largest there may be, were compared bit by bit at load.
 */
export type BatchClass =
  /**
   * Not loaded.
   */
  | 'BATCH_CLASS_UNSPECIFIED'
  | 0
  /**
   * A row has the same bits in every batch: requests share runs, and each can be replayed alone.
   */
  | 'BATCH_CLASS_INVARIANT'
  | 1
  /**
   * A row's bits depend on the batch; each request runs alone.
   */
  | 'BATCH_CLASS_DEPENDENT'
  | 2
  /**
   * A row's bits depend on the batch, and requests share runs because the configuration says so; each answer names its batch.
   */
  | 'BATCH_CLASS_DEPENDENT_BATCHED'
  | 3
  /**
   * The shapes leave no room for other requests' rows; each request runs alone.
   */
  | 'BATCH_CLASS_NONE'
  | 4

/**
 * What is known of a model's rows in a batch: runs of 1 to 64 rows, and of the largest there may be, were compared bit by bit at load.
 */
export type BatchClass__Output = typeof BatchClass[keyof typeof BatchClass]
