const maxExact = 256;
/** 2^12 registers: a standard error of 1.04 / sqrt(4096) = 1.6 % (Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", 2007). */
const registerBits = 12;
const registers = 2 ** registerBits;
/** Of the 21 bits above the lower 32 of a hash, those that don't name the register. */
const restBits = 21 - registerBits;

/**
 * How many different values, by their hashes of 53 bits: exact up to 256, but for one set of so many in 10^11 of which two have the same
 * hash, and estimated beyond. It depends on the set of hashes only, however they were added and merged: more than 256 are always
 * registers, and registers are a function of the set.
 */
export class DistinctValues {
  #exact: Set<number> | undefined = new Set();
  #registers: Uint8Array = new Uint8Array(0);

  add(hash: number): void {
    if (this.#exact === undefined) {
      setRegister(this.#registers, hash);
      return;
    }
    this.#exact.add(hash);
    if (this.#exact.size > maxExact) this.#estimate(this.#exact);
  }

  merge(other: DistinctValues): void {
    if (other.#exact !== undefined) {
      for (const hash of other.#exact) this.add(hash);
      return;
    }
    if (this.#exact !== undefined) this.#estimate(this.#exact);
    const own = this.#registers;
    const others = other.#registers;
    for (let at = 0; at < registers; at++) {
      const value = others[at] ?? 0;
      if (value > (own[at] ?? 0)) own[at] = value;
    }
  }

  count(): number {
    return this.#exact === undefined ? estimate(this.#registers) : this.#exact.size;
  }

  sizeBytes(): number {
    return 250 + (this.#exact === undefined ? registers : this.#exact.size * 50);
  }

  #estimate(exact: ReadonlySet<number>): void {
    this.#registers = new Uint8Array(registers);
    for (const hash of exact) setRegister(this.#registers, hash);
    this.#exact = undefined;
  }
}

/** The upper bits name the register; it keeps the largest number of leading zeros of the rest, plus one. */
function setRegister(all: Uint8Array, hash: number): void {
  const upper = Math.floor(hash / 2 ** 32);
  const at = upper >>> restBits;
  const rest = upper & (2 ** restBits - 1);
  const zeros = rest === 0 ? restBits + Math.clz32(hash >>> 0) : Math.clz32(rest) - (32 - restBits);
  if (zeros + 1 > (all[at] ?? 0)) all[at] = zeros + 1;
}

/** 2^-value for every value of a register. */
const inverses = Float64Array.from({ length: 64 }, (_, value) => 2 ** -value);

/** With linear counting where many registers are empty. */
function estimate(all: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (let at = 0; at < registers; at++) {
    const value = all[at] ?? 0;
    sum += inverses[value] ?? 0;
    if (value === 0) empty += 1;
  }
  const alpha = 0.7213 / (1 + 1.079 / registers);
  const raw = (alpha * registers * registers) / sum;
  const counted = raw <= 2.5 * registers && empty > 0 ? registers * Math.log(registers / empty) : raw;
  return Math.round(counted);
}
