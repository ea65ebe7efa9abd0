import { setImmediate } from 'node:timers/promises';
import type { OutcomeState__Output } from '../../gen/scoremesh/audit/v1/OutcomeState.ts';
import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import type { ScannedRecord } from '../index/scan.ts';
import type { IndexStore } from '../index/store.ts';
import { firstIdAt, hasTime } from '../record-id.ts';
import type { Filter } from './filter.ts';
import type { Place } from './page-token.ts';

/** Rows looked at without a pause: some ms at most, in which nothing else of the process runs. */
const sliceRows = 2000;
/** Each may need a look-up of its outcomes. */
const sliceFound = 200;
/** What such a look-up counts as, in rows. */
const lookUpRows = 4;

/** What is left to search; undefined if nothing is. */
type Rest =
  | { readonly kind: 'ids'; readonly scan: Parameters<IndexStore['scanIds']>[0] }
  | { readonly kind: 'slot'; readonly scan: Parameters<IndexStore['scanSlot']>[0] }
  | undefined;

export interface SearchDeps {
  readonly store: IndexStore;
  /** Tag of a data subject. */
  readonly tagOf: (subject: string) => Buffer;
}

/** One search through the index, slice by slice. What it finds may have to be asked itself; see isSure. */
export class Search {
  readonly #store: IndexStore;
  readonly #filter: Filter;
  readonly #firstId: Buffer | undefined;
  readonly #endId: Buffer | undefined;
  /** Records from this place of the log on are left out. */
  readonly #end: number;
  #rest: Rest;
  /** Rows looked at, and look-ups in rows. */
  rows = 0;

  /** Begins after a place that a search with the same filter came to. Finds what the index has now; what comes later is left out. */
  constructor({ store, tagOf }: SearchDeps, filter: Filter, after: Place | undefined) {
    this.#store = store;
    this.#filter = filter;
    this.#end = (store.position()?.last.index ?? -1) + 1;
    const { sinceMs, untilMs, subject } = filter;
    this.#firstId = sinceMs === undefined ? undefined : firstIdAt(sinceMs);
    this.#endId = untilMs === undefined ? undefined : firstIdAt(untilMs);
    if (subject !== '') {
      const slot = store.findSubject(tagOf(subject));
      const first = after !== undefined && 'index' in after ? after.index + 1 : 0;
      if (slot !== undefined) this.#rest = { kind: 'slot', scan: { slot, first, end: this.#end } };
      return;
    }
    const isAfter = after !== undefined && 'id' in after;
    const first = isAfter ? after.id : (this.#firstId ?? firstIdAt(0));
    this.#rest = { kind: 'ids', scan: { first, isAfter, end: this.#endId } };
  }

  /** Whether it came to the end. */
  get isDone(): boolean {
    return this.#rest === undefined;
  }

  /** Where to go on after this record; without one, after all that was looked at. */
  placeAfter(record: ScannedRecord | undefined): Place | undefined {
    const rest = this.#rest;
    const isBySlot = this.#filter.subject !== '';
    if (record !== undefined) return isBySlot ? { index: record.index } : { id: record.recordId };
    if (rest === undefined) return undefined;
    return rest.kind === 'slot' ? { index: rest.scan.first - 1 } : { id: rest.scan.first };
  }

  /** What the next slice has, at most so many. Other work of the process gets its turn before. */
  async next(most: number, call: Call): Promise<readonly ScannedRecord[]> {
    await setImmediate();
    throwIfUnwanted(call, 'the search was complete');
    const found = this.#slice({ rows: sliceRows, found: Math.min(most, sliceFound) });
    return found.filter((record) => this.#isIn(record));
  }

  #slice(limits: Parameters<IndexStore['scanIds']>[2]): readonly ScannedRecord[] {
    const { wanted } = this.#filter;
    const rest = this.#rest;
    if (rest === undefined) return [];
    if (rest.kind === 'ids') {
      const slice = this.#store.scanIds(rest.scan, wanted, limits);
      this.rows += slice.rows;
      this.#rest = slice.rest && { kind: 'ids', scan: slice.rest };
      return slice.found;
    }
    const slice = this.#store.scanSlot(rest.scan, wanted, limits);
    this.rows += slice.rows;
    this.#rest = slice.rest && { kind: 'slot', scan: slice.rest };
    return slice.found;
  }

  #isIn({ recordId, event, index }: ScannedRecord): boolean {
    if (index >= this.#end) return false;
    const first = this.#firstId;
    const end = this.#endId;
    if ((first !== undefined || end !== undefined) && !hasTime(recordId)) return false;
    if (first !== undefined && recordId.compare(first) < 0) return false;
    if (end !== undefined && recordId.compare(end) >= 0) return false;
    const { outcome } = this.#filter;
    if (outcome === 'OUTCOME_STATE_UNSPECIFIED') return true;
    this.rows += lookUpRows;
    return outcomeState(this.#store, recordId, event) === outcome;
  }
}

/** What is known of a record's outcomes; unspecified for what predicts nothing. */
export function outcomeState(
  store: IndexStore,
  recordId: Buffer,
  event: ScannedRecord['event'],
): OutcomeState__Output {
  if (event !== 'prediction' && event !== 'inference') return 'OUTCOME_STATE_UNSPECIFIED';
  const count = store.countOutcomes(recordId);
  if (count === 0) return 'OUTCOME_STATE_MISSING';
  return count === 1 ? 'OUTCOME_STATE_KNOWN' : 'OUTCOME_STATE_CORRECTED';
}
