/** Rows of float32 columns, row after row, and the label of each row: 1 is late. NaN is unknown. Arrays may be longer. */
export interface Matrix {
  rows: number;
  columns: number;
  values: Float32Array;
  labels: Uint8Array;
}
