/** The exponent of the smallest double: every double is a whole number of these units. */
const unitExponent = -1074;
const bits = new DataView(new ArrayBuffer(8));

/** An exact sum of doubles of any size, as a whole number of 2^-1074: for terms so large that sums of doubles could overflow. */
export class BigSum {
  #units = 0n;

  add(term: number): void {
    this.#units += unitsOf(term);
  }

  subtract(other: BigSum): void {
    this.#units -= other.#units;
  }

  /** The nearest double, of two equally near the even one; infinite if there is none. */
  rounded(): number {
    const units = this.#units;
    const size = units < 0n ? -units : units;
    // Sixty bits and one that says whether there was more decide the rounding to 53.
    const shift = Math.max(0, bitLength(size) - 60);
    let leading = size >> BigInt(shift);
    if (leading << BigInt(shift) !== size) leading |= 1n;
    const value = scaled(Number(leading), shift + unitExponent);
    return units < 0n ? -value : value;
  }

  /** The whole number that it is; exact for sums of whole numbers. */
  integer(): bigint {
    return this.#units >> BigInt(-unitExponent);
  }
}

function unitsOf(value: number): bigint {
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const size = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1);
  return high >>> 31 === 1 ? -size : size;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** In steps, none of which leaves the range of doubles before the last. */
function scaled(value: number, exponent: number): number {
  let result = value;
  let left = exponent;
  for (; left < -500; left += 500) result *= 2 ** -500;
  for (; left > 500; left -= 500) result *= 2 ** 500;
  return result * 2 ** left;
}
