// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * Which events to take in again.
 */
export interface ReplayQuarantineRequest {
  /**
   * Only of this stream; empty for all.
   */
  'stream'?: (string);
  /**
   * Only these; empty for all.
   */
  'quarantineIds'?: (string)[];
  /**
   * Removes them instead. Default false.
   */
  'discard'?: (boolean);
}

/**
 * Which events to take in again.
 */
export interface ReplayQuarantineRequest__Output {
  /**
   * Only of this stream; empty for all.
   */
  'stream': (string);
  /**
   * Only these; empty for all.
   */
  'quarantineIds': (string)[];
  /**
   * Removes them instead. Default false.
   */
  'discard': (boolean);
}
