import protobuf from 'protobufjs';
import { ByteWriter } from './byte-writer.ts';

/** A message of its generated `__Output` type, as the encoder sees it. */
type Message = Readonly<Record<string, unknown>>;
type WriteField = (writer: ByteWriter, message: Message) => void;
type WriteValue = (writer: ByteWriter, value: never) => void;

/** Serializes a complete message. */
export type Encode = (message: object) => Buffer;

/** Makes encoders of message types; one writer serves them all, because encoding is synchronous. */
export function createEncoders(): (type: protobuf.Type) => Encode {
  const writer = new ByteWriter();
  const known = new Map<protobuf.Type, readonly WriteField[]>();
  const fieldsOf = (type: protobuf.Type): readonly WriteField[] => {
    const found = known.get(type);
    if (found !== undefined) return found;
    const fields: WriteField[] = [];
    // Before its fields are known, because a type may contain itself.
    known.set(type, fields);
    try {
      for (const field of [...type.fieldsArray].sort((a, b) => a.id - b.id))
        fields.push(fieldWriter(field.resolve(), fieldsOf));
    } catch (error) {
      // Half of a type would write half of its messages, and nobody would notice.
      known.delete(type);
      throw error;
    }
    return fields;
  };
  return (type) => {
    const fields = fieldsOf(type);
    return (message) => {
      try {
        writeMessage(writer, fields, message as Message);
        return writer.take();
      } catch (error) {
        writer.reset();
        throw error;
      }
    };
  };
}

function writeMessage(writer: ByteWriter, fields: readonly WriteField[], message: Message): void {
  for (const write of fields) write(writer, message);
}

type FieldsOf = (type: protobuf.Type) => readonly WriteField[];

/**
 * Canonical: fields in the order of their numbers, defaults left out where the field has no presence, maps sorted by key. The bytes
 * are those of other libraries' deterministic mode.
 */
function fieldWriter(field: protobuf.Field, fieldsOf: FieldsOf): WriteField {
  const { name } = field;
  const value = valueWriter(field, fieldsOf);
  const tag = tagOf(field.id, wireTypeOf(field));
  if (field instanceof protobuf.MapField) return mapWriter(field, fieldsOf);
  if (field.repeated) return repeatedWriter(field, value);
  // Members of a oneof (proto3 optional too) and messages tell absence from a default.
  const hasPresence = field.partOf !== null || field.resolvedType instanceof protobuf.Type;
  if (field.type === 'string' && !hasPresence) {
    // The most frequent kind, without the calls of the general one.
    return (writer, message) => {
      const given = message[name];
      if (given === '' || given === undefined || given === null) return;
      writer.varint(tag);
      writer.text(given as string);
    };
  }
  const isDefault = hasPresence ? () => false : defaultTest(field);
  return (writer, message) => {
    const given = message[name];
    if (given === undefined || given === null || isDefault(given)) return;
    writer.varint(tag);
    value(writer, given as never);
  };
}

function repeatedWriter(field: protobuf.Field, value: WriteValue): WriteField {
  const { name } = field;
  // The library says so of text and messages too, which can't be packed.
  const packed = field.packed && wireTypeOf(field) !== delimited;
  const tag = tagOf(field.id, packed ? delimited : wireTypeOf(field));
  return (writer, message) => {
    const given = message[name] as readonly never[] | undefined;
    if (given === undefined || given.length === 0) return;
    if (!packed) {
      for (const item of given) {
        writer.varint(tag);
        value(writer, item);
      }
      return;
    }
    writer.varint(tag);
    const start = writer.begin();
    for (const item of given) value(writer, item);
    writer.end(start);
  };
}

