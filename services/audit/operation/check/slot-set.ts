const leastBits = 1024;

/** A set of key slots, which are dense: a bit each. */
export class SlotSet {
  #bits = new Uint8Array(leastBits / 8);
  size = 0;

  has(slot: number): boolean {
    return ((this.#bits[slot >>> 3] ?? 0) & (1 << (slot & 7))) !== 0;
  }

  add(slot: number): void {
    if (this.has(slot)) return;
    const at = slot >>> 3;
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, 2 * this.#bits.length));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (slot & 7));
    this.size++;
  }

  delete(slot: number): void {
    if (!this.has(slot)) return;
    const at = slot >>> 3;
    this.#bits[at] = (this.#bits[at] ?? 0) & ~(1 << (slot & 7));
    this.size--;
  }
}
