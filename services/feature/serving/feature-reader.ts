import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { EventRow } from '../events/event-row.ts';
import type { FeatureStore } from '../store/feature-store.ts';
import { placesOf, type RowsUnderWay, startRows, writeRow } from './feature-rows.ts';
import { refuseExpired, refuseUnknown } from './history-edge.ts';
import { Lane, type Place } from './lane.ts';
import { type Moments, momentOf, momentsOf } from './moments.ts';
import type { ReadPlan } from './read-plan.ts';
import { type ReadyRows, readyRows } from './ready-rows.ts';
import { finishReply, type Reply, startReply } from './reply.ts';
import { Rounds } from './rounds.ts';
import { Slab } from './slab.ts';
import { MemoryBudget } from './state-cache.ts';
import type { StatusCounts } from './status.ts';
import type { ViewSource } from './view-source.ts';

/** Reads on a lane of its own, batch after batch, without keeping the event loop. */
export interface Join {
  read(
    plan: ReadPlan,
    batch: GetFeaturesRequest__Output,
    counts: StatusCounts,
  ): Promise<GetFeaturesResponse__Output>;
  close(): void;
}

/** A read with its rows made ready. */
interface ReadyRead {
  readonly plan: ReadPlan;
  readonly rows: ReadyRows;
  readonly moments: Moments;
}

/** Rows between turns of the event loop: a few ms, so that serving goes on beside a join. */
const rowsPerTurn = 100;
const noMoments = Buffer.alloc(0);

/**
 * Reads features at moments. Reads as of now and as of moments that move forward are served from states in memory; reads of what was
 * known at an earlier time are computed from the stored events. All by the same fold.
 *
 * Failures of a read: ENTITY_MISSING, FEATURE_ABSENT, FEATURE_STALE, FEATURE_HISTORY_EXPIRED, FEATURE_EXPRESSION_FAILED, INVALID_REQUEST.
 */
export class FeatureReader {
  readonly #store: FeatureStore;
  readonly #now: () => number;
  readonly #maxStateBytes: number;
  readonly #budget: MemoryBudget;
  readonly #row: EventRow;
  readonly #offered: EventRow;
  readonly #slab = new Slab();
  /** Of reads as of now, and of reads as of a moment that was asked for: apart, so that a replay of the past doesn't unmake the present. */
  readonly #present: Lane;
  readonly #asked: Lane;
  readonly #rounds: Rounds<{ readonly lane: Lane; readonly places: readonly Place[] }>;
  #knownMs: number;
  #lastMomentMs = Number.NEGATIVE_INFINITY;

  /** `maxStateBytes`: what states that are kept between reads may take in memory. */
  constructor(store: FeatureStore, maxStateBytes: number, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#knownMs = store.lastIngestMs;
    this.#maxStateBytes = maxStateBytes;
    this.#budget = new MemoryBudget(maxStateBytes);
    this.#row = new EventRow((id) => store.layout(id));
    this.#offered = new EventRow((id) => store.layout(id));
    const known = (): number => this.#knownMs;
    this.#present = new Lane({ store, row: this.#row, known, budget: this.#budget });
    this.#asked = new Lane({ store, row: this.#row, known, budget: this.#budget });
    this.#rounds = new Rounds((reads) => this.#prepareTogether(reads));
  }

  /** What the states take in memory. */
  get stateBytes(): number {
    return this.#budget.usedBytes;
  }

  /** Ingest time of the last commit that reads see. */
  get knownMs(): number {
    return this.#knownMs;
  }

