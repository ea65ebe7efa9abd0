import type { TableName } from '../../index/environment.ts';
import { numberTexts, readLocation } from '../../index/record-row.ts';
import type { SlotChoice } from '../../index/removal.ts';
import {
  type Change,
  changesOf,
  decodeSlot,
  type IndexEntry,
  type Known,
  slotKey,
} from '../../index/rows.ts';
import type { IndexStore } from '../../index/store.ts';
import { Texts, unknownText } from '../../index/texts.ts';
import type { SubjectSlot } from '../../log/commit.ts';
import { frameChecksum, frameRecordId } from '../../log/frame.ts';
import { type Findings, rebuildRemedy } from './findings.ts';
import type { CheckedFrame } from './log-walk.ts';
import { SlotSet } from './slot-set.ts';

/** Numbers of texts in a record's row stand there, three bytes each. */
const textPlaces = [23, 26, 29];
/** What is counted: of the others rows come and go, or they are few. */
const countedTables = ['records', 'keys', 'about', 'outcomes', 'batches', 'erased'] as const;

export interface IndexCheckParts {
  readonly store: IndexStore;
  readonly findings: Findings;
  /** Of the log's first entry: above 0 where it was pruned. */
  readonly firstIndex: number;
  /** Whether contents can be opened, which tells of whom they are. */
  readonly knowsSubjects: boolean;
}

/**
 * Compares the index with what it would be if it were built again, entry by entry, without building it: each row that an entry makes has to be
 * there in the end, and there may be no others.
 */
export class IndexCheck {
  readonly #store: IndexStore;
  readonly #findings: Findings;
  readonly #end: number;
  readonly #texts: Texts;
  /** As the log has them; undefined where it begins after records that had some. */
  readonly #textsAnew: Texts | undefined;
  readonly #subjects = new SlotSet();
  /** Erased after the index's position: whether it rightly has their subjects can't be told any more. */
  readonly #erasedLater = new SlotSet();
  /** By slot: names of differing rows of subjects. */
  readonly #differingSubjects = new Map<number, string>();
  readonly #counts = new Map<TableName, number>();
  /** By table and key: rows that are another so far; what a later entry makes of them counts. */
  readonly #differing = new Map<string, string>();
  #highestSlot = 0;
  #isPositionFound = false;
  #hasGaps = false;
  /** Rows that were compared. */
  rows = 0;
  /** Whether contents can be opened, which tells of whom they are. */
  readonly #knowsSubjects: boolean;

  /** Of the entry that is compared. */
  #index = 0;
  readonly #known: Known;

