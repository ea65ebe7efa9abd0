import type { QuarantinedEvent__Output } from '../../gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import type { EventLayout } from '../events/event-layout.ts';

/** Events of an index lie together by tiles of event time: a read takes whole tiles. */
export const storeTileMs = 6 * 3_600_000;

/** Ingest times are multiples of this, so that commits faster than a millisecond differ: 2^-10 ms, exact in a double. */
export const ingestTickMs = 1 / 1024;

/** The events of a stream by the keys of an entity; all of them under one key if there are no key fields. */
export interface EventIndex {
  /** Stable for the life of the store. */
  readonly id: number;
  readonly stream: string;
  readonly keyFields: readonly string[];
}

/** An event at the door of the store, clean. The store owns its bytes from then on. */
export interface NewEvent {
  readonly stream: string;
  /** Identity within the stream: at most 300 bytes of UTF-8. */
  readonly id: string;
  readonly eventTimeMs: number;
  /** See event-layout.ts. */
  readonly row: Buffer;
  /** The indexes that it belongs in, and the key in each (see events/entity-key.ts). */
  readonly entries: readonly { readonly index: EventIndex; readonly key: string }[];
}

/** An event that broke its declaration. */
export type NewQuarantined = Omit<QuarantinedEvent__Output, 'quarantineId'>;

/** What a commit did. */
export interface Commit {
  /** Of all its events; strictly later than that of the commit before. */
  readonly ingestTimeMs: number;
  /** For each event whether its id was there before, in the store or earlier in the same commit: then it was left out. */
  readonly duplicates: readonly boolean[];
}

/** Events of one key that one commit stored, in the order in which they came; rows one after the other. */
export interface Section {
  readonly ingestTimeMs: number;
  readonly rows: Buffer;
}

/** A stored declaration. */
export interface StoredDeclaration {
  readonly kind: string;
  readonly name: string;
  readonly digest: string;
  readonly json: string;
}

/**
 * Events with two times, durable and in the order of their ingest. One process writes, unless `shared` says otherwise.
 * Reads give a value at once where the store is in this process, and a promise where it is not.
 */
export interface FeatureStore {
  /** Number of a layout, kept for ever; the same for the same signature. */
  layoutId(layout: EventLayout): number | Promise<number>;
  /** The layout with this number. Throws STATE_CORRUPT if there never was one. */
  layout(id: number): EventLayout;

  /**
   * The index of a stream by these fields. A new one is filled from the stream's events before this resolves, also if the process
   * died in the middle of it before. `keyOf` gives the key of a row, undefined if it has none. Not while a commit is under way.
   */
  ensureIndex(
    stream: string,
    keyFields: readonly string[],
    keyOf: (row: Buffer) => string | undefined,
  ): Promise<EventIndex>;

  /**
   * Stores all or none. When it resolves everything is fsynced and every later read sees it; no read sees what is not durable. One
   * call at a time unless `overlapsCommits` says otherwise. A full disk fails it with FEATURE_STORE_FULL and harms nothing that was stored. A clock that is more than five
   * minutes behind the last commit fails it with CLOCK_BEHIND; one that is less far behind is overtaken by ingest ticks.
   */
  commit(
    events: readonly NewEvent[],
    quarantined: readonly NewQuarantined[],
    /** Entries of the quarantine that this replaces: they go with the same commit. */
    released?: readonly string[],
  ): Promise<Commit>;
  /** Set where a second commit may be called while one is under way: it takes effect after that one, and is made ready meanwhile. */
  readonly overlapsCommits?: true;
  /** Ingest time of the last durable commit; 0 before the first. */
  readonly lastIngestMs: number;

  /**
   * The events of a key whose tiles touch [fromMs, toMs]: tile after tile, within a tile in the order of ingest. It holds more than was
   * asked for at both ends: the reader compares times.
   */
  read(
    index: EventIndex,
    key: string,
    fromMs: number,
    toMs: number,
  ): readonly Section[] | Promise<readonly Section[]>;
  /** The tile with events that is the last to begin at or before `atMs`, with its sections in the order of ingest; undefined if none. */
  lastTile(
    index: EventIndex,
    key: string,
    atMs: number,
  ):
    | { readonly startMs: number; readonly sections: readonly Section[] }
    | undefined
    | Promise<{ readonly startMs: number; readonly sections: readonly Section[] } | undefined>;

  /** Set where other processes write too: reads must then look for what they stored. */
  readonly shared?: {
    /** For each place the sections stored after that ingest time, in its order, in one round trip; and what is known now. */
    since(
      places: readonly { readonly index: EventIndex; readonly key: string; readonly afterIngestMs: number }[],
    ): Promise<{ readonly lastIngestMs: number; readonly sections: readonly (readonly Section[])[] }>;
  };

  /** Before this event time events of the stream may be gone; -Infinity if all are kept. Only ever rises, and is durable before they go. */
  expiredBefore(stream: string): number;
  /** Lets events of the stream from before this time go, now or later. */
  expire(stream: string, beforeMs: number): Promise<void>;

  quarantine(
    stream: string,
    after: string,
    limit: number,
  ): Promise<{ readonly events: readonly QuarantinedEvent__Output[]; readonly total: number }>;

  /** Every version of every declaration that ever was in force. */
  declarations(): Promise<readonly StoredDeclaration[]>;
  /** Durable when it resolves. */
  addDeclarations(added: readonly StoredDeclaration[]): Promise<void>;

  /** On disk, or in the memory of the server. */
  sizeBytes(): number;
}
