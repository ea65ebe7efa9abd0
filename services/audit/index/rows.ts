import { hash } from 'node:crypto';
import type { Location } from '../log/commit.ts';
import type { Position } from '../log/recovery.ts';
import { recordIdBytes } from '../record-id.ts';
import type { TableName } from './environment.ts';
import type { Facts } from './facts.ts';
import { encodeRow, locationBytes, readLocation, writeLocation } from './record-row.ts';
import type { Texts } from './texts.ts';

/** What the index keeps of a record. */
export interface IndexEntry {
  /** 16 bytes. */
  readonly recordId: Buffer;
  readonly location: Location;
  /** SHA-256 of its idempotency key, 32 bytes; undefined without one. */
  readonly keyHash: Buffer | undefined;
  /** Key slot of its sealed content, of an erasure the one that it destroys; 0 for nobody's. */
  readonly slot: number;
  /** Whose content it has, by a tag of 16 bytes; undefined for nobody's, and where the content can't be opened any more. */
  readonly subject: { readonly tag: Buffer; readonly slot: number } | undefined;
  /** The tag of the subject that it erases: nothing is found by it any more. Of several entries of one erasure, only one has it. */
  readonly erases: Buffer | undefined;
  /** Where that tag is not known: the slot of the subject. Looks at every subject. */
  readonly erasesSlot?: number | undefined;
  /** Undefined for bytes that are no Record. */
  readonly facts: Facts | undefined;
}

/** A row to write; without a value, to remove. */
export interface Change {
  readonly table: TableName;
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}

/** What is known when entries are put. */
export interface Known {
  readonly texts: Texts;
  readonly highestSlot: number;
  readonly findSubject: (tag: Buffer) => number | undefined;
  /** The subject under a slot. Looks at every subject. */
  readonly tagOfSlot: (slot: number) => Buffer | undefined;
  /** Record id of the first outcome of a prediction. */
  readonly firstOutcome: (predictionId: Buffer) => Buffer | undefined;
}

/** The most entries of one put, which holds the event loop for about 2 ms. */
export const maxPutEntries = 1024;
/** Rows of one put, beyond which no entry is added: an erasure has thousands. */
const maxPutRows = 8192;

/** How many entries from this place on may be put at once: at least one. */
export function roundLength(entries: readonly { readonly facts: Facts | undefined }[], from = 0): number {
  const end = Math.min(entries.length, from + maxPutEntries);
  let rows = 0;
  for (let at = from; at < end; at++) {
    rows += entries[at]?.facts?.handles.length ?? 0;
    if (rows > maxPutRows && at > from) return at - from;
  }
  return end - from;
}

export const positionKey = Buffer.from('position3');
export const slotKey = Buffer.from('slot');
const erasedSlotPrefix = Buffer.from('erased');
const nothing = Buffer.alloc(0);
const firstId = Buffer.alloc(recordIdBytes);
/** Half of a hash: 128 bits tell idempotency keys apart, and the log has the rest. */
const keyBytes = 16;

/** The rows of these entries, in the order in which they are to be written. The same entries in the same order give the same rows. */
export function changesOf(entries: readonly IndexEntry[], known: Known): Change[] {
  const changes: Change[] = [];
  const put = (table: TableName, key: Buffer, value: Buffer | undefined): void => {
    changes.push({ table, key, value });
  };
  /** By tag and by prediction, as these entries left them. */
  const subjects = new Map<string, number | undefined>();
  const firstOutcomes = new Map<string, Buffer>();
  let { highestSlot } = known;
  const erase = (tag: Buffer): void => {
    subjects.set(tag.toString('latin1'), undefined);
    put('subjects', tag, undefined);
  };
  for (const { recordId, location, keyHash, slot, subject, erases, erasesSlot, facts } of entries) {
    put('records', recordId, encodeRow(location, facts, known.texts));
    if (keyHash !== undefined) put('keys', keyOfHash(keyHash), recordId);
    if (slot > highestSlot) highestSlot = slot;
    if (slot > 0 && hasContent(facts)) put('about', slotKeyOf(slot, location.index), recordId);
    if (subject !== undefined) {
      const name = subject.tag.toString('latin1');
      const before = subjects.has(name) ? subjects.get(name) : known.findSubject(subject.tag);
      subjects.set(name, subject.slot);
      if (before !== subject.slot) put('subjects', subject.tag, encodeSlot(subject.slot));
    }
    if (erases !== undefined) erase(erases);
    if (erasesSlot !== undefined) {
      const stored = known.tagOfSlot(erasesSlot);
      if (stored !== undefined && !subjects.has(stored.toString('latin1'))) erase(stored);
      for (const [name, its] of subjects) if (its === erasesSlot) erase(Buffer.from(name, 'latin1'));
    }
    if (facts === undefined) continue;
    if (facts.predictionId !== undefined) {
      const name = facts.predictionId.toString('latin1');
      const first = firstOutcomes.get(name) ?? known.firstOutcome(facts.predictionId) ?? recordId;
      firstOutcomes.set(name, first);
      if (first.equals(recordId)) put('outcomes', facts.predictionId, recordId);
      else put('outcomes', Buffer.concat([facts.predictionId, recordId]), nothing);
    }
    if (facts.batchId !== '') put('batches', Buffer.concat([batchPrefix(facts.batchId), recordId]), nothing);
    for (const handle of facts.handles) put('erased', handle, recordId);
    if (facts.event === 'erasure' && slot > 0) put('state', erasedSlotKey(slot), recordId);
  }
  for (const { key, value } of known.texts.fresh()) put('texts', key, value);
  if (highestSlot !== known.highestSlot) put('state', slotKey, encodeSlot(highestSlot));
  return changes;
}

