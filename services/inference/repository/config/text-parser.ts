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
  type Unsupported,
  type UnsupportedFields,
  unknownField,
} from './field-values.ts';
import { clip, type Place, TextFault, TextLexer, type Token } from './text-lexer.ts';
import { boolOf, enumOf, integerIn, numberOf } from './text-scalars.ts';

/** Messages deeper than this are refused; the configuration of a model has five levels. */
const maxDepth = 32;

/**
 * A message in Protobuf's text format (https://protobuf.dev/reference/protobuf/textformat-spec), complete, or its first fault with
 * line and column. A field that is not repeated may stand once, as may one member of a oneof. Extensions and Any are refused.
 */
export function parseText(
  text: string,
  schema: MessageSchema,
  unsupported: UnsupportedFields,
): Parsed<{ readonly message: Message; readonly stated: ReadonlySet<string> }> {
  try {
    const stated = new Set<string>();
    const message = new TextParser(text, unsupported).all(schema, stated);
    return { value: { message, stated } };
  } catch (error) {
    if (error instanceof TextFault) return { faults: [error.message] };
    throw error;
  }
}

class TextParser {
  readonly #lexer: TextLexer;
  readonly #unsupported: UnsupportedFields;
  #token: Token;
  #depth = 0;

  constructor(text: string, unsupported: UnsupportedFields) {
    this.#lexer = new TextLexer(text);
    this.#unsupported = unsupported;
    this.#token = this.#lexer.next();
  }

  /** `stated` gets the names of the fields that are given. */
  all(schema: MessageSchema, stated: Set<string>): Message {
    const message = emptyMessage(schema);
    this.#fields(message, schema, '', 'end', '', stated);
    return message;
  }

