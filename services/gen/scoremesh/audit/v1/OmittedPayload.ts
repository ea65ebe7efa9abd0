// Original file: scoremesh/audit/v1/record.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A tensor's data that the record has only the digest of; the tensor itself stands in the record with empty data.
 */
export interface OmittedPayload {
  /**
   * Where it stood, e.g. "request.inputs.image" or "outputs.mask"; of an Inference "request.image" or "response.mask".
   */
  'path'?: (string);
  /**
   * SHA-256 of the data.
   */
  'sha256'?: (Buffer | Uint8Array | string);
  /**
   * Its size in bytes.
   */
  'sizeBytes'?: (number | string | Long);
}

/**
 * A tensor's data that the record has only the digest of; the tensor itself stands in the record with empty data.
 */
export interface OmittedPayload__Output {
  /**
   * Where it stood, e.g. "request.inputs.image" or "outputs.mask"; of an Inference "request.image" or "response.mask".
   */
  'path': (string);
  /**
   * SHA-256 of the data.
   */
  'sha256': (Buffer);
  /**
   * Its size in bytes.
   */
  'sizeBytes': (string);
}