/** Whether a record with a slot has content under it: one of an erasure or a pruning names another's. */
export function hasContent(facts: Facts | undefined): boolean {
  return facts?.event !== 'erasure' && facts?.event !== 'pruning';
}

/**
 * Records whose rows in `about` stand together. A row has its place by epoch, slot and index: records come for slots in any order, and
 * sorted by slot alone each of them would rewrite a page of its own, which is what a transaction costs. A search probes each epoch.
 */
export const epochRecords = 2 ** 13;

/** Epoch, slot and index. */
export const slotKeyBytes = 14;
export const indexBytes = 6;

/** Where the row of a record with content under a slot has its place. */
export function slotKeyOf(slot: number, index: number): Buffer {
  const key = Buffer.allocUnsafe(slotKeyBytes);
  key.writeUInt32BE(Math.floor(index / epochRecords), 0);
  key.writeUInt32BE(slot, 4);
  key.writeUIntBE(index, 8, indexBytes);
  return key;
}

/** The index in such a key. */
export function indexOfSlotKey(key: Buffer): number {
  return key.readUIntBE(8, indexBytes);
}

/** Under which stands the erasure that destroys this slot's key. */
export function erasedSlotKey(slot: number): Buffer {
  const key = Buffer.alloc(erasedSlotPrefix.length + 4);
  erasedSlotPrefix.copy(key);
  key.writeUInt32BE(slot, erasedSlotPrefix.length);
  return key;
}

/** The first and the end of such keys. */
export const erasedSlotKeys = {
  start: erasedSlotPrefix,
  end: Buffer.concat([erasedSlotPrefix, Buffer.alloc(5, 0xff)]),
} as const;

export function slotOfErasedSlotKey(key: Buffer): number {
  return key.readUInt32BE(erasedSlotPrefix.length);
}

function encodeSlot(slot: number): Buffer {
  const value = Buffer.allocUnsafe(4);
  value.writeUInt32LE(slot, 0);
  return value;
}

export function decodeSlot(value: Buffer): number {
  return value.readUInt32LE(0);
}

/** What the index finds an idempotency key by, of its hash. */
export function keyOfHash(keyHash: Buffer): Buffer {
  return keyHash.subarray(0, keyBytes);
}

/** A batch's part of keys. Names of batches ascend, and so do their keys, but for a name that is no inference role's. */
export function batchPrefix(batchId: string): Buffer {
  const isUsual = batchId.length <= 64 && !batchId.includes('\0');
  return Buffer.from(`${isUsual ? batchId : hash('sha256', batchId)}\0`);
}

/** Where the keys of a prefix and a record id begin and end. */
export function startingWith(prefix: Buffer): { readonly start: Buffer; readonly end: Buffer } {
  const end = Buffer.alloc(prefix.length + recordIdBytes + 1, 0xff);
  end.set(prefix);
  return { start: Buffer.concat([prefix, firstId]), end };
}

const positionBytes = locationBytes + 8;

export function encodePosition({ last, checksum, salt }: Position): Buffer {
  const value = Buffer.alloc(positionBytes);
  writeLocation(last, value, 0);
  value.writeUInt32LE(checksum, locationBytes);
  value.writeUInt32LE(salt, locationBytes + 4);
  return value;
}

export function decodePosition(value: Buffer | undefined): Position | undefined {
  if (value === undefined || value.length !== positionBytes) return undefined;
  return {
    last: readLocation(value),
    checksum: value.readUInt32LE(locationBytes),
    salt: value.readUInt32LE(locationBytes + 4),
  };
}
