import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameBits, ulpDistance } from '../../../services/inference/loading/tensor-difference.ts';
import type { Tensor } from '../../../services/inference/tensors/tensor.ts';

function floats(...values: number[]): Tensor {
  const data = new Uint8Array(Float32Array.from(values).buffer);
  return { datatype: 'FP32', shape: [values.length], data };
}

describe('the distance of two tensors', () => {
  it('counts the numbers between them, across zero too', () => {
    expect(ulpDistance(floats(1, 2), floats(1 + 2 ** -23, 2))).toBe(1);
    expect(ulpDistance(floats(2 ** -149), floats(-(2 ** -149)))).toBe(2);
    expect(ulpDistance(floats(1), floats(1))).toBe(0);
  });

  it('has no bound where a NaN meets a number, or elements have no such unit', () => {
    expect(ulpDistance(floats(Number.NaN), floats(1))).toBe(Infinity);
    const text = (word: string): Tensor => ({ datatype: 'BYTES', shape: [1], data: [word] });
    expect([ulpDistance(text('a'), text('a')), ulpDistance(text('a'), text('b'))]).toEqual([0, Infinity]);
  });

  it('is the same both ways', () => {
    fc.assert(
      fc.property(fc.float(), fc.float(), (a, b) => {
        expect(ulpDistance(floats(a), floats(b))).toBe(ulpDistance(floats(b), floats(a)));
      }),
    );
  });

  it('tells zeros of both signs and shapes apart in bits', () => {
    expect([
      sameBits(floats(0), floats(-0)),
      sameBits(floats(1, 2), { ...floats(1, 2), shape: [2, 1] }),
    ]).toEqual([false, false]);
  });
});
