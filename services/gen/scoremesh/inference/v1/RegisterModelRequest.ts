// Original file: scoremesh/inference/v1/model_service.proto

import type { RegisterModelHeader as _scoremesh_inference_v1_RegisterModelHeader, RegisterModelHeader__Output as _scoremesh_inference_v1_RegisterModelHeader__Output } from '../../../scoremesh/inference/v1/RegisterModelHeader.ts';
import type { FileChunk as _scoremesh_inference_v1_FileChunk, FileChunk__Output as _scoremesh_inference_v1_FileChunk__Output } from '../../../scoremesh/inference/v1/FileChunk.ts';

/**
 * A part of a new version.
 */
export interface RegisterModelRequest {
  /**
   * First.
   */
  'header'?: (_scoremesh_inference_v1_RegisterModelHeader | null);
  /**
   * Then the files, one after the other, each in as many chunks as needed.
   */
  'chunk'?: (_scoremesh_inference_v1_FileChunk | null);
  /**
   * Exactly one.
   */
  'part'?: "header"|"chunk";
}

/**
 * A part of a new version.
 */
export interface RegisterModelRequest__Output {
  /**
   * First.
   */
  'header'?: (_scoremesh_inference_v1_RegisterModelHeader__Output | null);
  /**
   * Then the files, one after the other, each in as many chunks as needed.
   */
  'chunk'?: (_scoremesh_inference_v1_FileChunk__Output | null);
  /**
   * Exactly one.
   */
  'part'?: "header"|"chunk";
}
