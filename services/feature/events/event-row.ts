import {
  type EventLayout,
  eventTimeOffset,
  layoutIdOffset,
  rowSizeOffset,
  type Slot,
} from './event-layout.ts';

/**
 * A cursor over event rows of one stream: set to a row, then asked for fields by name; strings and numbers it gives are copies, the
 * cursor itself is reused. Layouts are asked for by the id that the row names.
 */
export class EventRow {
  readonly #layouts: (id: number) => EventLayout;
  #data: DataView = new DataView(new ArrayBuffer(0));
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #layoutId = -1;
  #slots: ReadonlyMap<string, Slot> = new Map();

  constructor(layouts: (id: number) => EventLayout) {
    this.#layouts = layouts;
  }

  /** Points it at the row that starts there; gives the offset behind the row. */
  set(bytes: Buffer, start: number): number {
    if (bytes !== this.#buffer) {
      this.#buffer = bytes;
      this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#start = start;
    const id = this.#data.getUint32(start + layoutIdOffset, true);
    if (id !== this.#layoutId) {
      this.#layoutId = id;
      this.#slots = this.#layouts(id).slots;
    }
    return start + this.#data.getUint32(start + rowSizeOffset, true);
  }

  /** Of the row. */
  get sizeBytes(): number {
    return this.#data.getUint32(this.#start + rowSizeOffset, true);
  }

  get eventTimeMs(): number {
    return this.#data.getFloat64(this.#start + eventTimeOffset, true);
  }

  /** Another cursor for rows of the same stream. */
  sibling(): EventRow {
    return new EventRow(this.#layouts);
  }

  /** Copies the row's bytes; gives the offset behind them. */
  copyTo(target: Buffer, at: number): number {
    const size = this.sizeBytes;
    this.#buffer.copy(target, at, this.#start, this.#start + size);
    return at + size;
  }

  /** A cursor of its own on a copy of the row: `own`, one such of the same stream, if the row fits in its memory; else a new one. */
  detached(own?: EventRow): EventRow {
    const size = this.sizeBytes;
    const end = this.#start + size;
    if (own !== undefined && size <= own.#buffer.length) {
      this.#buffer.copy(own.#buffer, 0, this.#start, end);
      own.set(own.#buffer, 0);
      return own;
    }
    // Not of the pool: a row that is kept for long would keep a whole piece of it.
    const bytes = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(bytes, 0, this.#start, end);
    const made = new EventRow(this.#layouts);
    made.set(bytes, 0);
    return made;
  }

  /** Also for a field that the row's layout does not have. */
  isNull(field: string): boolean {
    const slot = this.#slots.get(field);
    if (slot === undefined) return true;
    return (this.#data.getUint8(this.#start + slot.nullOffset) & slot.nullMask) !== 0;
  }

  /** Of an FP32 or FP64 field, or BOOL as 0 or 1; an INT64 rounded. Of no meaning if it is null. */
  number(field: string): number {
    const slot = this.#slots.get(field);
    if (slot === undefined) return Number.NaN;
    const at = this.#start + slot.offset;
    switch (slot.datatype) {
      case 'FP32':
        return this.#data.getFloat32(at, true);
      case 'FP64':
        return this.#data.getFloat64(at, true);
      case 'BOOL':
        return this.#data.getUint8(at);
      case 'INT64':
        return this.#data.getInt32(at + 4, true) * 2 ** 32 + this.#data.getUint32(at, true);
      case 'BYTES':
        return Number.NaN;
    }
  }

  /** Of an INT64 field; exact. */
  integer(field: string): bigint {
    const slot = this.#slots.get(field);
    return slot === undefined ? 0n : this.#data.getBigInt64(this.#start + slot.offset, true);
  }

  /** Upper and lower half of an INT64 field as two exact doubles whose sum is its value. */
  integerHalves(field: string): readonly [high: number, low: number] {
    const slot = this.#slots.get(field);
    if (slot === undefined) return [0, 0];
    const at = this.#start + slot.offset;
    return [this.#data.getInt32(at + 4, true) * 2 ** 32, this.#data.getUint32(at, true)];
  }

  /** UTF-8 bytes of a BYTES field, copied. */
  text(field: string): Buffer {
    const slot = this.#slots.get(field);
    if (slot === undefined) return Buffer.alloc(0);
    const from = this.#start + this.#data.getUint32(this.#start + slot.offset, true);
    const length = this.#data.getUint32(this.#start + slot.offset + 4, true);
    return Buffer.from(this.#buffer.subarray(from, from + length));
  }
}
