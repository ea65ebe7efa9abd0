import type { Priority } from '../repository/serving-config.ts';
import { type Ageing, LaneAges } from './lane-ages.ts';
import { addSums, OrderedLine, type Standing, type Sums, type Verdict } from './ordered-line.ts';

/** What the queue needs to know of a request. */
export interface Queued extends Standing, Ageing {
  /** Requests share a batch only if their keys are equal; undefined for one that never shares. */
  readonly key: string | undefined;
  /** The lane it starts in. */
  readonly priority: Priority;
  /** On the clock of performance.now(). */
  readonly queuedAt: number;
}

export interface Taken<T> {
  /** To be run together: equal keys. Empty if nothing is left. */
  readonly batch: readonly T[];
  /** Requests whose deadline had passed or would pass in their run, while others wait for it. They are not to be run. */
  readonly expired: readonly T[];
}

interface KeyCount {
  count: number;
  /** By lane. */
  readonly rows: number[];
}

/** How far a batch may grow. */
export interface Growth {
  /** Rows of a batch. */
  maxRows(key: string): number;
  /** When a run that starts now is predicted to end, on the clock of performance.now(). */
  endOf(key: string, rows: number, bytes: number, now: number): number;
  /** The same, but as likely too early as too late. */
  likelyEndOf(key: string | undefined, rows: number, bytes: number, now: number): number;
}

export interface QueueLimits {
  /** Rows that may wait. */
  readonly maxQueuedRows: number;
  /** Rows of a batch of several requests. */
  readonly maxBatchRows: number;
  /** A request that has waited so long in a lane, in milliseconds, moves to the one before. */
  readonly laneAgeMs: number;
}

/**
 * The requests that wait for one model version, in three lanes, earliest deadline first within a lane. Bounded by rows. Every
 * request leaves exactly once: by `take` (in a batch or as expired), by `remove` or by `clear`. Add, remove and `addAhead` cost
 * O(log n) comparisons and what an OrderedLine moves or sums; take costs a step per request that it looks at, which are those of
 * the batch and those of other keys that stand between them.
 */