  constructor({ store, findings, firstIndex, knowsSubjects }: IndexCheckParts) {
    this.#store = store;
    this.#findings = findings;
    this.#knowsSubjects = knowsSubjects;
    this.#end = store.end();
    const texts: Buffer[] = [];
    for (let n = 1; ; n++) {
      const key = Buffer.alloc(4);
      key.writeUInt32BE(n);
      const text = store.value('texts', key);
      if (text === undefined) break;
      texts.push(text);
    }
    this.#texts = new Texts(texts);
    this.#textsAnew = firstIndex === 0 ? new Texts([]) : undefined;
    this.#known = {
      texts: this.#texts,
      // Compared at the end.
      highestSlot: Number.POSITIVE_INFINITY,
      findSubject: () => undefined,
      tagOfSlot: () => undefined,
      firstOutcome: (predictionId) => this.#firstOutcome(predictionId, this.#index),
    };
  }

  /** Takes the next entry, with whose content it has. */
  add(frame: CheckedFrame, facts: IndexEntry['facts'], subject: SubjectSlot | undefined): void {
    const { bytes, index, keyHash, length, offset, segment, slot } = frame;
    const erases = facts?.event === 'erasure' && slot > 0;
    // What is beyond its position is put by the next start.
    if (index >= this.#end) {
      if (!erases) return;
      this.#erasedLater.add(slot);
      this.#forgetSubject(slot);
      return;
    }
    const location = { index, segment, offset, length };
    if (index === this.#end - 1) this.#comparePosition(frame);
    const entry: IndexEntry = {
      recordId: frameRecordId(bytes, offset),
      location,
      keyHash,
      slot,
      subject,
      erases: undefined,
      facts,
    };
    this.#index = index;
    const changes = changesOf([entry], this.#known);
    this.#texts.keep();
    if (facts !== undefined && this.#textsAnew !== undefined) numberTexts(facts, this.#textsAnew);
    for (const change of changes) this.#compare(change, frame);
    if (slot > this.#highestSlot) this.#highestSlot = slot;
    if (subject !== undefined) this.#subjects.add(subject.slot);
    if (erases) this.#forgetSubject(slot);
  }

  /** Entries of the log can't be read, or are being removed: what the index has of them can't be told from what it should not have. */
  skip(): void {
    this.#hasGaps = true;
  }

  /** After the last entry; `end` is the index after it, `lostSlots` have content of which nobody knows any more whose it is. */
  finish(end: number, lostSlots: SlotChoice): void {
    if (this.#end < end)
      this.#findings.add({
        name: 'index_behind',
        severity: 'note',
        place: 'index',
        what: `it lacks the last ${end - this.#end} entries`,
        remedy: 'the next start completes it',
      });
    if (this.#end > end || (this.#end > 0 && !this.#isPositionFound)) {
      this.#tell(
        'index_ahead_of_log',
        'index',
        `it is complete up to entry ${this.#end - 1}, which the log has not, or has differently`,
      );
      return;
    }
    for (const [key, what] of this.#differing) this.#tell('index_differs', key, what);
    if (this.#hasGaps) return;
    this.#compareCounts();
    this.#compareTexts();
    this.#compareSubjects(lostSlots);
    const stored = this.#store.value('state', slotKey);
    const highest = stored === undefined ? 0 : decodeSlot(stored);
    if (highest !== this.#highestSlot)
      this.#tell(
        'index_differs',
        'index, table state',
        `the highest key slot is ${highest} there, and ${this.#highestSlot} in the log`,
      );
  }

  #forgetSubject(slot: number): void {
    this.#subjects.delete(slot);
    const differing = this.#differingSubjects.get(slot);
    if (differing !== undefined) this.#differing.delete(differing);
  }

  #compareCounts(): void {
    for (const table of countedTables) {
      const expected = (this.#counts.get(table) ?? 0) + this.#differingIn(table, 'a row is another');
      const there = this.#store.count(table);
      if (there > expected)
        this.#tell(
          'index_differs',
          `index, table ${table}`,
          `${there - expected} rows of it are of no entry of the log`,
        );
    }
  }

  #compareTexts(): void {
    for (const { key, value } of this.#textsAnew?.fresh() ?? []) {
      const name = nameOf('texts', key);
      const there = this.#store.value('texts', key);
      // One that is missing was told by the entry that has it first.
      if (there !== undefined && !there.equals(value) && !this.#differing.has(name))
        this.#tell('index_differs', name, 'a row is another');
    }
  }

  #comparePosition({ bytes, index, length, offset, segment }: CheckedFrame): void {
    const position = this.#store.position();
    const last = position?.last;
    this.#isPositionFound =
      last?.index === index &&
      last.length === length &&
      last.offset === offset &&
      last.segment === segment &&
      position?.checksum === frameChecksum(bytes, offset);
  }

  /** That of the index, if it stands before this entry: then it has to be there as such. */
  #firstOutcome(predictionId: Buffer, index: number): Buffer | undefined {
    const first = this.#store.value('outcomes', predictionId);
    const row = first === undefined ? undefined : this.#store.value('records', first);
    return row !== undefined && readLocation(row).index < index ? first : undefined;
  }

  #compare({ table, key, value }: Change, { index, recordId }: CheckedFrame): void {
    if (table === 'state') return;
    this.rows++;
    const there = this.#store.value(table, key);
    const isSame =
      value === undefined ? there === undefined : there !== undefined && isSameRow(table, value, there);
    if (!isSame) {
      const name = nameOf(table, key);
      const what =
        there === undefined ? 'a row is missing' : value === undefined ? 'a row is left' : 'a row is another';
      if (table === 'subjects' && value !== undefined) this.#differingSubjects.set(decodeSlot(value), name);
      this.#differing.set(name, `${what}, by entry ${index}, record ${recordId}`);
      return;
    }
    if (this.#differing.size > 0) this.#differing.delete(nameOf(table, key));
    if (value !== undefined) this.#counts.set(table, (this.#counts.get(table) ?? 0) + 1);
  }

  #differingIn(table: TableName, how: string): number {
    let count = 0;
    for (const [key, what] of this.#differing)
      if (key.startsWith(`index, table ${table},`) && what.startsWith(how)) count++;
    return count;
  }

  #compareSubjects(lostSlots: SlotChoice): void {
    if (!this.#knowsSubjects) return;
    let right = 0;
    let wrong = 0;
    for (const { slot } of this.#store.subjectsOf({ has: (slot) => !this.#erasedLater.has(slot) }))
      if (this.#subjects.has(slot)) right++;
      else if (!lostSlots.has(slot)) wrong++;
    const place = 'index, table subjects';
    if (wrong > 0)
      this.#tell(
        'index_differs',
        place,
        `${wrong} rows of it are of subjects that the log has not, or that were erased`,
      );
    const differing = this.#differingIn('subjects', 'a row is');
    if (right + differing < this.#subjects.size)
      this.#tell(
        'index_differs',
        place,
        `${this.#subjects.size - right} subjects of the log are missing in it`,
      );
  }

  #tell(name: 'index_differs' | 'index_ahead_of_log', place: string, what: string): void {
    this.#findings.add({ name, severity: 'fault', place, what, remedy: rebuildRemedy });
  }
}

/** Numbers of texts may be that of a text that is kept nowhere, in place of its own. */
function isSameRow(table: TableName, expected: Buffer, there: Buffer): boolean {
  if (expected.equals(there)) return true;
  if (table !== 'records' || expected.length !== there.length) return false;
  const filled = Buffer.from(expected);
  for (const at of textPlaces)
    if (there.readUIntLE(at, 3) === unknownText) filled.writeUIntLE(unknownText, at, 3);
  return filled.equals(there);
}

function nameOf(table: TableName, key: Buffer): string {
  return `index, table ${table}, key ${key.toString('hex')}`;
}
