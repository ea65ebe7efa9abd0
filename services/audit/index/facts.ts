import { ByteReader } from '../../kit/wire/byte-reader.ts';
import { RecurringTexts } from '../../kit/wire/recurring-texts.ts';
import { recordIdBytes, writeRecordId } from '../record-id.ts';

/** What a record may be about, by the name of its field in record.proto, in order of the fields' numbers. */
export const eventNames = [
  'prediction',
  'refusal',
  'refusal_summary',
  'outcome',
  'inference',
  'model_change',
  'erasure',
  'pruning',
] as const;
export type EventName = (typeof eventNames)[number];
/** Number of the first event's field in Record. */
export const firstEventField = 10;

/** What the index keeps of an entry. */
export interface Facts {
  /** Empty if the record says nothing of what happened. */
  readonly event: EventName | '';
  /** Name of the model that answered, was asked for or changed; empty for none. */
  readonly model: string;
  /** Its version; 0 if none is told. */
  readonly version: number;
  readonly principal: string;
  /** Of a prediction; empty for none. */
  readonly decision: string;
  /** Of an outcome the prediction it belongs to, 16 bytes; undefined if it names none. */
  readonly predictionId: Buffer | undefined;
  /** Of an erasure, 16 bytes each. */
  readonly handles: readonly Buffer[];
  /** Names the batch, where its rows depend on each other; empty otherwise. */
  readonly batchId: string;
}

/** Bytes of a handle of sealed content. */
export const handleBytes = 16;

const principals = new RecurringTexts();
const models = new RecurringTexts();
const decisions = new RecurringTexts();
const noHandles: readonly Buffer[] = Object.freeze([]);

/** Filled in field by field. */
interface Draft {
  event: EventName | '';
  model: string;
  version: number;
  principal: string;
  decision: string;
  predictionId: Buffer | undefined;
  handles: readonly Buffer[];
  batchId: string;
}

/**
 * What the index keeps of these bytes; undefined if they are no Record. Nothing of it is a view of them. Reads only the fields that it
 * needs, at a fifth of the cost of decoding the whole: it runs for every append.
 */
export function factsOf(entry: Uint8Array): Facts | undefined {
  const buffer = Buffer.isBuffer(entry)
    ? entry
    : Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
  const facts: Draft = {
    event: '',
    model: '',
    version: 0,
    principal: '',
    decision: '',
    predictionId: undefined,
    handles: noHandles,
    batchId: '',
  };
  const reader = new ByteReader(buffer);
  try {
    while (reader.at < buffer.length) {
      const tag = reader.uint32();
      const event = eventNames[(tag >>> 3) - firstEventField];
      if (tag === principalTag) facts.principal = principals.read(reader);
      else if (event === undefined || (tag & 7) !== delimited) reader.skip(tag & 7);
      else {
        // Of several events the last one counts.
        forgetEvent(facts);
        facts.event = event;
        readEvent(reader, facts, event);
      }
    }
    return reader.at === buffer.length ? facts : undefined;
  } catch {
    return undefined;
  }
}

const delimited = 2;
const textTag = (field: number): number => (field << 3) | delimited;
const numberTag = (field: number): number => field << 3;
const principalTag = textTag(6);

type ReadField = (reader: ByteReader, facts: Draft) => void;
type Fields = ReadonlyMap<number, ReadField>;

const readModel: ReadField = (reader, facts) => {
  facts.model = '';
  facts.version = 0;
  readFields(reader, facts, modelVersionFields);
};
const readModelName: ReadField = (reader, facts) => {
  facts.model = models.read(reader);
};
const readVersion: ReadField = (reader, facts) => {
  facts.version = reader.uint32();
};
const readBatchId: ReadField = (reader, facts) => {
  facts.batchId = reader.text();
};
const modelVersionFields: Fields = new Map([
  [textTag(1), readModelName],
  [numberTag(2), readVersion],
]);
/** A refused request named its model as its caller did: "name", "name@alias" or "name@version". */
const readReference: ReadField = (reader, facts) => {
  const [name = '', qualifier = ''] = models.read(reader).split('@', 2);
  facts.model = name;
  facts.version = /^[0-9]{1,9}$/.test(qualifier) ? Number(qualifier) : 0;
};
const readPredictionId: ReadField = (reader, facts) => {
  const id = Buffer.allocUnsafe(recordIdBytes);
  facts.predictionId = writeRecordId(reader.text(), id, 0) ? id : undefined;
};
const readHandle: ReadField = (reader, facts) => {
  const handle = reader.bytes();
  if (handle.length !== handleBytes) return;
  if (facts.handles === noHandles) facts.handles = [];
  (facts.handles as Buffer[]).push(Buffer.from(handle));
};

const fieldsOf: Readonly<Record<EventName, Fields>> = {
  prediction: new Map<number, ReadField>([
    [textTag(2), readModel],
    [textTag(8), readBatchId],
    [
      textTag(10),
      (reader, facts) => {
        facts.decision = decisions.read(reader);
      },
    ],
  ]),
  refusal: new Map([[textTag(7), readReference]]),
  refusal_summary: new Map([[textTag(4), readReference]]),
  outcome: new Map([[textTag(1), readPredictionId]]),
  inference: new Map([
    [textTag(2), readModel],
    [textTag(7), readBatchId],
  ]),
  model_change: new Map([
    [textTag(5), readModelName],
    [numberTag(6), readVersion],
  ]),
  erasure: new Map([[textTag(2), readHandle]]),
  pruning: new Map(),
};

function readEvent(reader: ByteReader, facts: Draft, event: EventName): void {
  readFields(reader, facts, fieldsOf[event]);
}

/** A message with its length. */
function readFields(reader: ByteReader, facts: Draft, fields: Fields): void {
  const end = reader.contentEnd();
  while (reader.at < end) {
    const tag = reader.uint32();
    const read = fields.get(tag);
    if (read === undefined) reader.skip(tag & 7);
    else read(reader, facts);
  }
  if (reader.at !== end) throw new Error('a field goes beyond its message');
}

function forgetEvent(facts: Draft): void {
  facts.model = '';
  facts.version = 0;
  facts.decision = '';
  facts.predictionId = undefined;
  facts.handles = noHandles;
  facts.batchId = '';
}

/** What a query asks of facts: what is given must hold. */
export interface Wanted {
  /** Undefined for all. */
  readonly events: ReadonlySet<EventName> | undefined;
  /** Empty for all. */
  readonly model: string;
  /** 0 for all. */
  readonly version: number;
  /** Empty for all. */
  readonly principal: string;
  /** Empty for all. */
  readonly decision: string;
}

/** Whether the facts of a record are what is wanted; those of bytes that are no record are only if nothing is. */
export function isWanted(facts: Facts | undefined, wanted: Wanted): boolean {
  const { events, model, version, principal, decision } = wanted;
  return (
    (events === undefined || (facts !== undefined && facts.event !== '' && events.has(facts.event))) &&
    (model === '' || facts?.model === model) &&
    (version === 0 || facts?.version === version) &&
    (principal === '' || facts?.principal === principal) &&
    (decision === '' || facts?.decision === decision)
  );
}
