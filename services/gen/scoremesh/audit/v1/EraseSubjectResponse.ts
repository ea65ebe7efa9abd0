// Original file: scoremesh/audit/v1/audit_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What was erased.
 */
export interface EraseSubjectResponse {
  /**
   * Records whose content can't be read any more.
   */
  'records'?: (number | string | Long);
  /**
   * The records of the erasure.
   */
  'erasureRecordIds'?: (string)[];
}

/**
 * What was erased.
 */
export interface EraseSubjectResponse__Output {
  /**
   * Records whose content can't be read any more.
   */
  'records': (string);
  /**
   * The records of the erasure.
   */
  'erasureRecordIds': (string)[];
}
