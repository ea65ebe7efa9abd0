import type { Datatype } from '../declarations/declarations.ts';
import {
  type EventLayout,
  eventTimeOffset,
  layoutIdOffset,
  nullBitsOffset,
  rowSizeOffset,
} from './event-layout.ts';
import type { FieldValue } from './stored-value.ts';

/** Rows are cut from slabs of zeros: an allocation of its own costs a small row as much as its encoding. */
const slabBytes = 256 * 1024;
/** Below this a loop over the characters is faster than a call into the engine. */
const shortText = 24;

interface Column {
  readonly datatype: Datatype;
  readonly offset: number;
  readonly nullOffset: number;
  readonly nullMask: number;
}

/** Writes rows of one layout; see event-layout.ts. */
export class RowWriter {
  readonly #layoutId: number;
  readonly #columns: readonly Column[];
  readonly #fixedBytes: number;
  readonly #nullBytes: number;
  #slab: Buffer = Buffer.alloc(0);
  #data = new DataView(this.#slab.buffer);
  #at = 0;

  constructor(layout: EventLayout, layoutId: number) {
    this.#layoutId = layoutId;
    this.#columns = [...layout.slots.values()];
    this.#fixedBytes = layout.fixedBytes;
    this.#nullBytes = Math.ceil(layout.slots.size / 8);
  }

  /** The row with these values in the order of the fields; undefined is null. The bytes are the caller's, for ever. */
  write(eventTimeMs: number, values: readonly (FieldValue | undefined)[]): Buffer {
    this.#reserve(values);
    const columns = this.#columns;
    const data = this.#data;
    const start = this.#at;
    let end = start + this.#fixedBytes;
    data.setUint32(start + layoutIdOffset, this.#layoutId, true);
    data.setFloat64(start + eventTimeOffset, eventTimeMs, true);
    for (let byte = 0; byte < this.#nullBytes; byte++) data.setUint8(start + nullBitsOffset + byte, 0xff);
    for (let index = 0; index < columns.length; index++) {
      const value = values[index];
      const column = columns[index];
      if (value === undefined || column === undefined) continue;
      const nullAt = start + column.nullOffset;
      data.setUint8(nullAt, data.getUint8(nullAt) & ~column.nullMask);
      const at = start + column.offset;
      if (typeof value === 'string') {
        const length = this.#writeText(value, end);
        data.setUint32(at, end - start, true);
        data.setUint32(at + 4, length, true);
        end += length;
      } else if (typeof value === 'number') this.#writeNumber(column.datatype, value, at);
      else if (typeof value === 'boolean') data.setUint8(at, value ? 1 : 0);
      else data.setBigInt64(at, value, true);
    }
    data.setUint32(start + rowSizeOffset, end - start, true);
    this.#at = end;
    return this.#slab.subarray(start, end);
  }

  #reserve(values: readonly (FieldValue | undefined)[]): void {
    let most = this.#fixedBytes;
    for (const value of values) if (typeof value === 'string') most += value.length * 3;
    if (this.#at + most <= this.#slab.length) return;
    this.#slab = Buffer.from(new ArrayBuffer(Math.max(slabBytes, most)));
    this.#data = new DataView(this.#slab.buffer);
    this.#at = 0;
  }

  #writeNumber(datatype: Datatype, value: number, at: number): void {
    if (datatype === 'FP64') this.#data.setFloat64(at, value, true);
    else if (datatype === 'FP32') this.#data.setFloat32(at, Math.fround(value) + 0, true);
    else {
      this.#data.setUint32(at, value >>> 0, true);
      this.#data.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
    }
  }

  #writeText(text: string, at: number): number {
    const { length } = text;
    if (length > shortText) return this.#slab.write(text, at, 'utf8');
    const slab = this.#slab;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return slab.write(text, at, 'utf8');
      slab[at + index] = code;
    }
    return length;
  }
}
