import { hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { lmdbFileFault } from '../../kit/storage/lmdb-file.ts';
import { isDiskFull } from '../disk.ts';
import type { Location, SubjectSlot } from '../log/commit.ts';
import type { Position } from '../log/recovery.ts';
import {
  closeEnvironment,
  type Environment,
  openEnvironment,
  reserveRoom,
  type TableName,
  tableNames,
} from './environment.ts';
import type { Wanted } from './facts.ts';
import { type FoundRecord, foundRecord, matchOf, readLocation } from './record-row.ts';
import { type RemovedRecord, removalOf, type SlotChoice, subjectsOf } from './removal.ts';
import {
  batchPrefix,
  type Change,
  changesOf,
  decodePosition,
  decodeSlot,
  encodePosition,
  erasedSlotKeys,
  type IndexEntry,
  keyOfHash,
  positionKey,
  slotKey,
  slotOfErasedSlotKey,
  startingWith,
} from './rows.ts';
import {
  type IdScan,
  type ScanLimits,
  type Slice,
  type SlotScan,
  scanIds,
  scanSlot,
  slotIds,
} from './scan.ts';
import { Texts } from './texts.ts';

export type { FoundRecord } from './record-row.ts';
export { maxPutEntries } from './rows.ts';

/** Finds records of the log. Holds nothing that the log and the keys do not: it may be removed and is then built again. */
export interface IndexStore {
  /** Costs about 0.7 us. */
  findRecord(recordId: Buffer): Location | undefined;
  /** By the SHA-256 of an idempotency key. Half of it is compared: the caller compares the rest with what stands in the log. */
  findKey(keyHash: Buffer): Location | undefined;
  /** The key slot of the subject with this tag; undefined if nothing about it is in the log, or it was erased. */
  findSubject(tag: Buffer): number | undefined;
  /** The highest key slot that any record had; 0 if none had one. */
  highestSlot(): number;
  /** From `first` on and below `end` (exclusive; undefined for no end), in order of id. Read as it is walked. */
  range(first: Buffer, end: Buffer | undefined): Iterable<FoundRecord>;
  /** Records with content under this key slot, in order of the log, those after the index `after`. Read as it is walked. */
  slotRecords(slot: number, after?: number): Iterable<FoundRecord>;
  /** Outcomes that name this prediction, the first of the log first, the others in order of id; whether it is in the log or not. */
  outcomesOf(predictionId: Buffer): Iterable<FoundRecord>;
  /** How many there are, counted up to 2. */
  countOutcomes(predictionId: Buffer): number;
  /** Records that ran in this batch, in order of id. */
  batchRecords(batchId: string): Iterable<FoundRecord>;
  /** Whether an erasure in the log names this handle. */
  isErased(handle: Buffer): boolean;
  /** Slots whose keys the erasures of the log destroy. Read as it is walked. */
  erasedSlots(): Iterable<number>;
  /** One slice of a search by facts. Blocks for about 1 us a row: how many is for the caller to say. */
  scanIds(scan: IdScan, wanted: Wanted, limits: ScanLimits): Slice<IdScan>;
  scanSlot(scan: SlotScan, wanted: Wanted, limits: ScanLimits): Slice<SlotScan>;
  /** The highest id in it; undefined if it is empty. */
  highestId(): Buffer | undefined;
  /** Records in it. */
  size(): number;
  /** The index after the last record's: more than `size` where the log was pruned. */
  end(): number;
  /** How far it is complete; undefined if it is empty. */
  position(): Position | undefined;
  /**
   * Puts entries in order of the log, at most as many as `roundLength` says, in one transaction with the position that the index is
   * complete up to then. Visible when it resolves; nothing of it is if it rejects. Putting the same again is fine.
   */
  put(entries: readonly IndexEntry[], position: Position): Promise<void>;
  /** Removes records whose entries are removed from the log, at most as many as are put at once, in one transaction. */
  remove(records: readonly RemovedRecord[]): Promise<void>;
  /** Removes subjects whose content stands under these slots. */
  removeSubjects(subjects: readonly SubjectSlot[]): Promise<void>;
  /** The subjects whose content stands under these slots. Looks at every subject. */
  subjectsOf(slots: SlotChoice): readonly SubjectSlot[];
  /** What stands under a key; undefined if nothing does. */
  value(table: TableName, key: Buffer): Buffer | undefined;
  /** Rows of a table. */
  count(table: TableName): number;
  /** Everything that it holds, in order of table and key, for comparing two of the same log. */
  contents(): Iterable<{ readonly table: TableName; readonly key: Buffer; readonly value: Buffer }>;
  clear(): Promise<void>;
  /** Waits until what was put is on disk. */
  close(): Promise<void>;
}

/** SHA-256 of an idempotency key: stands in the log, and the index finds by its first half. */
export function hashKey(idempotencyKey: string): Buffer {
  return Buffer.from(hash('sha256', idempotencyKey, 'binary'), 'latin1');
}

/** Opens the index in this folder; `wasDamaged` if what stood there could not be opened and was removed. */
export async function openIndexStore(folder: string): Promise<{ store: IndexStore; wasDamaged: boolean }> {
  const opened = (await lmdbFileFault(folder)) === undefined ? await tryOpen(folder) : undefined;
  if (opened !== undefined) return { store: opened, wasDamaged: false };
  await rm(folder, { recursive: true, force: true });
  return { store: storeIn(folder, await openEnvironment(folder)), wasDamaged: true };
}

/** The store, if what is needed at once can be read from it. */
async function tryOpen(folder: string): Promise<IndexStore | undefined> {
  let environment: Environment | undefined;
  try {
    environment = await openEnvironment(folder);
    const store = storeIn(folder, environment);
    store.size();
    store.position();
    store.highestId();
    return store;
  } catch (error) {
    if (isDiskFull(error)) throw error;
    if (environment !== undefined) await closeEnvironment(environment);
    return undefined;
  }
}

function storeIn(folder: string, opened: Environment): IndexStore {
  let environment = opened;
  let texts = readTexts(opened);
  let reservedBytes = 0;
  let last: Promise<unknown> = Promise.resolve();
  // What is to be changed depends on what is there.
  const inTurn = async (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => {});
    await done;
  };
  const writeChanges = async (changes: readonly Change[]): Promise<void> => {
    if (changes.length === 0) return;
    reservedBytes = await reserveRoom(folder, environment, changes.length, reservedBytes);
    await write(environment, changes);
  };

  const locate = (recordId: Buffer): Location | undefined => {
    const row = environment.tables.records.getBinaryFast(recordId);
    return row === undefined ? undefined : readLocation(row);
  };
  const findSubject = (tag: Buffer): number | undefined => {
    const slot = environment.tables.subjects.getBinaryFast(tag);
    return slot === undefined ? undefined : decodeSlot(slot);
  };
  const highestSlot = (): number => {
    const slot = environment.tables.state.getBinary(slotKey);
    return slot === undefined ? 0 : decodeSlot(slot);
  };
  /** Records whose ids stand in the keys of a table, after a prefix. */
  function* listed(table: TableName, prefix: Buffer): Generator<FoundRecord> {
    for (const key of environment.tables[table].getKeys(startingWith(prefix))) {
      const recordId = Buffer.from(key.subarray(prefix.length));
      const row = environment.tables.records.getBinaryFast(recordId);
      if (row !== undefined) yield foundRecord(recordId, row);
    }
  }
  const count = (table: TableName): number =>
    (environment.tables[table].getStats() as { entryCount: number }).entryCount;
  const position = (): Position | undefined =>
    decodePosition(environment.tables.state.getBinary(positionKey));
  /** The index after the last record's. */
  const end = (): number => (position()?.last.index ?? -1) + 1;
  const tagOfSlot = (slot: number): Buffer | undefined =>
    subjectsOf(environment.tables, new Set([slot]))[0]?.tag;
  const firstOutcome = (predictionId: Buffer): Buffer | undefined =>
    environment.tables.outcomes.getBinary(predictionId);

  return {
    findRecord: locate,
    findKey: (keyHash) => {
      const recordId = environment.tables.keys.getBinary(keyOfHash(keyHash));
      return recordId === undefined ? undefined : locate(recordId);
    },
    findSubject,
    highestSlot,
    range: (first, end) =>
      environment.tables.records
        .getRange(end === undefined ? { start: first } : { start: first, end })
        .map(({ key, value }) => foundRecord(Buffer.from(key), value)),
    *slotRecords(slot, after = -1) {
      for (const recordId of slotIds(environment.tables, slot, after + 1, end())) {
        const row = environment.tables.records.getBinaryFast(recordId);
        if (row !== undefined) yield foundRecord(recordId, row);
      }
    },
    *outcomesOf(predictionId) {
      const recordId = firstOutcome(predictionId);
      if (recordId === undefined) return;
      const row = environment.tables.records.getBinaryFast(recordId);
      if (row !== undefined) yield foundRecord(recordId, row);
      yield* listed('outcomes', predictionId);
    },
    countOutcomes: (predictionId) => {
      if (!environment.tables.outcomes.doesExist(predictionId)) return 0;
      // Counting by the library would count on to the end.
      for (const _ of environment.tables.outcomes.getKeys({ ...startingWith(predictionId), limit: 1 }))
        return 2;
      return 1;
    },
    batchRecords: (batchId) => listed('batches', batchPrefix(batchId)),
    isErased: (handle) => environment.tables.erased.doesExist(handle),
    erasedSlots: () =>
      environment.tables.state.getKeys(erasedSlotKeys).map((key) => slotOfErasedSlotKey(Buffer.from(key))),
    scanIds: (scan, wanted, limits) => scanIds(environment.tables, scan, matchOf(wanted, texts), limits),
    scanSlot: (scan, wanted, limits) => scanSlot(environment.tables, scan, matchOf(wanted, texts), limits),
    highestId: () => {
      for (const key of environment.tables.records.getKeys({ reverse: true, limit: 1 }))
        return Buffer.from(key);
      return undefined;
    },
    size: () => count('records'),
    end,
    position,
    value: (table, key) => environment.tables[table].getBinary(key),
    count,
    put: async (entries, upTo) =>
      await inTurn(async () => {
        try {
          const known = { texts, highestSlot: highestSlot(), findSubject, tagOfSlot, firstOutcome };
          const changes = changesOf(entries, known);
          changes.push({ table: 'state', key: positionKey, value: encodePosition(upTo) });
          await writeChanges(changes);
          texts.keep();
        } catch (error) {
          texts.forget();
          throw error;
        }
      }),
    remove: async (records) =>
      await inTurn(async () => await writeChanges(removalOf(environment.tables, records))),
    removeSubjects: async (subjects) =>
      await inTurn(async () => {
        const there = subjects.filter(({ tag, slot }) => findSubject(tag) === slot);
        await writeChanges(there.map(({ tag }) => ({ table: 'subjects', key: tag, value: undefined })));
      }),
    subjectsOf: (slots) => subjectsOf(environment.tables, slots),
    *contents() {
      for (const table of tableNames)
        for (const { key, value } of environment.tables[table].getRange())
          yield { table, key: Buffer.from(key), value: Buffer.from(value) };
    },
    clear: async () => {
      await closeEnvironment(environment);
      await rm(folder, { recursive: true, force: true });
      environment = await openEnvironment(folder);
      texts = readTexts(environment);
      reservedBytes = 0;
    },
    close: async () => await closeEnvironment(environment),
  };
}

/** Writes in one transaction: that is what lmdb makes of the changes of one turn of the event loop. */
async function write({ tables }: Environment, changes: readonly Change[]): Promise<void> {
  const commits = new Set<Promise<boolean>>();
  for (const { table, key, value } of changes)
    commits.add(value === undefined ? tables[table].remove(key) : tables[table].put(key, value));
  for (const commit of commits) commit.catch(hearOut);
  await Promise.all(commits);
}

/** lmdb rejects a second promise, inside the error of the first; unheard it would end the process. */
function hearOut(error: unknown): void {
  (error as { commitError?: Promise<unknown> }).commitError?.catch(() => {});
}

function readTexts({ tables }: Environment): Texts {
  return new Texts(tables.texts.getRange().map(({ value }) => value));
}
