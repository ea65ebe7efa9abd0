// Original file: scoremesh/audit/v1/record.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Content of records that can't be read any more, because the key of their subject was destroyed.
 */
export interface Erasure {
  /**
   * Why, as the request for it said, e.g. "GDPR Art. 17 request 4711"; no personal data.
   */
  'reason'?: (string);
  /**
   * Handles of the records, 16 bytes each, in order of the log.
   */
  'handles'?: (Buffer | Uint8Array | string)[];
  /**
   * Records of the subject over all entries of one erasure: more than fit into one entry are named by several.
   */
  'total'?: (number | string | Long);
}

/**
 * Content of records that can't be read any more, because the key of their subject was destroyed.
 */
export interface Erasure__Output {
  /**
   * Why, as the request for it said, e.g. "GDPR Art. 17 request 4711"; no personal data.
   */
  'reason': (string);
  /**
   * Handles of the records, 16 bytes each, in order of the log.
   */
  'handles': (Buffer)[];
  /**
   * Records of the subject over all entries of one erasure: more than fit into one entry are named by several.
   */
  'total': (string);
}
