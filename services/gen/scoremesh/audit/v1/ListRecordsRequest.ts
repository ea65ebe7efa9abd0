// Original file: scoremesh/audit/v1/audit_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';

/**
 * Which records.
 */
export interface ListRecordsRequest {
  /**
   * The first moment; absent for the log's beginning.
   */
  'since'?: (_google_protobuf_Timestamp | null);
  /**
   * The moment after the last; absent for now.
   */
  'until'?: (_google_protobuf_Timestamp | null);
  /**
   * 1 to 1000; 0 for 100.
   */
  'pageSize'?: (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken'?: (string);
}

/**
 * Which records.
 */
export interface ListRecordsRequest__Output {
  /**
   * The first moment; absent for the log's beginning.
   */
  'since': (_google_protobuf_Timestamp__Output | null);
  /**
   * The moment after the last; absent for now.
   */
  'until': (_google_protobuf_Timestamp__Output | null);
  /**
   * 1 to 1000; 0 for 100.
   */
  'pageSize': (number);
  /**
   * next_page_token of the page before; empty for the first.
   */
  'pageToken': (string);
}
