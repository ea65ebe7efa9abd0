/**
 * Numbers of slots by hashes of 32 bits: open addressing with linear probing, at most half full. A lookup touches a cache line or two,
 * where a Map of texts touches its buckets, its entries and each text.
 */
export class SlotIndex {
  /** Hash, and slot + 1; 0 for none. */
  #pairs = new Int32Array(2 * 16);
  #mask = 15;
  #count = 0;

  /** The first place with this hash; -1 if there is none. */
  first(hash: number): number {
    return this.#from(hash & this.#mask, hash);
  }

  /** The next place with this hash behind one; -1 if there is none. */
  next(place: number, hash: number): number {
    return this.#from((place + 1) & this.#mask, hash);
  }

  slotAt(place: number): number {
    return (this.#pairs[2 * place + 1] as number) - 1;
  }

  add(hash: number, slot: number): void {
    this.#count++;
    if (this.#count * 2 > this.#mask + 1) this.#grow();
    this.#put(hash, slot + 1);
  }

  /** Removes what is at the place. */
  removeAt(place: number): void {
    this.#count--;
    const pairs = this.#pairs;
    const mask = this.#mask;
    let hole = place;
    // What would no longer be found beyond a hole moves into it.
    for (let at = (place + 1) & mask; pairs[2 * at + 1] !== 0; at = (at + 1) & mask) {
      const home = (pairs[2 * at] as number) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      pairs.copyWithin(2 * hole, 2 * at, 2 * at + 2);
      hole = at;
    }
    pairs[2 * hole + 1] = 0;
  }

  #from(start: number, hash: number): number {
    const pairs = this.#pairs;
    for (let at = start; pairs[2 * at + 1] !== 0; at = (at + 1) & this.#mask)
      if (pairs[2 * at] === hash) return at;
    return -1;
  }

  #put(hash: number, value: number): void {
    const pairs = this.#pairs;
    let at = hash & this.#mask;
    while (pairs[2 * at + 1] !== 0) at = (at + 1) & this.#mask;
    pairs[2 * at] = hash;
    pairs[2 * at + 1] = value;
  }

  #grow(): void {
    const old = this.#pairs;
    this.#pairs = new Int32Array(old.length * 2);
    this.#mask = old.length - 1;
    for (let at = 0; at < old.length; at += 2)
      if (old[at + 1] !== 0) this.#put(old[at] as number, old[at + 1] as number);
  }
}
