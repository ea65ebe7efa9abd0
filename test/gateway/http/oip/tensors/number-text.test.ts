import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubleText, floatText, halfText } from '../../../../../gateway/http/oip/tensors/number-text.ts';
import { halfBits, halfValue } from '../../../../../services/kit/wire/half-float.ts';

const bits = new DataView(new ArrayBuffer(8));
const floatOf = (word: number): number => {
  bits.setUint32(0, word);
  return bits.getFloat32(0);
};
const anyFloat = fc.oneof(
  fc.nat(0xffffffff).map(floatOf),
  fc.float(),
  fc.integer({ min: -1e9, max: 1e9 }).map(Math.fround),
  fc.tuple(fc.integer({ min: -99999, max: 99999 }), fc.nat(6)).map(([m, e]) => Math.fround(m / 10 ** e)),
);
/** Significant digits of a decimal. */
const digitsOf = (text: string): number =>
  text.replace(/e.*$/, '').replace(/\.0$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
    .length;

describe('numbers as JSON', () => {
  it('read back to the same half', () => {
    const finite = Array.from({ length: 65_536 }, (_, word) => word).filter(
      (word) => (word & 0x7fff) < 0x7c00,
    );
    expect(finite.filter((word) => halfBits(Number(halfText(halfValue(word)))) !== word)).toEqual([]);
  });

  it('read back to the same float', () => {
    fc.assert(
      fc.property(anyFloat, (value) => {
        const read = JSON.parse(floatText(value)) as number | string;
        expect(Math.fround(Number(read))).toBe(value);
      }),
      { numRuns: 20_000 },
    );
  });

  it('are as short as a float can be told', () => {
    fc.assert(
      fc.property(anyFloat, (value) => {
        fc.pre(Number.isFinite(value) && Math.abs(value) > 1.2e-38);
        let shortest = 9;
        for (let digits = 9; digits >= 1; digits--)
          if (Math.fround(Number(value.toPrecision(digits))) === value) shortest = digits;
        expect(digitsOf(floatText(value))).toBeLessThanOrEqual(shortest);
      }),
      { numRuns: 20_000 },
    );
    expect([0.1, 1 / 3, 16777216, 3.4028234663852886e38].map((v) => floatText(Math.fround(v)))).toEqual([
      '0.1',
      '0.33333334',
      '16777216.0',
      '3.4028235e+38',
    ]);
  });

  it('read back to the same double', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Number(JSON.parse(doubleText(value)))).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it('tell NaN and the infinities as texts, and keep the sign of zero', () => {
    expect([Number.NaN, Infinity, -Infinity, -0, 0, 1, 1e21].map(doubleText)).toEqual([
      '"NaN"',
      '"Infinity"',
      '"-Infinity"',
      '-0.0',
      '0.0',
      '1.0',
      '1e+21',
    ]);
    expect([Number.NaN, Infinity, -Infinity, -0].map(floatText)).toEqual([
      '"NaN"',
      '"Infinity"',
      '"-Infinity"',
      '-0.0',
    ]);
  });
});
