/** Every finite double is a whole number of these. */
const tenthsOfUnits = 5n ** 1074n;
const bits = new DataView(new ArrayBuffer(8));

/** A finite double as a whole number of 2^-1074. */
export function unitsOf(value: number): bigint {
  bits.setFloat64(0, value);
  const all = bits.getBigUint64(0);
  const exponent = (all >> 52n) & 0x7ffn;
  const fraction = all & (2n ** 52n - 1n);
  const size = exponent === 0n ? fraction : (fraction + 2n ** 52n) << (exponent - 1n);
  return all >> 63n === 1n ? -size : size;
}

/** The double nearest to a whole number of 2^-1074: written out in decimal, which is exact, and parsed. */
export function doubleOf(units: bigint): number {
  return units === 0n ? 0 : Number(`${units * tenthsOfUnits}e-1074`);
}

export function exactSum(terms: readonly number[]): bigint {
  return terms.reduce((sum, term) => sum + unitsOf(term), 0n);
}

/** The bits of a double, so that 0 and -0 differ and NaN is itself. */
export function bitsOf(value: number): string {
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16).padStart(16, '0');
}
