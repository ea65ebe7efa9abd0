import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { maxCommitRows, queuedRowOverheadBytes, queueRetryMs } from '../config.ts';
import type { LatestStore, LatestTable, Put } from '../latest-store.ts';
import { eventTimeOffset } from '../rows/layout.ts';
import { stampIngestTime } from '../rows/row.ts';

/** A valid row. The queue owns its bytes from then on. */
export interface IncomingRow {
  readonly table: LatestTable;
  readonly key: string;
  readonly eventTimeMs: number;
  readonly bytes: Buffer;
}

/** What became of rows; superseded ones were not stored, or were overtaken by another of the same request. */
export interface Outcome {
  stored: number;
  superseded: number;
}

interface Request {
  readonly rows: readonly IncomingRow[];
  readonly sizeBytes: number;
  readonly call: Call;
  readonly outcomes: Map<LatestTable, Outcome>;
  readonly resolve: (outcomes: ReadonlyMap<LatestTable, Outcome>) => void;
  readonly reject: (error: unknown) => void;
}

/** The row that a commit is going to put at a key, and whose it is. */
interface Winner extends Put {
  readonly eventTimeMs: number;
  readonly request: Request;
}

/**
 * Group commit: while one commit is on its way to the disk, requests gather for the next. Requests take effect whole and in the
 * order in which they came, so that of equal event times the later wins.
 */
export class IngestQueue {
  readonly #store: LatestStore;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #waiting: Request[] = [];
  #waitingBytes = 0;
  #committing: Promise<void> | undefined;
  #closed = false;

  constructor(store: LatestStore, options: { maxBytes: number; now: () => number }) {
    this.#store = store;
    this.#maxBytes = options.maxBytes;
    this.#now = options.now;
  }

  /**
   * Resolves when the rows are durable, with what became of those of each table. Fails with QUEUE_FULL, with
   * FEATURE_STORE_FULL, or with the reason why the call was no longer wanted when its turn came; then no row is stored.
   */
  add(rows: readonly IncomingRow[], call: Call): Promise<ReadonlyMap<LatestTable, Outcome>> {
    if (this.#closed)
      return Promise.reject(new MeshError('SHUTTING_DOWN', 'the feature service is stopping; try another'));
    const sizeBytes = rows.reduce((sum, row) => sum + row.bytes.length + queuedRowOverheadBytes, 0);
    if (this.#waitingBytes > 0 && this.#waitingBytes + sizeBytes > this.#maxBytes)
      return Promise.reject(
        new MeshError(
          'QUEUE_FULL',
          `${this.#waitingBytes} bytes of feature rows wait to be stored and ${this.#maxBytes} may; send fewer at a time, or wait`,
          { retryAfterMs: queueRetryMs },
        ),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, sizeBytes, call, outcomes: new Map(), resolve, reject });
      this.#waitingBytes += sizeBytes;
      this.#committing ??= this.#commitAll();
    });
  }

  /** What waits for a commit. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Takes no more and resolves when everything taken is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#committing;
  }

  async #commitAll(): Promise<void> {
    // What else arrives in this turn of the event loop shares the first commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commit(this.#take());
    this.#committing = undefined;
  }

  #take(): Request[] {
    let rows = 0;
    let count = 0;
    while (count < this.#waiting.length) {
      rows += this.#waiting[count]?.rows.length ?? 0;
      if (rows > maxCommitRows && count > 0) break;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    for (const request of taken) this.#waitingBytes -= request.sizeBytes;
    return taken;
  }

  async #commit(taken: readonly Request[]): Promise<void> {
    const requests: Request[] = [];
    try {
      const winners = new Map<LatestTable, Map<string, Winner>>();
      const ingestTimeMs = this.#now();
      for (const request of taken) {
        if (!stillWanted(request)) continue;
        requests.push(request);
        for (const row of request.rows) settle(row, request, winners, ingestTimeMs);
      }
      const puts = [...winners.values()].flatMap((rows) => [...rows.values()]);
      if (puts.length > 0) await this.#store.put(puts);
      for (const request of requests) request.resolve(request.outcomes);
    } catch (error) {
      for (const request of requests) request.reject(error);
    }
  }
}

function stillWanted(request: Request): boolean {
  try {
    throwIfUnwanted(request.call, 'its rows were stored');
    return true;
  } catch (error) {
    request.reject(error);
    return false;
  }
}

/** Lets a row compete with the one that its key has, in this commit or in the store. */
function settle(
  row: IncomingRow,
  request: Request,
  winners: Map<LatestTable, Map<string, Winner>>,
  ingestTimeMs: number,
): void {
  const { table, key, eventTimeMs, bytes } = row;
  const outcome = entry(request.outcomes, table, () => ({ stored: 0, superseded: 0 }));
  const rows = entry(winners, table, () => new Map<string, Winner>());
  const rival = rows.get(key);
  const rivalTimeMs = rival?.eventTimeMs ?? table.find(key)?.getFloat64(eventTimeOffset, true);
  if (rivalTimeMs !== undefined && rivalTimeMs > eventTimeMs) {
    outcome.superseded++;
    return;
  }
  if (rival?.request === request) outcome.superseded++;
  else outcome.stored++;
  stampIngestTime(bytes, ingestTimeMs);
  rows.set(key, { table, key, row: bytes, eventTimeMs, request });
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
