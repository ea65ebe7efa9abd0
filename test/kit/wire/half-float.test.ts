import { describe, expect, it } from 'vitest';
import { halfBits, halfValue } from '../../../services/kit/wire/half-float.ts';

/** Every bit pattern but those of NaN. */
const all = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7fff) <= 0x7c00);
const positive = all.filter((bits) => bits < 0x7c00);

describe('halves', () => {
  it('keep their bits through a number and back', () => {
    const wrong = all.filter((bits) => halfBits(halfValue(bits)) !== bits);
    expect(wrong).toEqual([]);
  });

  it('are the nearest to a number, of two equally near the even one', () => {
    for (const bits of positive) {
      const here = halfValue(bits);
      const next = bits === 0x7bff ? 65_536 : halfValue(bits + 1);
      const middle = (here + next) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const ulp = (next - here) / 1024;
      if (halfBits(middle) !== even || halfBits(middle - ulp) !== bits || halfBits(middle + ulp) !== bits + 1)
        expect.fail(`around ${here}`);
      if (halfBits(-middle) !== (even | 0x8000)) expect.fail(`around ${-here}`);
    }
  });

  it('know NaN, the infinities and the sign of zero', () => {
    expect([Number.NaN, Infinity, -Infinity, 0, -0, 1e-30, -1e-30].map(halfBits)).toEqual([
      0x7e00, 0x7c00, 0xfc00, 0, 0x8000, 0, 0x8000,
    ]);
    expect(halfValue(0x7e01)).toBeNaN();
  });
});
