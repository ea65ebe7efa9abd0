import type { Datatype } from '../declarations/declarations.ts';

/**
 * How an event lies in its bytes, all little-endian:
 *
 *   0 uint32 size of the row in bytes · 4 uint32 layout id · 8 float64 event time, Unix ms · 16 one bit a field, set if null · then
 *   each field in declared order: FP32 4 bytes, FP64 and INT64 8, BOOL 1, BYTES uint32 offset from the row's start and uint32 length ·
 *   then the texts.
 *
 * The layout id names the fields and types that were declared when the event came. A stream only ever gets fields added, so that a row
 * of an older layout is a row whose newer fields are null.
 */
export interface EventLayout {
  /** Names and types; the same for two layouts exactly if rows of one can be read as rows of the other. */
  readonly signature: string;
  readonly slots: ReadonlyMap<string, Slot>;
  /** Bytes of a row without its texts. */
  readonly fixedBytes: number;
}

export interface Slot {
  readonly datatype: Datatype;
  /** Where the value is in a row. */
  readonly offset: number;
  /** Where its null bit is. */
  readonly nullOffset: number;
  readonly nullMask: number;
}

export const rowSizeOffset = 0;
export const layoutIdOffset = 4;
export const eventTimeOffset = 8;
export const nullBitsOffset = 16;

const slotBytes: Readonly<Record<Datatype, number>> = { FP32: 4, FP64: 8, INT64: 8, BOOL: 1, BYTES: 8 };

export function layoutOf(
  fields: readonly { readonly name: string; readonly datatype: Datatype }[],
): EventLayout {
  const slots = new Map<string, Slot>();
  let offset = nullBitsOffset + Math.ceil(fields.length / 8);
  for (const [index, { name, datatype }] of fields.entries()) {
    slots.set(name, {
      datatype,
      offset,
      nullOffset: nullBitsOffset + (index >> 3),
      nullMask: 1 << (index & 7),
    });
    offset += slotBytes[datatype];
  }
  return {
    signature: JSON.stringify(fields.map(({ name, datatype }) => [name, datatype])),
    slots,
    fixedBytes: offset,
  };
}

/** The layout with this signature. */
export function layoutOfSignature(signature: string): EventLayout {
  const fields = JSON.parse(signature) as [string, Datatype][];
  return layoutOf(fields.map(([name, datatype]) => ({ name, datatype })));
}
