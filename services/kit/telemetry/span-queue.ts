import type { Span } from './span.ts';

/** A bounded first-in, first-out queue of ended spans. */
export class SpanQueue {
  readonly #slots: (Span | undefined)[];
  #head = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#slots = new Array<Span | undefined>(capacity).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  /** False if the queue is full. */
  push(span: Span): boolean {
    const slots = this.#slots;
    if (this.#size === slots.length) return false;
    let at = this.#head + this.#size;
    if (at >= slots.length) at -= slots.length;
    slots[at] = span;
    this.#size++;
    return true;
  }

  /** The oldest spans, at most this many. */
  take(most: number): Span[] {
    const taken: Span[] = [];
    const slots = this.#slots;
    for (let left = Math.min(most, this.#size); left > 0; left--) {
      const span = slots[this.#head];
      slots[this.#head] = undefined;
      this.#head = this.#head + 1 === slots.length ? 0 : this.#head + 1;
      this.#size--;
      if (span !== undefined) taken.push(span);
    }
    return taken;
  }
}
