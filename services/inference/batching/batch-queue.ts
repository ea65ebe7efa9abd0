/** What the queue needs to know of a request. */
export interface Queued {
  /** Requests share a batch only if their keys are equal; undefined for one that never shares. */
  readonly key: string | undefined;
  /** Rows it brings, >= 1. */
  readonly rows: number;
  /** On the clock of performance.now(). */
  readonly deadline: number;
  /** Order of arrival: which of two equal deadlines goes first, and what makes a request findable. */
  readonly sequence: number;
}

export interface Taken<T> {
  /** To be run together: equal keys, at most maxBatchRows rows, earliest deadlines first. Empty if nothing is left. */
  readonly batch: readonly T[];
  /** Requests whose deadline had passed. They are not to be run. */
  readonly expired: readonly T[];
}

/**
 * The requests that wait for one model version, earliest deadline first within those that may share a batch. Bounded by rows.
 * Every request leaves exactly once: by `take` (in a batch or as expired), by `remove` or by `clear`. Add and remove cost O(log n)
 * comparisons, and a memory move where a request joins or leaves in the middle; take a step per distinct key and per request taken.
 */
export class BatchQueue<T extends Queued> {
  readonly #maxQueuedRows: number;
  readonly #maxBatchRows: number;
  /** One lane per key, and one (undefined) for all that never share. */
  readonly #lanes = new Map<string | undefined, T[]>();
  #rows = 0;

  constructor(limits: { readonly maxQueuedRows: number; readonly maxBatchRows: number }) {
    this.#maxQueuedRows = limits.maxQueuedRows;
    this.#maxBatchRows = limits.maxBatchRows;
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  /** False if the request's rows would be more than the bound; it is then not queued. */
  add(request: T): boolean {
    if (this.#rows + request.rows > this.#maxQueuedRows) return false;
    this.#rows += request.rows;
    const lane = this.#lanes.get(request.key);
    if (lane === undefined) {
      this.#lanes.set(request.key, [request]);
      return true;
    }
    const last = lane[lane.length - 1];
    if (last === undefined || !isBefore(request, last)) lane.push(request);
    else lane.splice(positionOf(lane, request), 0, request);
    return true;
  }

  /** Takes a request out that nobody waits for any more. False if it had left already. */
  remove(request: T): boolean {
    const lane = this.#lanes.get(request.key);
    if (lane === undefined) return false;
    const at = positionOf(lane, request);
    if (lane[at] !== request) return false;
    lane.splice(at, 1);
    if (lane.length === 0) this.#lanes.delete(request.key);
    this.#rows -= request.rows;
    return true;
  }

  /** The next batch: the request with the earliest live deadline, and what may share with it in the order of deadlines. */
  take(now: number): Taken<T> {
    const expired: T[] = [];
    let chosen: { key: string | undefined; lane: T[]; first: T } | undefined;
    for (const [key, lane] of this.#lanes) {
      const first = this.#dropExpired(key, lane, now, expired);
      if (first !== undefined && (chosen === undefined || isBefore(first, chosen.first)))
        chosen = { key, lane, first };
    }
    if (chosen === undefined) return { batch: [], expired };

    const { key, lane, first } = chosen;
    let rows = first.rows;
    let count = 1;
    for (let next = lane[count]; next !== undefined && key !== undefined; next = lane[count]) {
      if (rows + next.rows > this.#maxBatchRows) break;
      rows += next.rows;
      count++;
    }
    this.#rows -= rows;
    if (count === lane.length) {
      this.#lanes.delete(key);
      return { batch: lane, expired };
    }
    return { batch: lane.splice(0, count), expired };
  }

  /** Everything that waits, taken out. */
  clear(): T[] {
    const all = [...this.#lanes.values()].flat();
    this.#lanes.clear();
    this.#rows = 0;
    return all;
  }

  /** Lanes are in the order of deadlines, so what has expired stands in front. Answers what then comes first. */
  #dropExpired(key: string | undefined, lane: T[], now: number, expired: T[]): T | undefined {
    let count = 0;
    for (let next = lane[0]; next !== undefined && next.deadline <= now; next = lane[count]) {
      this.#rows -= next.rows;
      expired.push(next);
      count++;
    }
    if (count === lane.length) {
      this.#lanes.delete(key);
      return undefined;
    }
    if (count > 0) lane.splice(0, count);
    return lane[0];
  }
}

function isBefore(a: Queued, b: Queued): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.sequence < b.sequence);
}

/** Where the request stands in a lane, or would. */
function positionOf(lane: readonly Queued[], request: Queued): number {
  let low = 0;
  let high = lane.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = lane[middle];
    if (there !== undefined && isBefore(there, request)) low = middle + 1;
    else high = middle;
  }
  return low;
}
