import { halfBits } from '../../../../services/kit/wire/half-float.ts';

const powersOfTen = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
];

/** Digits that every decimal of a float survives, and digits that every float is told by. */
const floatDigits = { fewest: 6, most: 9 };
const halfDigits = { fewest: 3, most: 5 };

/** The number as JSON that reads back to the same double; NaN and infinities as texts, as in proto3's JSON. */
export function doubleText(value: number): string {
  if (Number.isInteger(value)) {
    // A float stays one for readers that tell "1" from "1.0", and -0 keeps its sign.
    if (Math.abs(value) < 1e21) return Object.is(value, -0) ? '-0.0' : `${value}.0`;
    return String(value);
  }
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The shortest decimal whose nearest double rounds to this float. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return doubleText(value);
  if (!Number.isFinite(value)) return doubleText(value);
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  for (let digits = floatDigits.fewest; digits <= floatDigits.most; digits++) {
    const short = rounded(value, digits - 1 - magnitude, digits);
    if (Math.fround(short) === value) return doubleText(short);
  }
  return doubleText(value);
}

/** The same for a half. */
export function halfText(value: number): string {
  if (Number.isFinite(value)) {
    const bits = halfBits(value);
    for (let digits = halfDigits.fewest; digits <= halfDigits.most; digits++) {
      const short = Number(value.toPrecision(digits));
      if (halfBits(short) === bits) return doubleText(short);
    }
  }
  return doubleText(value);
}

/** The value with so many digits, of which so many are behind the point: the double nearest to that decimal. */
function rounded(value: number, behind: number, digits: number): number {
  const power = powersOfTen[Math.abs(behind)];
  if (power === undefined) return Number(value.toPrecision(digits));
  return behind < 0 ? Math.round(value / power) * power : Math.round(value * power) / power;
}
