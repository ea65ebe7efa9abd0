import type { Disk } from '../disk.ts';
import type { Location } from './commit.ts';
import { entryPruned, unreadable } from './fault.ts';
import { validFrameLength } from './frame.ts';
import { minimumIndexOf } from './pruning-note.ts';
import { corrupt, headerBytes, segmentPath } from './segment.ts';

/** A segment and the index that it begins with. */
export interface SegmentStart {
  readonly number: number;
  readonly firstIndex: number;
}

interface KnownOffsets {
  /** Of its frames, and where the last one ends. */
  readonly offsets: number[];
}

/** Read and checked at once: about a millisecond. Larger than any frame. */
const chunkBytes = 1024 * 1024;
/** Of the last segment, where it is mostly a bundle more that is looked for. */
const lastChunkBytes = 256 * 1024;
const keptSegments = 4;

/** Finds entries by index in a log that grows: the index finds them by id. Remembers where the frames of a few segments stand. */
export class EntryPlaces {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #salt: number;
  readonly #segments: () => readonly SegmentStart[];
  readonly #known = new Map<number, KnownOffsets>();

  constructor(disk: Disk, folder: string, salt: number, segments: () => readonly SegmentStart[]) {
    this.#disk = disk;
    this.#folder = folder;
    this.#salt = salt;
    this.#segments = segments;
  }

  /** Where the entries from..to stand, which must be durable. The first time in a segment it is read up to there. ENTRY_PRUNED before the log's beginning. */
  async find(from: number, to: number): Promise<Location[]> {
    const places: Location[] = [];
    for (let index = from; index < to; ) {
      const segments = this.#segments();
      const at = segments.findLastIndex(({ firstIndex }) => firstIndex <= index);
      const segment = segments[at];
      if (segment === undefined) throw entryPruned(index, minimumIndexOf(segments[0]?.firstIndex ?? 0));
      const end = Math.min(to, segments[at + 1]?.firstIndex ?? to);
      const isLast = at === segments.length - 1;
      const { offsets } = await this.#upTo(segment, end - segment.firstIndex, isLast);
      for (; index < end; index++) {
        const offset = offsets[index - segment.firstIndex] ?? 0;
        const length = (offsets[index - segment.firstIndex + 1] ?? 0) - offset;
        places.push({ index, segment: segment.number, offset, length });
      }
    }
    return places;
  }

  /** At least so many frames of the segment. */
  async #upTo({ number }: SegmentStart, count: number, isLast: boolean): Promise<KnownOffsets> {
    const known = this.#known.get(number) ?? { offsets: [headerBytes] };
    this.#known.delete(number);
    this.#known.set(number, known);
    if (this.#known.size > keptSegments) this.#known.delete(this.#known.keys().next().value ?? 0);
    if (known.offsets.length <= count) await this.#extend(number, known, count, isLast);
    return known;
  }

  async #extend(number: number, { offsets }: KnownOffsets, count: number, isLast: boolean): Promise<void> {
    const path = segmentPath(this.#folder, number);
    // Of the last segment no more than is asked for: what follows may be a commit that fails and is cut off again.
    const most = isLast ? count : Number.POSITIVE_INFINITY;
    try {
      const file = await this.#disk.open(path, 'read');
      try {
        const bytes = Buffer.allocUnsafe(isLast ? lastChunkBytes : chunkBytes);
        while (offsets.length <= count) {
          const start = offsets.at(-1) ?? headerBytes;
          const chunk = bytes.subarray(0, await file.read(bytes, start));
          let at = 0;
          for (let length = this.#frameAt(chunk, at); length > 0; length = this.#frameAt(chunk, at)) {
            at += length;
            // Another read may have gone ahead meanwhile.
            if (start + at > (offsets.at(-1) ?? 0)) offsets.push(start + at);
            if (offsets.length > most) break;
          }
          if (at === 0) throw corrupt(path, start, 'no valid entry begins here and more of the log follows');
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  #frameAt(chunk: Buffer, at: number): number {
    return validFrameLength(chunk, at, this.#salt);
  }
}
