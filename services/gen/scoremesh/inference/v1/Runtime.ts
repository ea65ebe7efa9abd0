// Original file: scoremesh/inference/v1/model_service.proto


/**
 * What a model runs on: two runs on the same give the same bits.
 */
export interface Runtime {
  /**
   * Name and version of the library, e.g. "onnxruntime-node 1.30.0".
   */
  'library'?: (string);
  /**
   * SHA-256 of the native library's file, "sha256:<hex>".
   */
  'libraryDigest'?: (string);
  /**
   * Execution provider, e.g. "cpu".
   */
  'provider'?: (string);
  /**
   * Threads within one operator.
   */
  'threads'?: (number);
  /**
   * How far graphs are rewritten, e.g. "all".
   */
  'optimization'?: (string);
  /**
   * Architecture and what the processor offers of instruction sets, e.g. "x64 avx2 avx512f"; kernels are chosen by it.
   */
  'processor'?: (string);
}

/**
 * What a model runs on: two runs on the same give the same bits.
 */
export interface Runtime__Output {
  /**
   * Name and version of the library, e.g. "onnxruntime-node 1.30.0".
   */
  'library': (string);
  /**
   * SHA-256 of the native library's file, "sha256:<hex>".
   */
  'libraryDigest': (string);
  /**
   * Execution provider, e.g. "cpu".
   */
  'provider': (string);
  /**
   * Threads within one operator.
   */
  'threads': (number);
  /**
   * How far graphs are rewritten, e.g. "all".
   */
  'optimization': (string);
  /**
   * Architecture and what the processor offers of instruction sets, e.g. "x64 avx2 avx512f"; kernels are chosen by it.
   */
  'processor': (string);
}
