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
   * RFC 6962 leaf hash of the record's entry: SHA-256(0x00 || entry).
   */
  'leafHash'?: (Buffer | Uint8Array | string);
  /**
   * That the entry is in the log, as a C2SP tlog-proof: inclusion proof and signed checkpoint, to be verified offline. Empty where only
   * the place is told.
   */
  'proof'?: (string);
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
   * RFC 6962 leaf hash of the record's entry: SHA-256(0x00 || entry).
   */
  'leafHash': (Buffer);
  /**
   * That the entry is in the log, as a C2SP tlog-proof: inclusion proof and signed checkpoint, to be verified offline. Empty where only
   * the place is told.
   */
  'proof': (string);
}
