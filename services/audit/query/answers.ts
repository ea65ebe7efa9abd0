import type { GetRecordResponse__Output } from '../../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { QueriedRecord__Output } from '../../gen/scoremesh/audit/v1/QueriedRecord.ts';
import type { Record__Output } from '../../gen/scoremesh/audit/v1/Record.ts';
import { factsOf, isWanted, type Wanted } from '../index/facts.ts';
import type { ScannedRecord } from '../index/scan.ts';
import type { FoundRecord, IndexStore } from '../index/store.ts';
import type { Location } from '../log/commit.ts';
import { outcomeState } from './search.ts';

export interface AnswerDeps {
  readonly store: IndexStore;
  /** The complete record at a place, as readers get it. */
  readonly answerOf: (place: Location) => Promise<GetRecordResponse__Output>;
}

/** Reads of one answer that run at once: the disk's queue is shared with the commits. */
export const readsAtOnce = 8;
const maxOutcomes = 16;

/** A record that was found, read; undefined if it is not what is wanted after all. */
export async function queried(
  { store, answerOf }: AnswerDeps,
  found: ScannedRecord,
  wanted: Wanted,
): Promise<QueriedRecord__Output | undefined> {
  const record = await answerOf(found);
  if (!found.isSure && !isWanted(factsOf(record.entry), wanted)) return undefined;
  const outcome = outcomeState(store, found.recordId, found.event);
  const isOpen = outcome === 'OUTCOME_STATE_KNOWN' || outcome === 'OUTCOME_STATE_CORRECTED';
  return { record, outcomes: isOpen ? await outcomesOf({ store, answerOf }, found) : [], outcome };
}

async function outcomesOf(
  { store, answerOf }: AnswerDeps,
  { recordId }: FoundRecord,
): Promise<Record__Output[]> {
  const places: FoundRecord[] = [];
  for (const place of store.outcomesOf(recordId)) {
    if (places.length === maxOutcomes) break;
    places.push(place);
  }
  const records: Record__Output[] = [];
  for (const place of places) {
    const { record } = await answerOf(place);
    if (record !== null) records.push(record);
  }
  return records;
}

/** Bytes that a message takes as it is answered, about: texts and bytes are nearly all of it. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 4;
  if (value instanceof Uint8Array) return value.length + 2;
  let bytes = 2;
  for (const name in value) bytes += roughBytes((value as { readonly [name: string]: unknown })[name]);
  return bytes;
}
