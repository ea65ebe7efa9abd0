import type { FieldSchema, MessageSchema, ValueSchema } from '../../../kit/wire/message-schema.ts';
import type { Parsed } from '../model-yaml.ts';
import {
  emptyMessage,
  emptyValue,
  enumHint,
  expectedOf,
  integerOf,
  isInteger,
  type Message,
  otherMember,
  setEntry,
  setField,
  type UnsupportedFields,
  unknownField,
} from './field-values.ts';
import { clip } from './text-lexer.ts';

// Nothing that a person writes comes near it.
const maxDepth = 32;
const maxFaults = 10;

/**
 * A message in Protobuf's JSON form (https://protobuf.dev/programming-guides/json), complete, or what is wrong with it. Names may be
 * those of the .proto or their camel case. A field that is not supported passes if it holds nothing.
 */
export function decodeJson(
  json: unknown,
  schema: MessageSchema,
  unsupported: UnsupportedFields,
): Parsed<{ readonly message: Message; readonly stated: ReadonlySet<string> }> {
  const decoder = new JsonDecoder(unsupported);
  const stated = new Set<string>();
  const message = decoder.message(json, schema, '', stated);
  const { faults } = decoder;
  if (message !== undefined && faults.length === 0) return { value: { message, stated } };
  const more = faults.length - maxFaults;
  return { faults: more > 0 ? [...faults.slice(0, maxFaults), `and ${more} more`] : faults };
}

class JsonDecoder {
  readonly faults: string[] = [];
  readonly #unsupported: UnsupportedFields;

  constructor(unsupported: UnsupportedFields) {
    this.#unsupported = unsupported;
  }

  /** Undefined if it is none. `stated` gets the names of the fields that are given. */
  message(json: unknown, schema: MessageSchema, path: string, stated: Set<string>): Message | undefined {
    if (!isObject(json)) {
      this.faults.push(
        `${path === '' ? 'the configuration' : path}: expected an object, found ${shown(json)}`,
      );
      return undefined;
    }
    const message = emptyMessage(schema);
    for (const [key, value] of Object.entries(json)) {
      const name = protoNameOf(key);
      const below = path === '' ? clip(name) : `${path}.${clip(name)}`;
      const field = schema.fields.get(name);
      if (field === undefined) this.#strange(value, name, below, schema);
      else if (stated.has(name)) this.faults.push(`${below}: is given twice`);
      else if (value !== null) {
        stated.add(name);
        this.#field(message, schema, field, value, below);
      }
    }
    return message;
  }

  #field(message: Message, schema: MessageSchema, field: FieldSchema, json: unknown, path: string): void {
    if (field.keyType !== undefined) {
      if (!isObject(json)) this.faults.push(`${path}: expected an object, found ${shown(json)}`);
      else
        for (const [key, entry] of Object.entries(json)) {
          const at = `${path}['${clip(key)}']`;
          if (isInteger(field.keyType) && read(field.keyType, key) === undefined)
            this.faults.push(`${at}: the key is no ${field.keyType}`);
          setEntry(message, field, key, this.#value(entry, field.value, at));
        }
    } else if (field.repeated) {
      if (!Array.isArray(json)) this.faults.push(`${path}: expected a list, found ${shown(json)}`);
      else
        message[field.name] = json.map((item, index) => this.#value(item, field.value, `${path}[${index}]`));
    } else {
      const other = otherMember(message, field, schema);
      if (other !== undefined)
        this.faults.push(`${path}: only one of '${other}' and '${field.protoName}' may be given`);
      setField(message, field, this.#value(json, field.value, path));
    }
  }

  #value(json: unknown, value: ValueSchema, path: string): unknown {
    if (value.kind === 'message') return this.message(json, value.message, path, new Set());
    const found = value.kind === 'enum' ? enumOf(json, value.numbers) : read(value.type, json);
    if (found !== undefined) return found;
    const hint = value.kind === 'enum' && typeof json === 'string' ? enumHint(json, value.numbers) : '';
    this.faults.push(`${path}: expected ${expectedOf(value)}, found ${shown(json)}${hint}`);
    return emptyValue(value);
  }

  /** A field that the schema has not. */
  #strange(json: unknown, name: string, path: string, schema: MessageSchema): void {
    // The table knows no positions in lists.
    const place = path.replace(/\[[^\]]*\]/g, '');
    if (!this.#unsupported.has(place)) this.faults.push(unknownField(path, name, schema));
    else this.#passOver(json, place, 0);
  }

  #passOver(json: unknown, path: string, depth: number): void {
    const verdict = this.#unsupported.get(path) ?? 'passed over';
    if (holdsNothing(json)) return;
    if (verdict !== 'passed over') this.faults.push(`${path}: ${verdict.refused}`);
    else if (depth > maxDepth) this.faults.push(`${clip(path)}: is nested deeper than ${maxDepth} levels`);
    else if (Array.isArray(json)) for (const item of json) this.#passOver(item, path, depth + 1);
    else if (isObject(json))
      for (const [key, value] of Object.entries(json))
        this.#passOver(value, `${path}.${protoNameOf(key)}`, depth + 1);
  }
}

/** A scalar of that type; undefined if it is none. */
function read(type: string, json: unknown): unknown {
  if (type === 'bool') return typeof json === 'boolean' ? json : undefined;
  if (type === 'string') return typeof json === 'string' ? json : undefined;
  if (type === 'bytes') return typeof json === 'string' ? Buffer.from(json, 'base64') : undefined;
  if (!isInteger(type)) {
    const number = typeof json === 'string' && json.trim() !== '' ? Number(json) : json;
    if (typeof number !== 'number') return undefined;
    return Number.isNaN(number) && json !== 'NaN' ? undefined : number;
  }
  // What is written as a number and is larger was rounded when it was read.
  if (typeof json === 'number') return Number.isSafeInteger(json) ? integerOf(type, BigInt(json)) : undefined;
  return typeof json === 'string' && /^-?[0-9]{1,20}$/.test(json) ? integerOf(type, BigInt(json)) : undefined;
}

function enumOf(json: unknown, numbers: ReadonlyMap<string, number>): string | undefined {
  if (typeof json === 'string') return numbers.has(json) ? json : undefined;
  return [...numbers].find(([, number]) => number === json)?.[0];
}

function protoNameOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function holdsNothing(json: unknown): boolean {
  if (typeof json === 'object' && json !== null) return Object.keys(json).length === 0;
  return json === null || json === '' || json === 0 || json === '0' || json === false;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function shown(json: unknown): string {
  if (Array.isArray(json)) return 'a list';
  if (isObject(json)) return 'an object';
  return clip(JSON.stringify(json) ?? 'nothing');
}
