/**
 * Exact sums of doubles: a sum is kept as parts that don't overlap and whose exact sum it is (J. R. Shewchuk, "Adaptive Precision
 * Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997, section 2.4), so that it doesn't depend on the order in which its
 * terms came and a term that is taken away leaves nothing behind. Parts are in the order of magnitude, smallest first, none is 0.
 */
export type Parts = number[];

/** Adds a finite term. With terms near the largest double parts may overflow; `roundedSum` is then not finite. */
export function addTerm(parts: Parts, term: number): void {
  let rest = term;
  let kept = 0;
  for (let i = 0; i < parts.length; i++) {
    let part = parts[i] as number;
    if (Math.abs(rest) < Math.abs(part)) [rest, part] = [part, rest];
    const high = rest + part;
    const low = part - (high - rest);
    if (low !== 0) parts[kept++] = low;
    rest = high;
  }
  parts.length = kept;
  if (rest !== 0 || !Number.isFinite(rest)) parts.push(rest);
}

/** The double next to the exact sum; of two equally near the even one. As Python's math.fsum. */
export function roundedSum(parts: readonly number[]): number {
  let n = parts.length;
  if (n === 0) return 0;
  let high = parts[--n] as number;
  let low = 0;
  while (n > 0) {
    const x = high;
    const y = parts[--n] as number;
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  // What is left decides a tie.
  if (n > 0 && ((low < 0 && (parts[n - 1] as number) < 0) || (low > 0 && (parts[n - 1] as number) > 0))) {
    const y = low * 2;
    const x = high + y;
    if (y === x - high) high = x;
  }
  return high;
}
