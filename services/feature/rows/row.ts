import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import {
  eventTimeOffset,
  ingestTimeOffset,
  type Layout,
  layoutIdOffset,
  nullBitsOffset,
  type Slot,
} from './layout.ts';
import { storedValue } from './stored-value.ts';

/**
 * The bytes of a row; its ingest time is stamped when it is stored. A feature that `values` leaves out is null. Each value that
 * doesn't fit is told to `fault`, and the row is then of no use.
 */
export function encodeRow(
  layout: Layout,
  layoutId: number,
  eventTimeMs: number,
  values: Readonly<Record<string, Value__Output>>,
  fault: (feature: string, description: string) => void,
): Buffer {
  const fixed = Buffer.allocUnsafe(layout.fixedBytes);
  fixed.fill(0);
  fixed.fill(0xff, nullBitsOffset, nullBitsOffset + Math.ceil(layout.slots.size / 8));
  fixed.writeUInt32LE(layoutId, layoutIdOffset);
  fixed.writeDoubleLE(eventTimeMs, eventTimeOffset);
  const texts: Buffer[] = [];
  let end = layout.fixedBytes;
  for (const name of Object.keys(values)) {
    const slot = layout.slots.get(name);
    const value = values[name];
    if (slot === undefined) {
      fault(name, `no such feature; the view has ${[...layout.slots.keys()].join(', ')}`);
      continue;
    }
    if (value?.kind === undefined) continue;
    const stored = storedValue(slot.datatype, value);
    if (typeof stored === 'string') {
      fault(name, stored);
      continue;
    }
    if (stored instanceof Uint8Array) {
      fixed.writeUInt32LE(end, slot.offset);
      fixed.writeUInt32LE(stored.length, slot.offset + 4);
      texts.push(stored);
      end += stored.length;
    } else {
      writeScalar(fixed, slot, stored);
    }
    fixed[slot.nullOffset] = (fixed[slot.nullOffset] ?? 0) & ~slot.nullMask;
  }
  return texts.length === 0 ? fixed : Buffer.concat([fixed, ...texts], end);
}

function writeScalar(row: Buffer, slot: Slot, value: number | bigint | boolean): void {
  if (typeof value === 'bigint') row.writeBigInt64LE(value, slot.offset);
  else if (typeof value === 'boolean') row[slot.offset] = value ? 1 : 0;
  else if (slot.datatype === 'FP32') row.writeFloatLE(value, slot.offset);
  else row.writeDoubleLE(value, slot.offset);
}

/** Says when the mesh learnt the row. */
export function stampIngestTime(row: Buffer, ingestTimeMs: number): void {
  row.writeDoubleLE(ingestTimeMs, ingestTimeOffset);
}
