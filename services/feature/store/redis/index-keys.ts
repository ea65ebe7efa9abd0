import { type EventLayout, layoutIdOffset } from '../../events/event-layout.ts';
import { rowKeys } from '../../events/row-key.ts';
import type { EventIndex } from '../feature-store.ts';

export type KeyOf = (row: Buffer) => string | undefined;

/**
 * Gives the keys of rows in any index, also in one that only another process has asked for: from the names of its key fields and the
 * layout of the row.
 */
export class IndexKeys {
  readonly #layout: (id: number) => EventLayout;
  readonly #given = new Map<number, KeyOf>();
  readonly #derived = new Map<number, Map<number, KeyOf>>();

  constructor(layout: (id: number) => EventLayout) {
    this.#layout = layout;
  }

  /** What this process was given for an index is used rather than derived. */
  set(index: EventIndex, keyOf: KeyOf): void {
    this.#given.set(index.id, keyOf);
  }

  keyOf(index: EventIndex, row: Buffer): string | undefined {
    const given = this.#given.get(index.id);
    return given === undefined ? this.#derive(index, row.readUInt32LE(layoutIdOffset))(row) : given(row);
  }

  #derive(index: EventIndex, layoutId: number): KeyOf {
    let byLayout = this.#derived.get(index.id);
    if (byLayout === undefined) {
      byLayout = new Map();
      this.#derived.set(index.id, byLayout);
    }
    let keyOf = byLayout.get(layoutId);
    if (keyOf === undefined) {
      const { slots } = this.#layout(layoutId);
      const fields = index.keyFields.map((name) => ({
        name,
        datatype: slots.get(name)?.datatype ?? 'BYTES',
      }));
      keyOf = rowKeys(this.#layout, fields);
      byLayout.set(layoutId, keyOf);
    }
    return keyOf;
  }
}
