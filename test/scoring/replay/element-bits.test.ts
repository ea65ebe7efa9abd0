import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementDistance, farthest } from '../../../services/scoring/replay/element-bits.ts';

const float32 = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
const float64 = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);
const bits32 = (...bits: number[]): Buffer => Buffer.from(Uint32Array.from(bits).buffer);
const bits16 = (...bits: number[]): Buffer => Buffer.from(Uint16Array.from(bits).buffer);
const nan = 0x7fc00000;

describe('the distance of floats', () => {
  it('is nothing for the same bits', () => {
    expect(elementDistance('FP32', float32(1, -0, Infinity), float32(1, -0, Infinity))).toBeUndefined();
  });

  it('counts the floats in between', () => {
    const next = bits32(0x3f800001);
    expect(elementDistance('FP32', float32(1, 2), Buffer.concat([next, float32(2)]))).toEqual({
      maxUlp: 1n,
      elements: 1,
    });
    expect(elementDistance('FP64', float64(1), float64(1 + 3 * Number.EPSILON))).toEqual({
      maxUlp: 3n,
      elements: 1,
    });
    expect(elementDistance('FP16', bits16(0x3c00, 0x4000), bits16(0x3c02, 0x4000))).toEqual({
      maxUlp: 2n,
      elements: 1,
    });
    expect(elementDistance('BF16', bits16(0x3f80), bits16(0x3f81))?.maxUlp).toBe(1n);
  });

  it('is one unit from 0 to -0, whose bits differ', () => {
    expect(elementDistance('FP32', float32(0), float32(-0))).toEqual({ maxUlp: 1n, elements: 1 });
    const smallest = Number.MIN_VALUE;
    expect(elementDistance('FP64', float64(smallest), float64(-smallest))?.maxUlp).toBe(3n);
  });

  it('is none between NaNs, and the farthest between a NaN and a number', () => {
    expect(elementDistance('FP32', bits32(nan), bits32(0xffc00001))).toBeUndefined();
    expect(elementDistance('FP16', bits16(0x7e00), bits16(0xfe01))).toBeUndefined();
    expect(elementDistance('FP32', bits32(nan, nan), float32(1, Number.NaN))).toEqual({
      maxUlp: farthest,
      elements: 1,
    });
    // Infinity is a number here: it is next to the largest.
    expect(elementDistance('FP32', float32(Infinity), bits32(0x7f7fffff))?.maxUlp).toBe(1n);
  });

  it('counts what is there on one side only', () => {
    expect(elementDistance('FP32', float32(1, 2, 3), float32(1))).toEqual({ maxUlp: farthest, elements: 2 });
  });

  it('is the same both ways, and agrees with walking from float to float', () => {
    const float = fc.float({ noNaN: true, max: Math.fround(1e30) });
    fc.assert(
      fc.property(float, fc.integer({ min: 0, max: 40 }), (start, steps) => {
        let value = float32(start);
        for (let i = 0; i < steps; i++) value = above(value);
        const distance = elementDistance('FP32', float32(start), value);
        expect(distance?.maxUlp ?? 0n).toBe(BigInt(steps));
        expect(elementDistance('FP32', value, float32(start))).toEqual(distance);
      }),
      { numRuns: 300 },
    );
  });

  it('is undefined only where every element has the same bits or is NaN on both sides', () => {
    const words = fc.array(fc.oneof(fc.constantFrom(0, 0x80000000, nan, 0xffc00001), fc.nat(0xffffffff)), {
      minLength: 1,
      maxLength: 6,
    });
    const isNaN32 = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;
    fc.assert(
      fc.property(words, words, (ones, others) => {
        const length = Math.min(ones.length, others.length);
        const [a, b] = [ones.slice(0, length), others.slice(0, length)];
        const elements = a.filter((bits, i) => bits !== b[i] && !(isNaN32(bits) && isNaN32(b[i]!))).length;
        expect(elementDistance('FP32', bits32(...a), bits32(...b))?.elements ?? 0).toBe(elements);
      }),
    );
  });
});

describe('the distance of what is no float', () => {
  it('counts elements', () => {
    expect(elementDistance('INT64', Buffer.alloc(24), Buffer.alloc(24, 0).fill(1, 8, 9))).toEqual({
      maxUlp: 0n,
      elements: 1,
    });
    expect(elementDistance('BOOL', Buffer.from([0, 1, 1]), Buffer.from([1, 1, 0]))?.elements).toBe(2);
    const texts = (...all: string[]): Buffer =>
      Buffer.concat(
        all.map((text) => {
          const bytes = Buffer.from(text);
          const length = Buffer.alloc(4);
          length.writeUInt32LE(bytes.length);
          return Buffer.concat([length, bytes]);
        }),
      );
    expect(elementDistance('BYTES', texts('a', 'bc', ''), texts('a', 'b', ''))?.elements).toBe(1);
    expect(elementDistance('BYTES', texts('a'), texts('a', ''))?.elements).toBe(1);
  });
});

/** The next float32 above; from -0 to 0. */
function above(value: Buffer): Buffer {
  const bits = value.readUInt32LE(0);
  if (bits === 0x80000000) return bits32(0);
  return bits32(bits & 0x80000000 ? bits - 1 : bits + 1);
}
