import type { Section } from './feature-store.ts';

/*
 * A chunk of an index: sections one after the other, each as float64 ingest time, uint32 size of its rows, rows; little-endian. What a
 * commit stores is a chunk of one section, what is merged has many.
 */
export const sectionHeaderBytes = 12;

/** Writes a section's header; gives the offset behind it. */
export function writeSectionHeader(
  target: Buffer,
  at: number,
  ingestTimeMs: number,
  rowsBytes: number,
): number {
  target.writeDoubleLE(ingestTimeMs, at);
  target.writeUInt32LE(rowsBytes, at + 8);
  return at + sectionHeaderBytes;
}

/** Adds the chunk's sections to the list; their rows are in the chunk's memory. */
export function pushSections(chunk: Buffer, sections: Section[]): void {
  for (let at = 0; at < chunk.length; ) {
    const from = at + sectionHeaderBytes;
    const to = from + chunk.readUInt32LE(at + 8);
    sections.push({ ingestTimeMs: chunk.readDoubleLE(at), rows: chunk.subarray(from, to) });
    at = to;
  }
}