export class BatchQueue<T extends Queued> {
  readonly #limits: QueueLimits;
  readonly #lanes: readonly [OrderedLine<T>, OrderedLine<T>, OrderedLine<T>] = [
    new OrderedLine(),
    new OrderedLine(),
    new OrderedLine(),
  ];
  readonly #ages: readonly LaneAges<T>[] = [new LaneAges(2), new LaneAges(3)];
  /** Those that wait of each key. */
  readonly #keys = new Map<string, KeyCount>();
  #rows = 0;
  #size = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  /** Requests that wait. */
  get size(): number {
    return this.#size;
  }

  /** Different keys that wait. */
  get keys(): number {
    return this.#keys.size;
  }

  /** Whether a request with that key waits. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** False if the request's rows would be more than the bound; it is then not queued. */
  add(request: T): boolean {
    if (this.#rows + request.rows > this.#limits.maxQueuedRows) return false;
    this.#join(request, request.priority, request.queuedAt);
    return true;
  }

  /** Adds to `into` the sums of all that goes before a request, which need not be queued. */
  addAhead(request: T, into: Sums): void {
    for (let lane = 1; lane < request.priority; lane++) addSums(into, this.#line(lane).sums);
    this.#line(request.priority).addBefore(request, into);
  }

  /** Takes a request out that nobody waits for any more. False if it had left already. */
  remove(request: T): boolean {
    if (request.lane === 0 || !this.#line(request.lane).remove(request)) return false;
    this.#left(request);
    return true;
  }

  /**
   * The next batch: the request with the earliest live deadline of the first lane that has one, and what may share its run, in
   * the order of lanes and deadlines, as long as the run is predicted to end before the earliest deadline in it. A request that
   * would likely miss its deadline even alone is dropped while others wait: in a queue that is a little too long, each would
   * otherwise be run just too late, and make the next one late. The last one is run, so that a wrong prediction is corrected.
   */
  take(now: number, growth: Growth): Taken<T> {
    this.#promote(now);
    const expired: T[] = [];
    for (const line of this.#lanes) {
      const first = line.first;
      if (first !== undefined && this.#isLost(first, now, growth)) this.#dropLost(line, now, growth, expired);
    }
    const first = this.#lanes.find((line) => line.first !== undefined)?.first;
    if (first === undefined) return { batch: [], expired };
    const { key } = first;
    if (key === undefined) {
      this.remove(first);
      return { batch: [first], expired };
    }
    return { batch: this.#takeBatch(first, key, now, growth), expired };
  }

  /** Everything that waits, taken out. */
  clear(): T[] {
    const all = this.#lanes.flatMap((line) => line.clear());
    for (const request of all) this.#left(request);
    return all;
  }

  #takeBatch(first: T, key: string, now: number, growth: Growth): T[] {
    const maxRows = Math.min(this.#limits.maxBatchRows, growth.maxRows(key));
    const lane = this.#line(first.lane);
    const passedOver = this.#passOver(lane, first, key, maxRows, now, growth);
    const batch: T[] = [];
    let left = this.#keys.get(key)?.count ?? 0;
    let looked = 0;
    let rows = 0;
    let bytes = 0;
    let earliest = Number.POSITIVE_INFINITY;
    const judge = (request: T): Verdict => {
      if (left === 0) return 'stop';
      if (request.key !== key) return 'skip';
      if (looked++ < passedOver) {
        left--;
        return 'skip';
      }
      const { deadline } = request;
      if (batch.length > 0) {
        const end = growth.endOf(key, rows + request.rows, bytes + request.bytes, now);
        if (rows + request.rows > maxRows || end > earliest) {
          left = 0;
          return 'stop';
        }
        if (end > deadline && growth.endOf(key, request.rows, request.bytes, now) <= deadline) {
          left--;
          return 'skip';
        }
      }
      left--;
      rows += request.rows;
      bytes += request.bytes;
      if (deadline < earliest && growth.endOf(key, request.rows, request.bytes, now) <= deadline)
        earliest = deadline;
      batch.push(request);
      return 'take';
    };
    for (let at = first.lane; at <= 3 && left > 0; at++) this.#line(at).takeFromFront(judge);
    for (const request of batch) this.#left(request);
    return batch;
  }

  /**
   * How many of the first requests of a key in a lane to pass over. None, unless the batch that their deadlines allow is so small
   * that those behind it would miss theirs in turn: then a queue that is too long would be run in ever smaller batches, all of them
   * late. So more are served if the first few wait on, and probably expire, as in the early drop of Nexus (Shen et al., SOSP 2019).
   */
  #passOver(
    line: OrderedLine<T>,
    first: T,
    key: string,
    maxRows: number,
    now: number,
    growth: Growth,
  ): number {
    const waiting = this.#keys.get(key)?.rows[first.lane - 1] ?? 0;
    const rowBytes = first.bytes / first.rows;
    const endOf = (rows: number): number => growth.endOf(key, rows, rows * rowBytes, now);
    const fullEnd = endOf(Math.min(waiting, maxRows));
    if (first.deadline >= fullEnd || first.rows >= maxRows) return 0;

    let small = 0;
    let next: T | undefined;
    line.takeFromFront((request) => {
      if (request.key !== key) return 'skip';
      if (endOf(small + request.rows) > first.deadline && request !== first) {
        next = request;
        return 'stop';
      }
      small += request.rows;
      return 'skip';
    });
    if (next === undefined) return 0;
    const nextEnd = endOf(small) - now + endOf(Math.min(waiting - small, maxRows));
    if (nextEnd <= next.deadline) return 0;

    let passed = 0;
    let passedRows = 0;
    let fits = false;
    line.takeFromFront((request) => {
      if (request.key !== key) return 'skip';
      fits = request.deadline >= endOf(Math.min(waiting - passedRows, maxRows));
      if (fits) return 'stop';
      passed++;
      passedRows += request.rows;
      return 'skip';
    });
    // Not worth it if as many are given up as are served more.
    return fits && Math.min(waiting - passedRows, maxRows) > small + passedRows ? passed : 0;
  }

  #isLost({ deadline, key, rows, bytes }: T, now: number, growth: Growth): boolean {
    return deadline <= now || (this.#size > 1 && growth.likelyEndOf(key, rows, bytes, now) > deadline);
  }

  #dropLost(line: OrderedLine<T>, now: number, growth: Growth, expired: T[]): void {
    line.takeFromFront((request) => {
      if (!this.#isLost(request, now, growth)) return 'stop';
      this.#left(request);
      expired.push(request);
      return 'take';
    });
  }

  /** Lane 2 first, so that nobody moves up twice at once. */
  #promote(now: number): void {
    const moment = now - this.#limits.laneAgeMs;
    for (const ages of this.#ages) {
      for (let aged = ages.shiftBefore(moment); aged !== undefined; aged = ages.shiftBefore(moment)) {
        const { lane } = aged;
        this.#line(lane).remove(aged);
        this.#left(aged);
        this.#join(aged, lane - 1, now);
      }
    }
  }

  #join(request: T, lane: number, now: number): void {
    request.lane = lane;
    request.laneSince = now;
    this.#line(lane).add(request);
    if (lane > 1) this.#ages[lane - 2]?.add(request);
    this.#rows += request.rows;
    this.#size++;
    if (request.key !== undefined) this.#count(request.key, lane, request.rows, 1);
  }

  #left(request: T): void {
    const { key, lane, rows } = request;
    request.lane = 0;
    this.#rows -= rows;
    this.#size--;
    if (key !== undefined) this.#count(key, lane, -rows, -1);
  }

  #count(key: string, lane: number, rows: number, requests: number): void {
    let count = this.#keys.get(key);
    if (count === undefined) {
      count = { count: 0, rows: [0, 0, 0] };
      this.#keys.set(key, count);
    }
    count.count += requests;
    count.rows[lane - 1] = (count.rows[lane - 1] ?? 0) + rows;
    if (count.count === 0) this.#keys.delete(key);
  }

  #line(lane: number): OrderedLine<T> {
    const line = this.#lanes[lane - 1];
    if (line === undefined) throw new Error(`no lane ${lane}`);
    return line;
  }
}