  /** Reads fields up to what closes the message, which stays. */
  #fields(
    message: Message,
    schema: MessageSchema,
    path: string,
    endKind: Token['kind'],
    end: string,
    stated: Set<string>,
  ): void {
    while (this.#token.kind !== endKind || this.#token.text !== end) {
      const at = this.#token;
      const name = this.#fieldName(end);
      const field = schema.fields.get(name);
      const below = path === '' ? name : `${path}.${name}`;
      if (field !== undefined) this.#field(message, schema, field, below, at, stated);
      else {
        const verdict = this.#unsupported.get(below);
        if (verdict === undefined) throw new TextFault(at, unknownField(below, name, schema));
        this.#passOver(verdict, below, at);
      }
      this.#takeIf(',', ';');
    }
  }

  #fieldName(end: string): string {
    const { kind, text } = this.#token;
    if (kind === 'name') {
      this.#advance();
      return text;
    }
    if (kind === 'symbol' && text === '[')
      throw new TextFault(this.#token, 'extensions and Any have no place in this message');
    throw this.#unexpected(end === '' ? 'the name of a field' : `the name of a field or '${end}'`);
  }

  #field(
    message: Message,
    schema: MessageSchema,
    field: FieldSchema,
    path: string,
    at: Place,
    stated: Set<string>,
  ): void {
    const many = field.repeated || field.keyType !== undefined;
    if (!many) {
      if (stated.has(field.protoName)) throw new TextFault(at, `${path}: is given twice`);
      const other = otherMember(message, field, schema);
      if (other !== undefined)
        throw new TextFault(at, `${path}: only one of '${other}' and '${field.protoName}' may be given`);
    }
    stated.add(field.protoName);
    const isMessage = field.value.kind === 'message' || field.keyType !== undefined;
    if (!this.#takeIf(':') && !isMessage) throw this.#unexpected(`':' after '${path}'`);
    const isList = this.#token.kind === 'symbol' && this.#token.text === '[';
    if (isList && !many) throw new TextFault(this.#token, `${path}: takes one value, not a list`);
    if (isList) this.#list(() => this.#one(message, field, path));
    else this.#one(message, field, path);
  }

  #list(item: () => void): void {
    this.#advance();
    if (this.#takeIf(']')) return;
    do item();
    while (this.#takeIf(','));
    if (!this.#takeIf(']')) throw this.#unexpected("',' or ']'");
  }

  #one(message: Message, field: FieldSchema, path: string): void {
    if (field.keyType !== undefined) {
      const { key, value } = this.#entry(field, field.keyType, path);
      setEntry(message, field, key, value);
      return;
    }
    const value = this.#value(field.value, path);
    if (field.repeated) (message[field.name] as unknown[]).push(value);
    else setField(message, field, value);
  }

  #entry(field: FieldSchema, keyType: string, path: string): { key: string; value: unknown } {
    const entry: MessageSchema = {
      name: 'an entry of a map',
      fields: new Map([
        ['key', { ...part, name: 'key', protoName: 'key', value: { kind: 'scalar', type: keyType } }],
        ['value', { ...part, name: 'value', protoName: 'value', value: field.value }],
      ]),
    };
    const { key, value } = this.#message(entry, path);
    return { key: String(key), value: value ?? emptyValue(field.value) };
  }

  #value(value: ValueSchema, path: string): unknown {
    if (value.kind === 'message') return this.#message(value.message, path);
    const at = this.#token;
    const isNegative = this.#takeIf('-');
    const token = this.#token;
    const found = this.#scalar(value, token, isNegative);
    if (found === undefined) {
      const hint = value.kind === 'enum' && token.kind === 'name' ? enumHint(token.text, value.numbers) : '';
      throw new TextFault(
        at,
        `${path}: expected ${expectedOf(value)}, found ${isNegative ? "'-' and " : ''}${shown(token)}${hint}`,
      );
    }
    if (token.kind !== 'string') this.#advance();
    return found;
  }

  #message(schema: MessageSchema, path: string): Message {
    const end = this.#takeIf('{') ? '}' : this.#takeIf('<') ? '>' : undefined;
    if (end === undefined)
      throw new TextFault(this.#token, `${path}: expected a message in { }, found ${shown(this.#token)}`);
    this.#deeper(path);
    const message = emptyMessage(schema);
    this.#fields(message, schema, path, 'symbol', end, new Set());
    this.#advance();
    this.#depth--;
    return message;
  }

  /** Undefined if the token is no such value. Of strings all that stand next to each other are read. */
  #scalar(value: ValueSchema, token: Token, isNegative: boolean): unknown {
    if (value.kind === 'enum') return isNegative ? undefined : enumOf(token, value.numbers);
    if (value.kind === 'message') return undefined;
    const { type } = value;
    if (isInteger(type)) {
      if (token.kind !== 'integer') return undefined;
      return integerOf(type, isNegative ? -integerIn(token.text) : integerIn(token.text));
    }
    if (type === 'bool') return isNegative ? undefined : boolOf(token);
    if (type === 'string' || type === 'bytes') {
      if (isNegative || token.kind !== 'string') return undefined;
      return this.#texts(token, type);
    }
    const number = numberOf(token);
    return number === undefined || !isNegative ? number : -number;
  }

  #texts(first: Token, type: string): unknown {
    const parts: Buffer[] = [];
    while (this.#token.kind === 'string') {
      parts.push(this.#token.bytes);
      this.#advance();
    }
    const bytes = Buffer.concat(parts);
    if (type === 'bytes') return bytes;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new TextFault(first, 'the string is no UTF-8');
    }
  }

  /** Reads the value of a field that has no place in the schema. */
  #passOver(verdict: Unsupported, path: string, at: Place): void {
    if (verdict !== 'passed over') throw new TextFault(at, `${path}: ${verdict.refused}`);
    this.#takeIf(':');
    if (this.#token.kind === 'symbol' && this.#token.text === '[') this.#list(() => this.#skip(path));
    else this.#skip(path);
  }

  #skip(path: string): void {
    const end = this.#takeIf('{') ? '}' : this.#takeIf('<') ? '>' : undefined;
    if (end === undefined) {
      this.#takeIf('-');
      if (this.#token.kind === 'symbol' || this.#token.kind === 'end')
        throw this.#unexpected(`a value of '${path}'`);
      const isString = this.#token.kind === 'string';
      do this.#advance();
      while (isString && this.#token.kind === 'string');
      return;
    }
    this.#deeper(path);
    while (!this.#takeIf(end)) {
      const at = this.#token;
      const below = `${path}.${this.#fieldName(end)}`;
      this.#passOver(this.#unsupported.get(below) ?? 'passed over', below, at);
      this.#takeIf(',', ';');
    }
    this.#depth--;
  }

  #deeper(path: string): void {
    if (++this.#depth > maxDepth)
      throw new TextFault(this.#token, `${clip(path)}: is nested deeper than ${maxDepth} levels`);
  }

  #advance(): void {
    this.#token = this.#lexer.next();
  }

  #takeIf(...symbols: readonly string[]): boolean {
    if (this.#token.kind !== 'symbol' || !symbols.includes(this.#token.text)) return false;
    this.#advance();
    return true;
  }

  #unexpected(expected: string): TextFault {
    return new TextFault(this.#token, `expected ${expected}, found ${shown(this.#token)}`);
  }
}

const part = { repeated: false, keyType: undefined, oneof: undefined } as const;
function shown(token: Token): string {
  if (token.kind === 'end') return 'the end of the file';
  return token.kind === 'string' ? token.text : `'${clip(token.text)}'`;
}
