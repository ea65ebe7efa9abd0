import { type Facts, factsOf } from '../index/facts.ts';
import {
  type FrameContent,
  frameChecksum,
  frameEntry,
  frameLeafHash,
  frameLength,
  writeFrame,
} from './frame.ts';

/** Where a record stands in the log. */
export interface Location {
  /** The record's place, from 0. */
  readonly index: number;
  /** Number of the segment file. */
  readonly segment: number;
  /** Where its frame begins in the file. */
  readonly offset: number;
  /** Length of its frame. */
  readonly length: number;
}

/** One record from its acceptance until the index has it. */
export interface Entry {
  /** Lower case. */
  readonly recordId: string;
  /** SHA-256 of its idempotency key; undefined without one. */
  readonly keyHash: Buffer | undefined;
  /** Key slot of its sealed content; of an erasure the slot that it destroys. */
  readonly slot: number;
  /** Whose content it has; undefined for nobody's. */
  readonly subject: SubjectSlot | undefined;
  /** The subject that it erases: its tag. */
  readonly erases: Buffer | undefined;
  readonly facts: Facts | undefined;
  readonly index: number;
  /** Place of its frame in the commit. */
  readonly offset: number;
  readonly length: number;
  readonly leafHash: Buffer;
  /** Of its frame. */
  readonly checksum: number;
  readonly commit: Commit;
}

/** Where the key of a data subject is. */
export interface SubjectSlot {
  /** What the index finds the subject by, 16 bytes. */
  readonly tag: Buffer;
  readonly slot: number;
}

/** What is appended, and what the index is told beside it. */
export interface NewEntry extends FrameContent {
  readonly subject: SubjectSlot | undefined;
  readonly erases: Buffer | undefined;
}

/** A tree head and its checkpoint as a signed note. */
export interface SignedHead {
  readonly size: number;
  readonly checkpoint: string;
}

/** Shrinks the buffers of a burst: what an ordinary commit needs is kept. */
const keptBufferBytes = 1024 * 1024;

/** Records that become durable together: gathered while the commit before runs, then written with one write and one sync. */
export class Commit {
  /** Resolves once its records are durable; rejects if they are not known to be. */
  readonly done: Promise<void>;
  readonly entries: Entry[] = [];
  /** Bytes of its frames. */
  bytes = 0;
  isDurable = false;
  /** Where it was written; meaningful once it is durable. */
  segment = 0;
  offset = 0;
  #buffer: Buffer | undefined;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(buffer: Buffer | undefined) {
    this.#buffer = buffer;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits sees the rejection; a commit that nobody waits for any more must not end the process.
    this.done.catch(() => {});
  }

  /** The frames, for writing. */
  get buffer(): Buffer {
    return this.#buffer ?? Buffer.alloc(0);
  }

  /** Adds one record; undefined if its id is not a UUID. */
  add(content: NewEntry, place: { readonly index: number; readonly salt: number }): Entry | undefined {
    const length = frameLength(content);
    const offset = this.bytes;
    const buffer = this.#room(length);
    const ordinal = this.entries.length;
    if (!writeFrame(buffer, offset, length, { index: place.index, ordinal, salt: place.salt }, content))
      return undefined;
    const entry: Entry = {
      recordId: content.recordId.toLowerCase(),
      keyHash: content.keyHash,
      slot: content.slot,
      subject: content.subject,
      erases: content.erases,
      facts: factsOf(frameEntry(buffer, offset)),
      index: place.index,
      offset,
      length,
      leafHash: frameLeafHash(buffer, offset),
      checksum: frameChecksum(buffer, offset),
      commit: this,
    };
    this.entries.push(entry);
    this.bytes += length;
    return entry;
  }

  /** Gives its buffer back for the next commit; the frames are gone. */
  release(): Buffer | undefined {
    const buffer = this.#buffer;
    this.#buffer = undefined;
    return buffer !== undefined && buffer.length <= keptBufferBytes ? buffer : undefined;
  }

  succeed(segment: number, offset: number): void {
    this.segment = segment;
    this.offset = offset;
    this.isDurable = true;
    this.#resolve();
  }

  fail(error: Error): void {
    this.#reject(error);
  }

  #room(length: number): Buffer {
    const needed = this.bytes + length;
    const old = this.#buffer;
    if (old !== undefined && needed <= old.length) return old;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * (old?.length ?? 32 * 1024)));
    old?.copy(grown, 0, 0, this.bytes);
    this.#buffer = grown;
    return grown;
  }
}

/** Where a durable entry stands. */
export function locationOf(entry: Entry): Location {
  const { commit } = entry;
  return {
    index: entry.index,
    segment: commit.segment,
    offset: commit.offset + entry.offset,
    length: entry.length,
  };
}
