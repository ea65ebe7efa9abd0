import type { Location } from '../log/commit.ts';
import { type EventName, eventNames, type Facts, firstEventField, type Wanted } from './facts.ts';
import { type Texts, unknownText } from './texts.ts';

/*
 * A record's row, little-endian:
 *   0  u48  index      6  u32  segment   10  u32  offset   14  u32  length
 *  18  u8   number of the event's field, 0 for none
 *  19  u32  version of the model
 *  23  u24  number of the model's name   26  u24  of the principal   29  u24  of the decision
 */
const segmentAt = 6;
const offsetAt = 10;
const lengthAt = 14;
const eventAt = 18;
const versionAt = 19;
const modelAt = 23;
const principalAt = 26;
const decisionAt = 29;
const rowBytes = 32;

export interface FoundRecord extends Location {
  /** 16 bytes. */
  readonly recordId: Buffer;
  /** Empty where the bytes are no Record, or say nothing of what happened. */
  readonly event: EventName | '';
}

/** Bytes of a location. */
export const locationBytes = 18;

export function writeLocation({ index, segment, offset, length }: Location, into: Buffer, at: number): void {
  into.writeUIntLE(index, at, 6);
  into.writeUInt32LE(segment, at + segmentAt);
  into.writeUInt32LE(offset, at + offsetAt);
  into.writeUInt32LE(length, at + lengthAt);
}

export function readLocation(row: Buffer): Location {
  return {
    index: row.readUIntLE(0, 6),
    segment: row.readUInt32LE(segmentAt),
    offset: row.readUInt32LE(offsetAt),
    length: row.readUInt32LE(lengthAt),
  };
}

/** The row of a record; numbers its texts. */
export function encodeRow(location: Location, facts: Facts | undefined, texts: Texts): Buffer {
  const row = Buffer.allocUnsafe(rowBytes);
  writeLocation(location, row, 0);
  if (facts === undefined) return row.fill(0, eventAt);
  const { event, version } = facts;
  row[eventAt] = event === '' ? 0 : fieldOf(event);
  row.writeUInt32LE(version, versionAt);
  const { model, principal, decision } = numberTexts(facts, texts);
  row.writeUIntLE(model, modelAt, 3);
  row.writeUIntLE(principal, principalAt, 3);
  row.writeUIntLE(decision, decisionAt, 3);
  return row;
}

/** Numbers the texts of a record in the order that every index has. */
export function numberTexts(
  { decision, event, model, principal }: Facts,
  texts: Texts,
): { readonly model: number; readonly principal: number; readonly decision: number } {
  return {
    model: texts.numberFor(model, event),
    principal: texts.numberFor(principal, event),
    decision: texts.numberFor(decision, event),
  };
}

/** What a row says of where the record is; takes the id as it is. */
export function foundRecord(recordId: Buffer, row: Buffer): FoundRecord {
  const event = eventNames[row.readUInt8(eventAt) - firstEventField] ?? '';
  return { recordId, ...readLocation(row), event };
}

function fieldOf(event: EventName): number {
  return firstEventField + eventNames.indexOf(event);
}

/** Whether a row is what is wanted; 'unsure' where only the record itself can tell. */
export type Match = (row: Buffer) => boolean | 'unsure';

/** What tells wanted rows, by numbers instead of texts: cheap, because it is asked for every row of a scan. */
export function matchOf({ events, model, version, principal, decision }: Wanted, texts: Texts): Match {
  const fields = events === undefined ? undefined : new Set([...events].map(fieldOf));
  const asked = [
    { at: modelAt, text: model },
    { at: principalAt, text: principal },
    { at: decisionAt, text: decision },
  ]
    .filter(({ text }) => text !== '')
    .map(({ at, text }) => ({ at, number: texts.find(text) }));
  return (row) => {
    if (fields !== undefined && !fields.has(row[eventAt] as number)) return false;
    if (version !== 0 && row.readUInt32LE(versionAt) !== version) return false;
    let isSure = true;
    for (const { at, number } of asked) {
      const found = row.readUIntLE(at, 3);
      if (found === unknownText) isSure = false;
      else if (found !== number) return false;
    }
    return isSure ? true : 'unsure';
  };
}
