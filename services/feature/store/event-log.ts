import { type KeyScratch, writeText } from './store-keys.ts';

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

  add(row: Buffer, id: string, idBytes: number): void {
    this.rows.push(row);
    this.#ids.push(id);
    this.#rowBytes += row.length;
    this.#idBytes += 2 + idBytes;
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
      const size = Buffer.byteLength(id);
      target.writeUInt16LE(size, at);
      writeText(target, at + 2, id, size);
      at += 2 + size;
    }
    return at;
  }
}

/** The rows of an entry, one after the other. */
export function rowsOf(entry: Buffer): Buffer {
  return entry.subarray(4, 4 + entry.readUInt32LE(0));
}

/** Calls with the key in `ids` of each event of an entry; `stream` is their number. The key is good until the next call. */
export function forEachIdKey(
  entry: Buffer,
  stream: number,
  scratch: KeyScratch,
  use: (idKey: Buffer) => void,
): void {
  for (let at = 4 + entry.readUInt32LE(0); at < entry.length; ) {
    const size = entry.readUInt16LE(at);
    at += 2;
    const key = scratch.ofSize(2 + size);
    key.writeUInt16BE(stream, 0);
    for (let place = 0; place < size; place++) key[2 + place] = entry[at + place] as number;
    use(key);
    at += size;
  }
}
