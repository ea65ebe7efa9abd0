import protobuf from 'protobufjs';
import { ByteReader, malformed } from './byte-reader.ts';
import { integerKeys, wireTypeOf } from './message-encoder.ts';
import { RecurringTexts } from './recurring-texts.ts';

type Message = Record<string, unknown>;
type ReadField = (reader: ByteReader, message: Message, wireType: number) => void;
type ReadValue = (reader: ByteReader) => unknown;

/**
 * Deserializes a message: complete, all defaults filled in. Byte fields are views. Throws on malformed bytes, and on more than
 * `maxParts` items of repeated texts and bytes, of which an entry of a map or a repeated message counts as 16; left out, they are not
 * limited.
 */
export type Decode = (bytes: Uint8Array, maxParts?: number) => object;

interface Plan {
  /** The message with every default; copied for each message. */
  readonly defaults: Message;
  readonly fields: Map<number, ReadField>;
}

/** What an absent repeated field or map holds; shared, therefore frozen. */
const noItems: readonly never[] = Object.freeze([]);
const noEntries: Readonly<Record<string, never>> = Object.freeze({});

/** Makes decoders of message types. */
export function createDecoders(): (type: protobuf.Type) => Decode {
  const known = new Map<protobuf.Type, Plan>();
  const planOf = (type: protobuf.Type): Plan => {
    const found = known.get(type);
    if (found !== undefined) return found;
    const plan: Plan = { defaults: {}, fields: new Map() };
    // Before its fields are known, because a type may contain itself.
    known.set(type, plan);
    try {
      for (const field of type.fieldsArray) {
        field.resolve();
        if (field.partOf === null) plan.defaults[field.name] = defaultOf(field);
        plan.fields.set(field.id, fieldReader(field, planOf));
      }
    } catch (error) {
      // Half of a type would skip fields, and nobody would notice.
      known.delete(type);
      throw error;
    }
    return plan;
  };
  return (type) => {
    const plan = planOf(type);
    return (bytes, maxParts) => {
      const buffer = Buffer.isBuffer(bytes)
        ? bytes
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const reader = new ByteReader(buffer, maxParts);
      return readMessage(reader, buffer.length, plan);
    };
  };
}

function readMessage(reader: ByteReader, end: number, { defaults, fields }: Plan): Message {
  const message = { ...defaults };
  while (reader.at < end) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    const field = fields.get(tag >>> 3);
    if (field === undefined) reader.skip(wireType);
    else field(reader, message, wireType);
  }
  checkEnd(reader, end);
  return message;
}

/** What was read last must not take bytes of what follows. */
function checkEnd(reader: ByteReader, end: number): void {
  if (reader.at !== end) throw malformed('a field goes beyond its message');
}

type PlanOf = (type: protobuf.Type) => Plan;

function fieldReader(field: protobuf.Field, planOf: PlanOf): ReadField {
  const { name, partOf } = field;
  const value = valueReader(field, planOf);
  const expected = wireTypeOf(field);
  if (field instanceof protobuf.MapField) return mapReader(field, value, expected);
  if (field.repeated)
    return repeatedReader(
      name,
      value,
      expected,
      field.resolvedType instanceof protobuf.Type ? messageWeight : 1,
    );
  if (partOf === null) {
    return (reader, message, wireType) => {
      if (wireType === expected) message[name] = value(reader);
      else reader.skip(wireType);
    };
  }
  const { name: oneof, oneof: members } = partOf;
  return (reader, message, wireType) => {
    if (wireType !== expected) return reader.skip(wireType);
    // Of several members the last one counts.
    if (message[oneof] !== undefined) for (const member of members) delete message[member];
    message[name] = value(reader);
    message[oneof] = name;
  };
}

/** A message with its own maps and lists takes about as much memory as so many views of bytes. */
const messageWeight = 16;

function repeatedReader(name: string, value: ReadValue, expected: number, weight: number): ReadField {
  return (reader, message, wireType) => {
    let items = message[name] as unknown[];
    if ((items as readonly unknown[]) === noItems) {
      items = [];
      message[name] = items;
    }
    if (wireType === expected) {
      if (expected === 2) reader.part(weight);
      items.push(value(reader));
    } else if (wireType === 2) {
      const end = reader.contentEnd();
      while (reader.at < end) items.push(value(reader));
      checkEnd(reader, end);
    } else reader.skip(wireType);
  };
}

function mapReader(field: protobuf.MapField, value: ReadValue, expected: number): ReadField {
  const { name, keyType } = field;
  const keyReader = scalars[keyType];
  if (keyReader === undefined || (keyType !== 'string' && !integerKeys.has(keyType)))
    throw new Error(`${field.fullName}: keys of type ${keyType} are not supported`);
  const keyTag = keyType === 'string' ? 10 : 8;
  const missingKey = keyType === 'string' ? '' : '0';
  const valueTag = 16 + expected;
  const texts = new RecurringTexts();
  const readKey: ReadValue = keyType === 'string' ? (reader) => texts.read(reader) : keyReader;
  const missing = () =>
    field.resolvedType instanceof protobuf.Type ? value(emptyReader()) : defaultOf(field, true);
  return (reader, message, wireType) => {
    if (wireType !== 2) return reader.skip(wireType);
    reader.part(messageWeight);
    let entries = message[name] as Message;
    if ((entries as object) === noEntries) {
      entries = {};
      message[name] = entries;
    }
    let key = missingKey;
    let given: unknown;
    const end = reader.contentEnd();
    while (reader.at < end) {
      const tag = reader.uint32();
      if (tag === keyTag) key = String(readKey(reader));
      else if (tag === valueTag) given = value(reader);
      else reader.skip(tag & 7);
    }
    checkEnd(reader, end);
    if (given === undefined) given = missing();
    // Assigning to this name would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(entries, key, {
        value: given,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else entries[key] = given;
  };
}

/** A length of 0. */
function emptyReader(): ByteReader {
  return new ByteReader(Buffer.alloc(1));
}

function valueReader(field: protobuf.FieldBase, planOf: PlanOf): ReadValue {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) {
    const plan = planOf(resolvedType);
    return (reader) => readMessage(reader, reader.contentEnd(), plan);
  }
  if (resolvedType instanceof protobuf.Enum) {
    const { valuesById } = resolvedType;
    return (reader) => {
      const number = reader.uint32() | 0;
      return valuesById[number] ?? number;
    };
  }
  const scalar = scalars[field.type];
  if (scalar === undefined) throw new Error(`${field.fullName}: type ${field.type} is not supported`);
  return scalar;
}

const scalars: Readonly<Record<string, ReadValue>> = {
  string: (reader) => reader.text(),
  bytes: (reader) => reader.bytes(),
  bool: (reader) => reader.uint64() !== '0',
  double: (reader) => reader.double(),
  float: (reader) => reader.float(),
  int32: (reader) => reader.uint32() | 0,
  uint32: (reader) => reader.uint32(),
  int64: (reader) => reader.int64(),
  uint64: (reader) => reader.uint64(),
};

function defaultOf(field: protobuf.FieldBase, single = false): unknown {
  if (!single && field instanceof protobuf.MapField) return noEntries;
  if (!single && field.repeated) return noItems;
  if (field.resolvedType instanceof protobuf.Type) return null;
  if (field.resolvedType instanceof protobuf.Enum) return field.resolvedType.valuesById[0];
  switch (field.type) {
    case 'string':
      return '';
    case 'bytes':
      return Buffer.alloc(0);
    case 'bool':
      return false;
    case 'int64':
    case 'uint64':
      return '0';
    default:
      return 0;
  }
}
