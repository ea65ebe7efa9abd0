import { writeBytes } from './store-keys.ts';

/*
 * An entry of the log: uint32 size of the rows, rows, then the id of each event, as uint16 size and UTF-8 bytes. It holds events of one
 * stream, tile and commit, in the order in which they came.
 */

/** Events of one entry: bounds what is done with it at once. */
export const maxLogEvents = 1000;

export class LogDraft {
  readonly rows: Buffer[] = [];
  readonly #ids: string[] = [];
  #rowBytes = 0;
  #idBytes = 0;

  /** `id` is its byte text. */
  add(row: Buffer, id: string): void {
    this.rows.push(row);
    this.#ids.push(id);
    this.#rowBytes += row.length;
    this.#idBytes += 2 + id.length;
  }

  get sizeBytes(): number {
    return 4 + this.#rowBytes + this.#idBytes;
  }

  /** Gives the offset behind it. */
  writeTo(target: Buffer, start: number): number {
    let at = target.writeUInt32LE(this.#rowBytes, start);
    for (const row of this.rows) {
      target.set(row, at);
      at += row.length;
    }
    for (const id of this.#ids) {
      target.writeUInt16LE(id.length, at);
      writeBytes(target, at + 2, id);
      at += 2 + id.length;
    }
    return at;
  }
}

/** The rows of an entry, one after the other. */
export function rowsOf(entry: Buffer): Buffer {
  return entry.subarray(4, 4 + entry.readUInt32LE(0));
}

/** The byte texts of the ids of an entry. */
export function idsOf(entry: Buffer): string[] {
  const ids: string[] = [];
  for (let at = 4 + entry.readUInt32LE(0); at < entry.length; ) {
    const end = at + 2 + entry.readUInt16LE(at);
    ids.push(entry.toString('latin1', at + 2, end));
    at = end;
  }
  return ids;
}
