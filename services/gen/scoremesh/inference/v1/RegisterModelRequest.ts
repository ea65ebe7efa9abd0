// Original file: scoremesh/inference/v1/model_service.proto

import type { RegisterModelHeader as _scoremesh_inference_v1_RegisterModelHeader, RegisterModelHeader__Output as _scoremesh_inference_v1_RegisterModelHeader__Output } from '../../../scoremesh/inference/v1/RegisterModelHeader.ts';
import type { FileChunk as _scoremesh_inference_v1_FileChunk, FileChunk__Output as _scoremesh_inference_v1_FileChunk__Output } from '../../../scoremesh/inference/v1/FileChunk.ts';
import type { UploadEnd as _scoremesh_inference_v1_UploadEnd, UploadEnd__Output as _scoremesh_inference_v1_UploadEnd__Output } from '../../../scoremesh/inference/v1/UploadEnd.ts';

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
   * Last, of an upload: all files were sent.
   */
  'end'?: (_scoremesh_inference_v1_UploadEnd | null);
  /**
   * Exactly one.
   */
  'part'?: "header"|"chunk"|"end";
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
   * Last, of an upload: all files were sent.
   */
  'end'?: (_scoremesh_inference_v1_UploadEnd__Output | null);
  /**
   * Exactly one.
   */
  'part'?: "header"|"chunk"|"end";
}
