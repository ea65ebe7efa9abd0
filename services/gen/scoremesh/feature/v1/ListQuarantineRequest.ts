// Original file: scoremesh/feature/v1/feature_service.proto


/**
 * Which events.
 */
export interface ListQuarantineRequest {
  /**
   * Only of this stream; empty for all.
   */
  'stream'?: (string);
  /**
   * 1 to 1000; 0 means 100.
   */
  'pageSize'?: (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken'?: (string);
}

/**
 * Which events.
 */
export interface ListQuarantineRequest__Output {
  /**
   * Only of this stream; empty for all.
   */
  'stream': (string);
  /**
   * 1 to 1000; 0 means 100.
   */
  'pageSize': (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken': (string);
}
