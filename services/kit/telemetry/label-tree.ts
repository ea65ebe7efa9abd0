/** Combinations of label values that one instrument tells apart. */
const maxChildren = 1000;
const other = 'other';

interface Node<T> {
  readonly next: Map<string, Node<T>>;
  child: T | undefined;
}

export interface LabelledChild<T> {
  readonly labels: Readonly<Record<string, string>>;
  readonly child: T;
}

/**
 * The children of one instrument by their label values. Bounded: beyond 1000 combinations every new one shares a child whose labels
 * are all "other", so that no caller can grow the memory by what it asks for.
 */
export class LabelTree<T> {
  readonly #names: readonly string[];
  readonly #make: () => T;
  readonly #root: Node<T> = { next: new Map(), child: undefined };
  readonly #children: LabelledChild<T>[] = [];
  #overflow: T | undefined;

  constructor(names: readonly string[], make: () => T) {
    this.#names = names;
    this.#make = make;
  }

  get children(): readonly LabelledChild<T>[] {
    return this.#children;
  }

  /** One map look-up per label. */
  find(values: readonly string[]): T {
    if (values.length !== this.#names.length) {
      throw new Error(
        `${values.length} label values (${values.join(', ')}) for labels ${this.#names.join(', ')}`,
      );
    }
    let node: Node<T> | undefined = this.#root;
    for (const value of values) {
      node = node.next.get(value);
      if (node === undefined) return this.#add(values);
    }
    return node.child ?? this.#add(values);
  }

  #add(values: readonly string[]): T {
    if (this.#children.length >= maxChildren) {
      this.#overflow ??= this.#list(this.#names.map(() => other));
      return this.#overflow;
    }
    let node = this.#root;
    for (const value of values) {
      let next = node.next.get(value);
      if (next === undefined) {
        next = { next: new Map(), child: undefined };
        node.next.set(value, next);
      }
      node = next;
    }
    node.child = this.#list(values);
    return node.child;
  }

  #list(values: readonly string[]): T {
    const child = this.#make();
    const labels = Object.fromEntries(this.#names.map((name, i) => [name, values[i] ?? '']));
    this.#children.push({ labels, child });
    return child;
  }
}
