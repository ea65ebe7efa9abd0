import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integerOf } from '../../../../../gateway/http/oip/tensors/decimal.ts';

describe('the exact integer of a JSON number', () => {
  it('is the same whichever way it is written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), fc.nat(30), (integer, shift) => {
        const text = String(integer);
        const sign = integer < 0n ? '-' : '';
        const digits = text.replace('-', '');
        const padded = digits.padStart(shift + 1, '0');
        const whole = padded.slice(0, padded.length - shift);
        const shifted = `${sign}${whole}${shift === 0 ? '' : `.${padded.slice(padded.length - shift)}`}e${shift}`;
        expect(integerOf(text)).toBe(integer);
        expect(integerOf(shifted)).toBe(integer);
        expect(integerOf(`${text}${'0'.repeat(shift)}E-${shift}`)).toBe(integer);
        expect(integerOf(`${text}.000`)).toBe(integer);
      }),
    );
  });

  it.each(['0.5', '1e-1', '1.00000000000000000000000000001', '-12.3', 'x', '', '+1', '0x1'])(
    'is none for %s',
    (token) => {
      expect(integerOf(token)).toBeUndefined();
    },
  );

  it('costs nothing to speak of for the largest exponents', () => {
    expect(integerOf('1e999999999')).toBe(10n ** 20n);
    expect(integerOf('-1e999999999')).toBe(-(10n ** 20n));
    expect(integerOf('0e999999999')).toBe(0n);
    expect(integerOf('9'.repeat(100_000))).toBeUndefined();
  });
});
