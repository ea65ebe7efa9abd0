// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A record's place in the audit log.
 */
export interface Receipt {
  /**
   * Index of the record in the log, from 0.
   */
  'logIndex'?: (number | string | Long);
  /**
   * RFC 6962 leaf hash of the record: SHA-256(0x00 || record).
   */
  'leafHash'?: (Buffer | Uint8Array | string);
}

/**
 * A record's place in the audit log.
 */
export interface Receipt__Output {
  /**
   * Index of the record in the log, from 0.
   */
  'logIndex': (string);
  /**
   * RFC 6962 leaf hash of the record: SHA-256(0x00 || record).
   */
  'leafHash': (Buffer);
}