/** Maps are messages of key 1 and value 2. Keys that are integers are decimal text in messages, as every name of a property is. */
function mapWriter(field: protobuf.MapField, fieldsOf: FieldsOf): WriteField {
  const { name, keyType } = field;
  const isText = keyType === 'string';
  if (!isText && !integerKeys.has(keyType))
    throw new Error(`${field.fullName}: keys of type ${keyType} are not supported`);
  const value = valueWriter(field, fieldsOf);
  const tag = tagOf(field.id, delimited);
  const keyTag = tagOf(1, isText ? delimited : 0);
  const valueTag = tagOf(2, wireTypeOf(field));
  return (writer, message) => {
    const given = message[name] as Readonly<Record<string, never>> | undefined;
    if (given === undefined) return;
    const keys = Object.keys(given);
    if (keys.length > 1) {
      if (isText) sortKeys(keys);
      else keys.sort(byNumber);
    }
    for (const key of keys) {
      writer.varint(tag);
      const start = writer.begin();
      writer.varint(keyTag);
      if (isText) writer.text(key);
      else writeInteger64(writer, key);
      writer.varint(valueTag);
      value(writer, given[key] as never);
      writer.end(start);
    }
  };
}

/** Types of keys that are varints of their value. */
export const integerKeys: ReadonlySet<string> = new Set(['int32', 'uint32', 'int64', 'uint64']);

function byNumber(one: string, other: string): number {
  const [a, b] = [BigInt(one), BigInt(other)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** By UTF-16 units, as Array.prototype.sort does; for the few keys of a message an insertion costs less and allocates nothing. */
function sortKeys(keys: string[]): void {
  if (keys.length > manyKeys) {
    keys.sort();
    return;
  }
  for (let place = 1; place < keys.length; place++) {
    const key = keys[place] as string;
    let before = place - 1;
    for (; before >= 0 && (keys[before] as string) > key; before--) keys[before + 1] = keys[before] as string;
    keys[before + 1] = key;
  }
}

const manyKeys = 16;

function valueWriter(field: protobuf.FieldBase, fieldsOf: FieldsOf): WriteValue {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) {
    const fields = fieldsOf(resolvedType);
    return (writer, value: Message) => {
      const start = writer.begin();
      writeMessage(writer, fields, value);
      writer.end(start);
    };
  }
  if (resolvedType instanceof protobuf.Enum) {
    const { values } = resolvedType;
    return (writer, value: string | number) =>
      writeInteger(writer, typeof value === 'number' ? value : (values[value] ?? 0));
  }
  const scalar = scalars[field.type];
  if (scalar === undefined) throw new Error(`${field.fullName}: type ${field.type} is not supported`);
  return scalar;
}

const scalars: Readonly<Record<string, WriteValue>> = {
  string: (writer, value: string) => writer.text(value),
  bytes: (writer, value: Uint8Array) => writer.bytes(value),
  bool: (writer, value: boolean) => writer.varint(value ? 1 : 0),
  double: (writer, value: number) => writer.double(value),
  float: (writer, value: number) => writer.float(value),
  int32: writeInteger,
  uint32: writeInteger,
  int64: writeInteger64,
  uint64: writeInteger64,
};

function writeInteger(writer: ByteWriter, value: number): void {
  if (value >= 0) writer.varint(value);
  else writer.varint64(BigInt(value));
}

/** 64-bit integers are decimal text in messages. */
function writeInteger64(writer: ByteWriter, value: string | number): void {
  const number = Number(value);
  if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) writer.varint(number);
  else writer.varint64(BigInt(value));
}

function defaultTest(field: protobuf.Field): (value: unknown) => boolean {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum) {
    const zero = resolvedType.valuesById[0];
    return (value) => value === zero || value === 0;
  }
  switch (field.type) {
    case 'string':
      return (value) => value === '';
    case 'bytes':
      return (value) => (value as Uint8Array).length === 0;
    case 'bool':
      return (value) => value === false;
    case 'int64':
    case 'uint64':
      return (value) => value === '0' || value === 0;
    default:
      // Minus zero is not the default: it has another bit pattern.
      return (value) => Object.is(value, 0);
  }
}

const delimited = 2;

/** Wire type of one value. */
export function wireTypeOf(field: protobuf.FieldBase): number {
  if (field.resolvedType instanceof protobuf.Type) return delimited;
  if (field.resolvedType instanceof protobuf.Enum) return 0;
  if (field.type === 'string' || field.type === 'bytes') return delimited;
  if (field.type === 'double') return 1;
  return field.type === 'float' ? 5 : 0;
}

function tagOf(id: number, wireType: number): number {
  return id * 8 + wireType;
}
