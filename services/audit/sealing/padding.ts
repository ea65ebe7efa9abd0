/** Lengths are told in steps of at least this. */
const leastStep = 64;

/**
 * The length that a content of so many bytes is padded to. PADMÉ: what stands below the highest log2(log2(length)) bits is rounded up, so
 * that lengths of n bits tell O(log n) bits and grow by 12 % at most (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
 * Communication with PURBs", PoPETs 2019(4), section 4.3); and in steps of at least 64 bytes, which is more below 512 bytes only.
 */
export function paddedLength(length: number): number {
  if (length <= leastStep) return leastStep;
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = Math.max(leastStep, 2 ** (exponent - kept));
  return Math.ceil(length / step) * step;
}
