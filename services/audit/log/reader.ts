import type { Disk, DiskFile } from '../disk.ts';
import type { Location } from './commit.ts';
import type { SegmentStart } from './entry-places.ts';
import { entryPruned, unreadable } from './fault.ts';
import { type Frame, frameEntry, frameIndex, frameLeafHash, readFrame, validFrameLength } from './frame.ts';
import { minimumIndexOf } from './pruning-note.ts';
import { corrupt, segmentPath } from './segment.ts';

/** A record as it was read back. */
export interface StoredRecord extends Frame {
  readonly leafHash: Buffer;
}

/** Read at once. */
const maxRunBytes = 1024 * 1024;

/** Places in order, as runs that stand one after the other and are read at once. */
export function runsOf(places: readonly Location[]): Location[][] {
  const runs: Location[][] = [];
  let bytes = 0;
  let end: Pick<Location, 'segment' | 'offset'> | undefined;
  for (const place of places) {
    const { length, offset, segment } = place;
    const goesOn = end?.segment === segment && end.offset === offset && bytes + length <= maxRunBytes;
    if (goesOn) runs.at(-1)?.push(place);
    else {
      runs.push([place]);
      bytes = 0;
    }
    bytes += length;
    end = { segment, offset: offset + length };
  }
  return runs;
}

/** Open files that are kept: reads go mostly to the newest segments, and a list to a run of them. */
const maxOpenFiles = 16;

/** Reads durable records by their place. */
export class LogReader {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #salt: number;
  /** In order of last use. */
  readonly #files = new Map<number, OpenFile>();
  #start: SegmentStart | undefined;

  constructor(disk: Disk, folder: string, salt: number) {
    this.#disk = disk;
    this.#folder = folder;
    this.#salt = salt;
  }

  /** Nothing before this segment is read from now on. */
  beginWith(start: SegmentStart): void {
    this.#start = start;
    for (const [number, file] of this.#files)
      if (number < start.number) {
        this.#files.delete(number);
        void file.retire();
      }
  }

  /** Costs one read of the file; the bytes are the caller's. STATE_CORRUPT if they are not what was written, ENTRY_PRUNED if they were removed. */
  async read(location: Location): Promise<StoredRecord> {
    this.#refusePruned(location);
    const path = segmentPath(this.#folder, location.segment);
    const bytes = Buffer.allocUnsafeSlow(location.length);
    try {
      await this.#fill(location, bytes);
    } catch (error) {
      throw unreadable(path, error);
    }
    this.#check(location, bytes, 0);
    return { ...readFrame(bytes, 0), leafHash: frameLeafHash(bytes, 0) };
  }

  /** The entries of records that stand one after the other, as views of one read of the file. Refuses as `read` does. */
  async readRun(run: readonly Location[]): Promise<Buffer[]> {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return [];
    const { offset, segment } = first;
    this.#refusePruned(first);
    const path = segmentPath(this.#folder, segment);
    const bytes = Buffer.allocUnsafeSlow(last.offset + last.length - offset);
    try {
      await this.#fill({ segment, offset }, bytes);
    } catch (error) {
      throw unreadable(path, error);
    }
    return run.map((place) => {
      const at = place.offset - offset;
      this.#check(place, bytes, at);
      return frameEntry(bytes, at);
    });
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const each of files) await each.retire();
  }

  #refusePruned({ index, segment }: Location): void {
    if (this.#start !== undefined && segment < this.#start.number)
      throw entryPruned(index, minimumIndexOf(this.#start.firstIndex));
  }

  #check({ index, length, offset, segment }: Location, bytes: Buffer, at: number): void {
    if (validFrameLength(bytes, at, this.#salt) !== length || frameIndex(bytes, at) !== index)
      throw corrupt(segmentPath(this.#folder, segment), offset, `record ${index} is not what was written`);
  }

  async #fill(location: Pick<Location, 'segment' | 'offset'>, bytes: Buffer): Promise<void> {
    const { segment } = location;
    let open = this.#files.get(segment);
    if (open === undefined) {
      open = new OpenFile(this.#disk.open(segmentPath(this.#folder, segment), 'read'));
      if (this.#files.size >= maxOpenFiles) {
        const [oldest] = this.#files;
        if (oldest !== undefined) {
          this.#files.delete(oldest[0]);
          void oldest[1].retire();
        }
      }
    } else this.#files.delete(segment);
    this.#files.set(segment, open);
    try {
      await open.read(bytes, location.offset);
    } catch (error) {
      // A file that failed is opened anew by the next read.
      if (this.#files.get(segment) === open) this.#files.delete(segment);
      void open.retire();
      throw error;
    }
  }
}

/** A file that is closed when it is retired and its last read is done. */
class OpenFile {
  readonly #file: Promise<DiskFile>;
  #reads = 0;
  #isRetired = false;

  constructor(file: Promise<DiskFile>) {
    this.#file = file;
  }

  async read(into: Buffer, position: number): Promise<void> {
    this.#reads++;
    try {
      await (await this.#file).read(into, position);
    } finally {
      this.#reads--;
      if (this.#isRetired) await this.retire();
    }
  }

  async retire(): Promise<void> {
    this.#isRetired = true;
    if (this.#reads > 0) return;
    try {
      await (await this.#file).close();
    } catch {
      // Opened for reading only: nothing is lost.
    }
  }
}
