import type { ViewReading } from '../engine/view-program.ts';
import type { EventRow } from '../events/event-row.ts';
import { type FeatureStore, type Section, storeTileMs } from '../store/feature-store.ts';
import { ReadingCache } from './reading-cache.ts';
import type { RowKeys } from './row-keys.ts';
import { type KeptState, type MemoryBudget, StateCache } from './state-cache.ts';
import { walkBack } from './tile-walk.ts';
import type { ViewSource } from './view-source.ts';

/** A key of a view, and the moments at which it is going to be read. */
export interface Place {
  readonly source: ViewSource;
  readonly key: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LaneDeps {
  readonly store: FeatureStore;
  readonly row: EventRow;
  /** Ingest time up to which events count: fixed, or rising as commits become visible. */
  readonly known: () => number;
  readonly budget: MemoryBudget;
  /** Whether it is read at one moment only: then nothing after it is kept for later. */
  readonly once?: boolean;
}

/** Events after which a state's size is measured again: rare enough to cost nothing, before it can have grown much. */
const offersPerMeasure = 16;

/** What is kept for one view. */
export interface KeptView {
  readonly source: ViewSource;
  readonly states: StateCache;
  readonly readings: ReadingCache | undefined;
}

/**
 * States of views whose moment moves forward, so that a read costs what happened since the last one. A read before a state's moment
 * makes that state anew from the store: right, at the cost of the view's whole reach. It is the same fold in every case.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #views = new Map<ViewSource, KeptView>();
  /** Of a store that others write to, as it was last refreshed. */
  #refreshedMs: number | undefined;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
  }

  /** Ingest time up to which its states count events. */
  get knownMs(): number {
    return this.#refreshedMs ?? this.#deps.known();
  }

  /** Whether there are no states yet that events could matter to. */
  get isEmpty(): boolean {
    return this.#views.size === 0;
  }

  /**
   * Makes sure that `read` needs no store for moments from the place's `fromMs` to its `toMs`. Gives a promise only where the store
   * is elsewhere; the lane must not be used by another read until it resolves.
   */
  prepare(place: Place): void | Promise<void> {
    const { source, key, fromMs, toMs } = place;
    const kept = this.#kept(source).states.get(key);
    if (kept === undefined || kept.state.horizonMs > fromMs) return this.#make(place);
    if (toMs < kept.loadedUntilMs) return undefined;
    return this.#extend(kept, place);
  }

  /** What is kept for the view, for `locate` and `read`. */
  view(source: ViewSource): KeptView {
    return this.#kept(source);
  }

  /** Where what was read last of each row's key lies, for reads of many rows at once; undefined if that is not kept. */
  locate({ readings }: KeptView, keys: RowKeys, rows: number): Int32Array | undefined {
    if (readings === undefined) return undefined;
    const slots = new Int32Array(rows);
    readings.locate(keys, slots);
    return slots;
  }

  /**
   * Fills the reading with what the view says of the row's key at a moment. Where the store is elsewhere, the place must be prepared.
   * `located`: what `locate` said of the row, or -1.
   */
  read(
    { source, states, readings }: KeptView,
    keys: RowKeys,
    row: number,
    located: number,
    atMs: number,
    reading: ViewReading,
  ): void {
    if (readings?.load(keys, row, located, atMs, reading)) return;
    const key = keys.text(row);
    let kept = states.get(key);
    if (kept === undefined || atMs >= kept.loadedUntilMs || atMs < kept.state.horizonMs) {
      if (this.prepare({ source, key, fromMs: atMs, toMs: atMs }) instanceof Promise)
        throw new Error(`view ${source.view.name} was not prepared for this moment`);
      kept = states.get(key) as KeptState;
    }
    const { state, loadedUntilMs } = kept;
    state.advance(atMs);
    state.read(reading);
    readings?.store(key, atMs, Math.min(state.steadyUntilMs(), loadedUntilMs), reading);
  }

  /** Hands an event that was just committed to the state of its key, if there is one. */
  offer(source: ViewSource, key: string, row: EventRow, ingestTimeMs: number): void {
    const views = this.#views.get(source);
    const kept = views?.states.peek(key);
    if (kept === undefined || ingestTimeMs <= kept.knownMs || row.eventTimeMs >= kept.loadedUntilMs) return;
    kept.state.offer(row, ingestTimeMs);
    views?.readings?.invalidate(key);
    kept.offered += 1;
    if (kept.offered >= offersPerMeasure) views?.states.measure(key, kept);
  }

  /** Takes in what other processes have stored for places that have a state; from then on `knownMs` is what was known then. */
  async refresh(places: readonly Place[]): Promise<void> {
    const { shared } = this.#deps.store;
    if (shared === undefined) return;
    const asked = places.flatMap(({ source, key }) => {
      const { states, readings } = this.#kept(source);
      const kept = states.get(key);
      return kept === undefined
        ? []
        : [{ index: source.index, key, kept, states, readings, afterIngestMs: kept.knownMs }];
    });
    const { lastIngestMs, sections } = await shared.since(asked);
    for (const [place, { key, kept, states, readings }] of asked.entries()) {
      for (const section of sections[place] ?? []) {
        readings?.invalidate(key);
        if (section.ingestTimeMs > kept.knownMs && section.ingestTimeMs <= lastIngestMs)
          this.#give(kept, section, Number.NEGATIVE_INFINITY, kept.loadedUntilMs);
      }
      kept.knownMs = Math.max(kept.knownMs, lastIngestMs);
      if (sections[place]?.length !== 0) states.measure(key, kept);
    }
    this.#refreshedMs = lastIngestMs;
  }

  close(): void {
    for (const { states } of this.#views.values()) this.#deps.budget.leave(states);
    this.#views.clear();
  }

  #kept(source: ViewSource): KeptView {
    let kept = this.#views.get(source);
    if (kept === undefined) {
      const { budget, once } = this.#deps;
      const readings = once === true ? undefined : ReadingCache.of(source.view);
      kept = { source, states: new StateCache(budget, readings), readings };
      this.#views.set(source, kept);
    }
    return kept;
  }

  #make(place: Place): void | Promise<void> {
    const { source, key, fromMs } = place;
    const kept: KeptState = {
      state: source.program.start(fromMs),
      loadedUntilMs: Number.NEGATIVE_INFINITY,
      knownMs: this.knownMs,
      offered: 0,
      sizeBytes: 0,
      used: true,
    };
    const keep = (): void => this.#kept(source).states.set(key, kept);
    const loaded = this.#load(kept, place);
    return loaded instanceof Promise ? loaded.then(keep) : keep();
  }

  #extend(kept: KeptState, place: Place): void | Promise<void> {
    const measure = (): void => this.#kept(place.source).states.measure(place.key, kept);
    const loaded = this.#load(kept, place);
    return loaded instanceof Promise ? loaded.then(measure) : measure();
  }

  /** Gives the state what it has not been given yet and reads from the place's `fromMs` to its `toMs` need. */
  #load(kept: KeptState, place: Place): void | Promise<void> {
    const { fromMs, toMs, source } = place;
    // What happened by then is folded at once, and what is before its reach is left out: so there must be no earlier read.
    kept.state.advance(fromMs);
    const until = this.#until(toMs);
    const reach = source.program.reachStart(fromMs);
    const loaded =
      reach === Number.NEGATIVE_INFINITY
        ? this.#loadLast(kept, place, until)
        : this.#loadFrom(kept, place, Math.max(reach, kept.loadedUntilMs), until);
    const note = (): void => {
      kept.loadedUntilMs = until;
    };
    return loaded instanceof Promise ? loaded.then(note) : note();
  }

  /** The last event at `fromMs`, wherever in what was not loaded yet it is, and those between then and `untilMs`. */
  #loadLast(kept: KeptState, place: Place, untilMs: number): void | Promise<void> {
    const { source, key, fromMs } = place;
    const since = kept.loadedUntilMs;
    const ahead = Math.min(justAfter(fromMs), untilMs);
    const reading = source.program.reading();
    const back = (): void | Promise<void> =>
      walkBack(this.#deps.store, source.index, key, ahead, ({ startMs, sections }) => {
        if (startMs < since) return true;
        for (const section of this.#known(sections))
          this.#give(kept, section, Number.NEGATIVE_INFINITY, ahead);
        kept.state.read(reading);
        return reading.found && reading.eventTimeMs >= startMs;
      });
    const loaded = this.#loadFrom(kept, place, Math.max(ahead, since), untilMs);
    return loaded instanceof Promise ? loaded.then(back) : back();
  }

  /** Gives the state the events from `fromMs` to before `untilMs`. */
  #loadFrom(kept: KeptState, { source, key }: Place, fromMs: number, untilMs: number): void | Promise<void> {
    if (fromMs >= untilMs) return undefined;
    const give = (sections: readonly Section[]): void => {
      for (const section of this.#known(sections)) this.#give(kept, section, fromMs, untilMs);
    };
    const sections = this.#deps.store.read(source.index, key, fromMs, untilMs);
    return sections instanceof Promise ? sections.then(give) : give(sections);
  }

  /** Without commits that are on the disk but not visible yet: those are offered when they are. */
  #known(sections: readonly Section[]): readonly Section[] {
    const known = this.knownMs;
    return sections.filter(({ ingestTimeMs }) => ingestTimeMs <= known);
  }

  #give(kept: KeptState, { rows, ingestTimeMs }: Section, fromMs: number, untilMs: number): void {
    const { row } = this.#deps;
    for (let at = 0; at < rows.length; ) {
      at = row.set(rows, at);
      const time = row.eventTimeMs;
      if (time >= fromMs && time < untilMs) kept.state.offer(row, ingestTimeMs);
    }
  }

  #until(toMs: number): number {
    if (this.#deps.once === true) return justAfter(toMs);
    return (Math.floor(toMs / storeTileMs) + 1) * storeTileMs;
  }
}

/** A moment that is later by a rounding step or two. */
function justAfter(ms: number): number {
  return ms + Math.max(Math.abs(ms), 1) * 2 * Number.EPSILON;
}
