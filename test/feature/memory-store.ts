import { type EventLayout, layoutOf } from '../../services/feature/events/event-layout.ts';
import type {
  EventIndex,
  FeatureStore,
  NewEvent,
  NewQuarantined,
} from '../../services/feature/store/feature-store.ts';
import type { QuarantinedEvent__Output } from '../../services/gen/scoremesh/feature/v1/QuarantinedEvent.ts';

/** A store in memory whose commits can be held and failed. Reads of events are not there. */
export interface MemoryStore extends FeatureStore {
  readonly events: NewEvent[];
  readonly quarantined: QuarantinedEvent__Output[];
  readonly commits: { events: number; quarantined: number }[];
  /** Keys of each index, as events came. */
  keysOf(index: EventIndex): string[];
  /** Commits wait until the returned function is called. */
  hold(): () => void;
  /** The next commit fails with this. */
  failNext(error: Error): void;
  /** Resolves when a commit waits that is held. */
  held(): Promise<void>;
  edges: Map<string, number>;
}

export function memoryStore(): MemoryStore {
  const layouts: EventLayout[] = [];
  const indexes: EventIndex[] = [];
  const events: NewEvent[] = [];
  const ids = new Set<string>();
  const quarantined: QuarantinedEvent__Output[] = [];
  const commits: MemoryStore['commits'] = [];
  const edges = new Map<string, number>();
  let lastIngestMs = 0;
  let nextId = 1;
  let gate: Promise<void> | undefined;
  let failure: Error | undefined;
  let waits = (): void => {};
  let underWay = false;
  const unused = (): never => {
    throw new Error('this store is not read');
  };

  return {
    events,
    quarantined,
    commits,
    edges,
    keysOf: (index) =>
      events.flatMap(({ entries }) => entries.filter((entry) => entry.index === index).map(({ key }) => key)),
    hold: () => {
      let release = (): void => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        gate = undefined;
        release();
      };
    },
    held: () =>
      new Promise((resolve) => {
        waits = resolve;
      }),
    failNext: (error) => {
      failure = error;
    },
    layoutId: (layout) => {
      const known = layouts.findIndex(({ signature }) => signature === layout.signature);
      return known >= 0 ? known : layouts.push(layout) - 1;
    },
    layout: (id) => layouts[id] ?? layoutOf([]),
    ensureIndex: async (stream, keyFields, keyOf) => {
      if (underWay) throw new Error('an index may not be made while a commit is under way');
      const found = indexes.find(
        (index) => index.stream === stream && index.keyFields.join() === keyFields.join(),
      );
      if (found !== undefined) return found;
      const index = { id: indexes.length + 1, stream, keyFields };
      indexes.push(index);
      for (const event of events) {
        const key = event.stream === stream ? keyOf(event.row) : undefined;
        if (key !== undefined) (event.entries as { index: EventIndex; key: string }[]).push({ index, key });
      }
      return index;
    },
    commit: async (added: readonly NewEvent[], bad: readonly NewQuarantined[], released = []) => {
      if (underWay) throw new Error('two commits at once');
      underWay = true;
      try {
        if (gate !== undefined) waits();
        await gate;
        await new Promise((resolve) => setImmediate(resolve));
        if (failure !== undefined) {
          const error = failure;
          failure = undefined;
          throw error;
        }
        lastIngestMs += 1 / 1024;
        const duplicates = added.map((event) => {
          const id = `${event.stream}\n${event.id}`;
          if (ids.has(id)) return true;
          ids.add(id);
          events.push(event);
          return false;
        });
        for (const entry of bad)
          quarantined.push({ ...entry, quarantineId: String(nextId++).padStart(8, '0') });
        for (const id of released) {
          const at = quarantined.findIndex(({ quarantineId }) => quarantineId === id);
          if (at >= 0) quarantined.splice(at, 1);
        }
        commits.push({ events: added.length, quarantined: bad.length });
        return { ingestTimeMs: lastIngestMs, duplicates };
      } finally {
        underWay = false;
      }
    },
    get lastIngestMs() {
      return lastIngestMs;
    },
    read: unused,
    lastTile: unused,
    expiredBefore: (stream) => edges.get(stream) ?? Number.NEGATIVE_INFINITY,
    expire: async (stream, beforeMs) => void edges.set(stream, beforeMs),
    quarantine: async (stream, after, limit) => {
      const own = quarantined.filter(({ event }) => stream === '' || event?.stream === stream);
      const events = own.filter(({ quarantineId }) => quarantineId > after).slice(0, limit);
      return { events, total: own.length };
    },
    declarations: unused,
    addDeclarations: unused,
    sizeBytes: () => 0,
  };
}
