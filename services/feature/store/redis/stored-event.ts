import { createHash } from 'node:crypto';
import { rowSizeOffset } from '../../events/event-layout.ts';
import type { Section } from '../feature-store.ts';
import { ticksOf, timeOfTicks } from '../ingest-clock.ts';

/** Bytes of the ticks before the rows of a section and the events of a block. */
export const headBytes = 8;
const identityBytes = 16;

/** What stands for the id of an event in the memory of the server: itself if it is short, else half of its SHA-256. */
export function identityOf(id: string): Buffer {
  const bytes = Buffer.from(id, 'utf8');
  if (bytes.length < identityBytes) return bytes;
  return createHash('sha256').update(bytes).digest().subarray(0, identityBytes);
}

/** A section as it is stored, without copying its rows. */
export function sectionOf(stored: Buffer): Section {
  return { ingestTimeMs: timeOfTicks(stored.readDoubleLE(0)), rows: stored.subarray(headBytes) };
}

export function sectionBytes({ ingestTimeMs, rows }: Section): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeDoubleLE(ticksOf(ingestTimeMs));
  return Buffer.concat([head, rows]);
}

/** Events of one commit and tile, as the log of the stream has them. */
export interface LogBlock {
  readonly ingestTimeMs: number;
  readonly events: readonly { readonly identity: Buffer; readonly row: Buffer }[];
}

export function logBlockOf(stored: Buffer): LogBlock {
  const events: { identity: Buffer; row: Buffer }[] = [];
  for (let at = headBytes; at < stored.length; ) {
    const rowAt = at + 1 + stored.readUInt8(at);
    const end = rowAt + stored.readUInt32LE(rowAt + rowSizeOffset);
    events.push({ identity: stored.subarray(at + 1, rowAt), row: stored.subarray(rowAt, end) });
    at = end;
  }
  return { ingestTimeMs: timeOfTicks(stored.readDoubleLE(0)), events };
}
