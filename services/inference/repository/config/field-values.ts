import { nearestName } from '../../../kit/config/nearest-name.ts';
import type { FieldSchema, MessageSchema, ValueSchema } from '../../../kit/wire/message-schema.ts';

/** A message as generated types have it. */
export type Message = Record<string, unknown>;

/** A field that a message type of ours leaves out: why it can't be honoured, or that it may be passed over. */
export type Unsupported = { readonly refused: string } | 'passed over';

/** By the path of its names, e.g. "instance_group.gpus". What stands below one that is passed over is, too, unless it is refused itself. */
export type UnsupportedFields = ReadonlyMap<string, Unsupported>;

const integerBits: Readonly<Record<string, { readonly bits: bigint; readonly signed: boolean }>> = {
  int32: { bits: 32n, signed: true },
  sint32: { bits: 32n, signed: true },
  sfixed32: { bits: 32n, signed: true },
  uint32: { bits: 32n, signed: false },
  fixed32: { bits: 32n, signed: false },
  int64: { bits: 64n, signed: true },
  sint64: { bits: 64n, signed: true },
  sfixed64: { bits: 64n, signed: true },
  uint64: { bits: 64n, signed: false },
  fixed64: { bits: 64n, signed: false },
};

/** The message with every default filled in. */
export function emptyMessage({ fields }: MessageSchema): Message {
  const message: Message = {};
  for (const field of fields.values()) if (field.oneof === undefined) message[field.name] = defaultOf(field);
  return message;
}

/** What an entry of a map holds that gives no value. */
export function emptyValue(value: ValueSchema): unknown {
  if (value.kind === 'message') return emptyMessage(value.message);
  if (value.kind === 'enum') return [...value.numbers].find(([, number]) => number === 0)?.[0] ?? 0;
  if (value.type === 'string') return '';
  if (value.type === 'bool') return false;
  if (value.type === 'bytes') return Buffer.alloc(0);
  return integerBits[value.type]?.bits === 64n ? '0' : 0;
}

function defaultOf({ keyType, repeated, value }: FieldSchema): unknown {
  if (keyType !== undefined) return {};
  if (repeated) return [];
  return value.kind === 'message' ? null : emptyValue(value);
}

/** Puts a singular value in its place. */
export function setField(message: Message, field: FieldSchema, value: unknown): void {
  message[field.name] = value;
  if (field.oneof !== undefined) message[field.oneof] = field.name;
}

/** The member of the same oneof that is set, as the .proto names it. */
export function otherMember(
  message: Message,
  field: FieldSchema,
  { fields }: MessageSchema,
): string | undefined {
  const set = field.oneof === undefined ? undefined : message[field.oneof];
  if (set === undefined) return undefined;
  return [...fields.values()].find(({ name }) => name === set)?.protoName;
}

/** Puts an entry into a map; the last one of a key counts. */
export function setEntry(message: Message, field: FieldSchema, key: string, value: unknown): void {
  // Assigning to '__proto__' would set the prototype.
  const settings = { value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(message[field.name] as object, key, settings);
}

export function isInteger(type: string): boolean {
  return Object.hasOwn(integerBits, type);
}

/** As generated types hold it: 64 bits as a text. Undefined if the type can't hold it. */
export function integerOf(type: string, value: bigint): number | string | undefined {
  const form = integerBits[type];
  if (form === undefined) return undefined;
  const low = form.signed ? -(2n ** (form.bits - 1n)) : 0n;
  if (value < low || value >= low + 2n ** form.bits) return undefined;
  return form.bits === 64n ? String(value) : Number(value);
}

/** "an integer from -2147483648 to 2147483647". */
export function expectedOf(value: ValueSchema): string {
  if (value.kind === 'message') return 'a message in { }';
  if (value.kind === 'enum') return `one of ${[...value.numbers.keys()].join(', ')}`;
  const form = integerBits[value.type];
  if (form !== undefined) {
    const low = form.signed ? -(2n ** (form.bits - 1n)) : 0n;
    return `an integer from ${low} to ${low + 2n ** form.bits - 1n}`;
  }
  if (value.type === 'bool') return 'true or false';
  return value.type === 'string' || value.type === 'bytes' ? 'a text in quotes' : 'a number';
}

/** What to say of a name that no field has. */
export function unknownField(path: string, given: string, { fields, name }: MessageSchema): string {
  const known = [...fields.keys()];
  const nearest = nearestName(given, known);
  const hint = nearest === undefined ? `it has ${known.join(', ')}` : `did you mean '${nearest}'?`;
  return `${path}: ${name} has no such field; ${known.length === 0 ? 'it has none' : hint}`;
}

/** " did you mean 'TYPE_FP32'?", or nothing. */
export function enumHint(given: string, numbers: ReadonlyMap<string, number>): string {
  const nearest = nearestName(given, [...numbers.keys()]);
  return nearest === undefined ? '' : `; did you mean '${nearest}'?`;
}
