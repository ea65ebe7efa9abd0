import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { EventName, Facts } from '../../../services/audit/index/facts.ts';
import type { IndexEntry } from '../../../services/audit/index/rows.ts';
import type { Position } from '../../../services/audit/log/recovery.ts';

export function bytesOf(seed: string, length: number): Buffer {
  return createHash('sha256').update(seed).digest().subarray(0, length);
}

/** The id of the record that stands at this place of the log: in order of time but for a few. */
export function idOf(index: number, startMs = 1_700_000_000_000): Buffer {
  const id = Buffer.from(bytesOf(`id ${index}`, 16));
  id.writeUIntBE(startMs + (index % 7 === 3 ? index - 3 : index), 0, 6);
  id.writeUInt8((index % 11 === 5 ? 0x40 : 0x70) | (id.readUInt8(6) & 0x0f), 6);
  return id;
}

export function handleOf(index: number): Buffer {
  return bytesOf(`handle ${index}`, 16);
}

export function tagOf(subject: string): Buffer {
  return bytesOf(`tag ${subject}`, 16);
}

/** What a record is in these tests: the rest follows from its place. */
export interface Draft {
  readonly event: EventName | '' | undefined;
  readonly model: string;
  readonly version: number;
  readonly principal: string;
  readonly decision: string;
  readonly batchId: string;
  /** Empty for nobody. */
  readonly subject: string;
  readonly hasKey: boolean;
  /** Of an outcome or an erasure: which of the records or subjects before it. */
  readonly about: number;
}

export const draft: fc.Arbitrary<Draft> = fc.record({
  event: fc.constantFrom(
    'prediction',
    'prediction',
    'prediction',
    'outcome',
    'outcome',
    'refusal',
    'inference',
    'model_change',
    'erasure',
    '',
    undefined,
  ),
  model: fc.constantFrom('', 'a', 'b', 'x'.repeat(300)),
  version: fc.integer({ min: 0, max: 2 }),
  principal: fc.constantFrom('', 'alice', 'bob'),
  decision: fc.constantFrom('', 'late', 'punctual'),
  batchId: fc.constantFrom('', '', 'run-1', 'run-12', 'z'.repeat(100)),
  subject: fc.constantFrom('', 'person=1', 'person=2', 'person=3'),
  hasKey: fc.boolean(),
  about: fc.nat({ max: 1000 }),
});

/**
 * The log of these drafts as the index gets it. `asRebuilt` as after a loss: content of subjects that were erased can't be opened any
 * more, so that only its key slot is known.
 */
export function entriesOf(drafts: readonly Draft[], asRebuilt = false): IndexEntry[] {
  const slots = new Map<string, number>();
  let highest = 0;
  const erased = new Set<number>();
  const entries = drafts.map((given, index): IndexEntry => {
    const { event, subject, hasKey, about } = given;
    const common = {
      recordId: idOf(index),
      location: { index, segment: 1 + (index >> 8), offset: (index & 255) * 100, length: 100 + (index % 50) },
      keyHash: hasKey ? bytesOf(`key ${index}`, 32) : undefined,
    };
    const isAbout = event !== undefined && event !== 'erasure' && event !== 'model_change' && subject !== '';
    const subjects = [...slots.keys()];
    const target = event === 'erasure' ? subjects[about % Math.max(1, subjects.length)] : undefined;
    const slot = isAbout ? (slots.get(subject) ?? ++highest) : (slots.get(target ?? '') ?? 0);
    if (isAbout) slots.set(subject, slot);
    if (target !== undefined) {
      slots.delete(target);
      erased.add(slot);
    }
    return {
      ...common,
      slot,
      subject: isAbout ? { tag: tagOf(subject), slot } : undefined,
      erases: target === undefined ? undefined : tagOf(target),
      facts: event === undefined ? undefined : factsFor(given, index),
    };
  });
  if (!asRebuilt) return entries;
  return entries.map((entry) => ({
    ...entry,
    erases: undefined,
    subject: erased.has(entry.slot) ? undefined : entry.subject,
  }));
}

function factsFor(given: Draft, index: number): Facts {
  const { model, version, principal, decision, batchId, about, event = '' } = given;
  return {
    event,
    model,
    version,
    principal,
    decision: event === 'prediction' ? decision : '',
    predictionId: event === 'outcome' ? idOf(about % (index + 5)) : undefined,
    handles: event === 'erasure' ? [handleOf(about), handleOf(about + 1)] : [],
    batchId: event === 'prediction' || event === 'inference' ? batchId : '',
  };
}

export function positionAfter(entries: readonly IndexEntry[]): Position {
  const last = entries.at(-1)!.location;
  return { last, checksum: last.index, salt: 7 };
}
