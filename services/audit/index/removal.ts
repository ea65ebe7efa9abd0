import type { SubjectSlot } from '../log/commit.ts';
import type { Tables } from './environment.ts';
import type { Facts } from './facts.ts';
import { readLocation } from './record-row.ts';
import {
  batchPrefix,
  type Change,
  decodeSlot,
  erasedSlotKey,
  keyOfHash,
  slotKeyOf,
  startingWith,
} from './rows.ts';

/** A record that leaves the index. */
export interface RemovedRecord {
  /** 16 bytes. */
  readonly recordId: Buffer;
  readonly index: number;
  readonly keyHash: Buffer | undefined;
  readonly slot: number;
  readonly facts: Facts | undefined;
}

/**
 * What is to be changed so that the index is as if these records had never been in it, but for the numbers of texts and the highest slot.
 * Rows of subjects stay. The same records again change nothing.
 */
export function removalOf(tables: Tables, records: readonly RemovedRecord[]): Change[] {
  const changes: Change[] = [];
  const remove = (table: Change['table'], key: Buffer): void => {
    changes.push({ table, key, value: undefined });
  };
  /** By prediction: its outcomes that leave. */
  const outcomes = new Map<string, Set<string>>();
  for (const { recordId, index, keyHash, slot, facts } of records) {
    const row = tables.records.getBinary(recordId);
    if (row !== undefined && readLocation(row).index === index) remove('records', recordId);
    if (keyHash !== undefined && tables.keys.getBinary(keyOfHash(keyHash))?.equals(recordId) === true)
      remove('keys', keyOfHash(keyHash));
    if (slot > 0) remove('about', slotKeyOf(slot, index));
    if (facts === undefined) continue;
    if (facts.batchId !== '') remove('batches', Buffer.concat([batchPrefix(facts.batchId), recordId]));
    for (const handle of facts.handles)
      if (tables.erased.getBinary(handle)?.equals(recordId) === true) remove('erased', handle);
    if (
      facts.event === 'erasure' &&
      slot > 0 &&
      tables.state.getBinary(erasedSlotKey(slot))?.equals(recordId)
    )
      remove('state', erasedSlotKey(slot));
    if (facts.predictionId === undefined) continue;
    const name = facts.predictionId.toString('latin1');
    outcomes.set(name, (outcomes.get(name) ?? new Set()).add(recordId.toString('latin1')));
  }
  for (const [name, gone] of outcomes)
    changes.push(...outcomesWithout(tables, Buffer.from(name, 'latin1'), gone));
  return changes;
}

/** The first of the log that is left stands in the first's place. */
function outcomesWithout(tables: Tables, predictionId: Buffer, gone: ReadonlySet<string>): Change[] {
  const changes: Change[] = [];
  const put = (key: Buffer, value: Buffer | undefined): void => {
    changes.push({ table: 'outcomes', key, value });
  };
  const isGone = (recordId: Buffer): boolean => gone.has(recordId.toString('latin1'));
  const listed: { key: Buffer; recordId: Buffer; index: number }[] = [];
  for (const found of tables.outcomes.getKeys(startingWith(predictionId))) {
    const key = Buffer.from(found);
    const recordId = key.subarray(predictionId.length);
    if (isGone(recordId)) {
      put(key, undefined);
      continue;
    }
    const row = tables.records.getBinary(recordId);
    if (row !== undefined) listed.push({ key, recordId, index: readLocation(row).index });
  }
  const first = tables.outcomes.getBinary(predictionId);
  if (first === undefined || !isGone(first)) return changes;
  const next = listed.reduce<(typeof listed)[number] | undefined>(
    (least, each) => (least === undefined || each.index < least.index ? each : least),
    undefined,
  );
  if (next !== undefined) put(next.key, undefined);
  put(predictionId, next?.recordId ?? undefined);
  return changes;
}

/** Which slots. */
export type SlotChoice = Pick<ReadonlySet<number>, 'has'>;

/** Subjects whose content stands under these slots. Looks at every subject. */
export function subjectsOf(tables: Tables, slots: SlotChoice): SubjectSlot[] {
  const found: SubjectSlot[] = [];
  for (const { key, value } of tables.subjects.getRange()) {
    const slot = decodeSlot(value);
    if (slots.has(slot)) found.push({ tag: Buffer.from(key), slot });
  }
  return found;
}
