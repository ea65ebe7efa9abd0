/** How one element is held. `onnx` is onnx.TensorProto.DataType, `ort` the name in ONNX Runtime's JavaScript API. */
export interface Encoding {
  readonly onnx: number;
  readonly ort: string;
  /** Bytes of one element; 0 where elements differ in length. */
  readonly sizeBytes: number;
}

/**
 * Datatypes of the Open Inference Protocol that ONNX Runtime's JavaScript binding can carry. BF16 is not among them: the
 * binding has no array for it and fails at run, so a model that reads or answers it is refused at load.
 */
export const encodings = {
  FP32: { onnx: 1, ort: 'float32', sizeBytes: 4 },
  UINT8: { onnx: 2, ort: 'uint8', sizeBytes: 1 },
  INT8: { onnx: 3, ort: 'int8', sizeBytes: 1 },
  UINT16: { onnx: 4, ort: 'uint16', sizeBytes: 2 },
  INT16: { onnx: 5, ort: 'int16', sizeBytes: 2 },
  INT32: { onnx: 6, ort: 'int32', sizeBytes: 4 },
  INT64: { onnx: 7, ort: 'int64', sizeBytes: 8 },
  BYTES: { onnx: 8, ort: 'string', sizeBytes: 0 },
  BOOL: { onnx: 9, ort: 'bool', sizeBytes: 1 },
  FP16: { onnx: 10, ort: 'float16', sizeBytes: 2 },
  FP64: { onnx: 11, ort: 'float64', sizeBytes: 8 },
  UINT32: { onnx: 12, ort: 'uint32', sizeBytes: 4 },
  UINT64: { onnx: 13, ort: 'uint64', sizeBytes: 8 },
} as const satisfies Record<string, Encoding>;

export type Datatype = keyof typeof encodings;

const byOnnxType = new Map<number, Datatype>(
  Object.entries(encodings).map(([name, encoding]) => [encoding.onnx, name as Datatype]),
);

/** Undefined for a type that can't be carried. */
export function datatypeOfOnnx(type: number): Datatype | undefined {
  return byOnnxType.get(type);
}