  /** Shows an event of a commit to the states of its key. `committed` must follow in the same turn. */
  offer(sources: readonly ViewSource[], key: string, row: Buffer, ingestTimeMs: number): void {
    // Reads of a store that others write to look there for what is new, also for what this process stored.
    if (this.#store.shared !== undefined || (this.#present.isEmpty && this.#asked.isEmpty)) return;
    this.#offered.set(row, 0);
    for (const source of sources) {
      this.#present.offer(source, key, this.#offered, ingestTimeMs);
      this.#asked.offer(source, key, this.#offered, ingestTimeMs);
    }
  }

  /** From here on reads see the commit. */
  committed(ingestTimeMs: number): void {
    this.#knownMs = Math.max(this.#knownMs, ingestTimeMs);
  }

  /** The values found are added to `counts`. Gives a promise only where the store is elsewhere. */
  read(
    plan: ReadPlan,
    request: GetFeaturesRequest__Output,
    counts: StatusCounts,
  ): GetFeaturesResponse__Output | Promise<GetFeaturesResponse__Output> {
    const ready = this.#ready(plan, request);
    const { knownAtMs } = ready.moments;
    if (this.#store.shared !== undefined) return this.#readShared(ready, counts);
    if (knownAtMs !== undefined && knownAtMs < this.#knownMs) return this.#history(ready, knownAtMs, counts);
    const lane = this.#laneFor(ready.moments);
    const response = this.#answer(ready, lane, counts);
    this.#budget.shrink();
    return response;
  }

  /** The same read from the stored events alone, as of the moments of the answer. */
  readHistory(
    plan: ReadPlan,
    request: GetFeaturesRequest__Output,
    answer: Pick<GetFeaturesResponse__Output, 'asOf' | 'asOfIngest'>,
  ): GetFeaturesResponse__Output | Promise<GetFeaturesResponse__Output> {
    const { asOf, asOfIngest } = answer;
    const ready = this.#ready(plan, { ...request, asOfEventTime: asOf, asOfIngestTime: asOfIngest });
    return this.#history(ready, asOfIngest, [0, 0, 0, 0, 0]);
  }

  /** For many batches over what was known at a time, or is known now. */
  async join(knownAtMs: number | undefined): Promise<Join> {
    await this.#catchUp();
    const known = Math.min(knownAtMs ?? this.#knownMs, this.#knownMs);
    const budget = new MemoryBudget(this.#maxStateBytes);
    const lane = this.#laneOf(known, budget, false);
    const read: Join['read'] = async (plan, batch, counts) => {
      const ready = this.#ready(plan, batch);
      const { rows, moments } = ready;
      refuseExpired(this.#store, plan, moments);
      const reply = startReply(plan, rows.count, this.#slab);
      if (this.#store.shared !== undefined)
        await Promise.all(placesOf(plan, rows, moments).map((place) => lane.prepare(place)));
      const underWay = startRows(plan, rows, moments, { lane, reply, counts });
      const order = inTime(moments);
      for (let number = 0; number < rows.count; number++) {
        if (number % rowsPerTurn === rowsPerTurn - 1) await nextTurn();
        this.#write(underWay, order?.[number] ?? number, true);
      }
      // Events may have gone meanwhile.
      refuseExpired(this.#store, plan, moments);
      budget.shrink();
      return this.#finish(reply, ready, lane.knownMs);
    };
    return { read, close: () => lane.close() };
  }

  #ready(plan: ReadPlan, request: GetFeaturesRequest__Output): ReadyRead {
    // Never earlier than before, so that states never have to go back.
    this.#lastMomentMs = Math.max(this.#lastMomentMs, this.#now());
    const moments = momentsOf(request, this.#lastMomentMs);
    return { plan, rows: readyRows(plan, request), moments };
  }

  #history(
    ready: ReadyRead,
    knownAtMs: number,
    counts: StatusCounts,
  ): GetFeaturesResponse__Output | Promise<GetFeaturesResponse__Output> {
    const { plan, rows, moments } = ready;
    const known = Math.min(knownAtMs, this.#knownMs);
    const once = moments.ofRows === undefined;
    const lane = this.#laneOf(known, new MemoryBudget(Number.POSITIVE_INFINITY), once);
    const answer = (): GetFeaturesResponse__Output => this.#answer(ready, lane, counts);
    if (this.#store.shared === undefined) return answer();
    return Promise.all(placesOf(plan, rows, moments).map((place) => lane.prepare(place))).then(answer);
  }

  #laneFor({ asked }: Moments): Lane {
    return asked ? this.#asked : this.#present;
  }

  async #readShared(ready: ReadyRead, counts: StatusCounts): Promise<GetFeaturesResponse__Output> {
    const { plan, rows, moments } = ready;
    // Rows of several moments would move states past those of other reads of the round.
    if (moments.knownAtMs !== undefined || moments.ofRows !== undefined) {
      await this.#catchUp();
      return this.#history(ready, moments.knownAtMs ?? this.#knownMs, counts);
    }
    const lane = this.#laneFor(moments);
    return this.#rounds.add({ lane, places: placesOf(plan, rows, moments) }, moments.asOfMs, () =>
      this.#answer(ready, lane, counts),
    );
  }

  /** Learns what other processes have stored by now. */
  async #catchUp(): Promise<void> {
    const { shared } = this.#store;
    if (shared !== undefined) this.committed((await shared.since([])).lastIngestMs);
  }

  #laneOf(knownMs: number, budget: MemoryBudget, once: boolean): Lane {
    return new Lane({ store: this.#store, row: this.#row, known: () => knownMs, budget, once });
  }

  async #prepareTogether(
    reads: readonly { readonly lane: Lane; readonly places: readonly Place[] }[],
  ): Promise<void> {
    // Between rounds no state is in use.
    this.#budget.shrink();
    for (const lane of new Set(reads.map((read) => read.lane))) {
      const places = together(reads.filter((read) => read.lane === lane).flatMap((read) => read.places));
      await lane.refresh(places);
      this.committed(lane.knownMs);
      await Promise.all(places.map((place) => lane.prepare(place)));
    }
  }

  #answer(ready: ReadyRead, lane: Lane, counts: StatusCounts): GetFeaturesResponse__Output {
    const { plan, rows, moments } = ready;
    const inThePast = moments.asked || moments.knownAtMs !== undefined;
    // After what was prepared, so that nothing can have gone in between.
    if (inThePast) refuseExpired(this.#store, plan, moments);
    const reply = startReply(plan, rows.count, this.#slab);
    const underWay = startRows(plan, rows, moments, { lane, reply, counts });
    const order = inTime(moments);
    for (let number = 0; number < rows.count; number++)
      this.#write(underWay, order?.[number] ?? number, inThePast);
    return this.#finish(reply, ready, lane.knownMs);
  }

  #write(underWay: RowsUnderWay, row: number, inThePast: boolean): void {
    writeRow(underWay, row);
    if (inThePast) refuseUnknown(this.#store, underWay.plan, momentOf(underWay.moments, row));
  }

  #finish(reply: Reply, { plan, rows, moments }: ReadyRead, knownMs: number): GetFeaturesResponse__Output {
    const { asOfMs, ofRows } = moments;
    const rowMoments = ofRows === undefined ? noMoments : Buffer.from(ofRows.buffer);
    return finishReply(reply, plan, rows.count, { asOf: asOfMs, asOfIngest: knownMs, rowMoments });
  }
}

/** Rows in the order of their moments, so that states only move forward; undefined if all have the same. */
function inTime({ ofRows }: Moments): Uint32Array | undefined {
  if (ofRows === undefined) return undefined;
  const order = Uint32Array.from(ofRows, (_, row) => row);
  return order.sort((a, b) => (ofRows[a] as number) - (ofRows[b] as number) || a - b);
}

/** One place for each key of a view, with all moments at which any of the reads needs it. */
function together(places: readonly Place[]): Place[] {
  const merged = new Map<ViewSource, Map<string, Place>>();
  for (const place of places) {
    let ofSource = merged.get(place.source);
    if (ofSource === undefined) {
      ofSource = new Map();
      merged.set(place.source, ofSource);
    }
    const known = ofSource.get(place.key);
    const fromMs = Math.min(place.fromMs, known?.fromMs ?? place.fromMs);
    const toMs = Math.max(place.toMs, known?.toMs ?? place.toMs);
    ofSource.set(place.key, { ...place, fromMs, toMs });
  }
  return [...merged.values()].flatMap((ofSource) => [...ofSource.values()]);
}
