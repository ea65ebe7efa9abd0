/** IEEE 754 binary16, which JavaScript has no numbers of. */

/** From here on the nearest half is an infinity. */
const firstTooLarge = 65_520;
const smallestNormal = 2 ** -14;
const smallestStep = 2 ** -24;
const nan = 0x7e00;
const infinity = 0x7c00;

/** The bits of the half nearest to this number, of two equally near the even one. */
export function halfBits(value: number): number {
  if (Number.isNaN(value)) return nan;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= firstTooLarge) return sign | infinity;
  // Both scalings are by powers of two and therefore exact; a mantissa that is rounded up to the next power carries into the exponent.
  if (magnitude < smallestNormal) return sign | roundToEven(magnitude / smallestStep);
  let exponent = Math.floor(Math.log2(magnitude));
  if (2 ** exponent > magnitude) exponent--;
  else if (2 ** (exponent + 1) <= magnitude) exponent++;
  return sign | (((exponent + 15) << 10) + roundToEven((magnitude / 2 ** exponent - 1) * 1024));
}

/** The number that these bits stand for. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 0) return sign * mantissa * smallestStep;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
