import fc from 'fast-check';
import type {
  FieldSchema,
  MessageSchema,
  ValueSchema,
} from '../../../../services/kit/wire/message-schema.ts';

type Message = Record<string, unknown>;

const widths: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** Complete messages of a type, as generated types have them. */
export function anyMessage(schema: MessageSchema): fc.Arbitrary<Message> {
  const oneofs = new Map<string, FieldSchema[]>();
  const plain: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of schema.fields.values()) {
    if (field.oneof === undefined) plain[field.name] = anyField(field);
    else oneofs.set(field.oneof, [...(oneofs.get(field.oneof) ?? []), field]);
  }
  const choices = [...oneofs].map(([oneof, members]) =>
    fc.oneof(
      fc.constant({}),
      ...members.map((field) =>
        anyValue(field.value).map((value) => ({ [field.name]: value, [oneof]: field.name })),
      ),
    ),
  );
  return fc.tuple(fc.record(plain), ...choices).map((parts) => Object.assign({}, ...parts));
}

function anyField({ keyType, repeated, value }: FieldSchema): fc.Arbitrary<unknown> {
  if (keyType !== undefined) {
    const key =
      keyType === 'string' ? fc.string({ unit: 'binary' }) : fc.bigInt(0n, 2n ** 64n - 1n).map(String);
    return fc
      .array(fc.tuple(key, anyValue(value)), { maxLength: 3 })
      .map((entries) => Object.fromEntries(entries.filter(([name]) => name !== '__proto__')));
  }
  if (repeated) return fc.array(anyValue(value), { maxLength: 3 });
  return value.kind === 'message' ? fc.option(anyValue(value)) : anyValue(value);
}

function anyValue(value: ValueSchema): fc.Arbitrary<unknown> {
  if (value.kind === 'message') return anyMessage(value.message);
  if (value.kind === 'enum') return fc.constantFrom(...value.numbers.keys());
  if (value.type === 'bool') return fc.boolean();
  if (value.type === 'string') return fc.string({ unit: 'binary' });
  const [low, high] = widths[value.type]!;
  return fc.bigInt(low, high).map((number) => (high > 2n ** 33n ? String(number) : Number(number)));
}

/** A choice of how to write something, from 0. */
export type Style = (choices: number) => number;

/** The text format of a message, in one of the many ways to write it. */
export function printText(message: Message, schema: MessageSchema, style: Style): string {
  const parts: string[] = [];
  for (const field of schema.fields.values()) {
    const { keyType, name, protoName, repeated, value } = field;
    const held = message[name];
    if (held === undefined || held === null) continue;
    if (keyType !== undefined)
      for (const [key, entry] of Object.entries(held)) {
        const open = style(2) === 0;
        const keyText = keyType === 'string' ? quoted(key, style) : key;
        const entryText = `key: ${keyText}${separator(style)} value${colon(value, style)}${printed(entry, value, style)}`;
        parts.push(`${protoName}${style(2) ? ':' : ''} ${open ? '{' : '<'} ${entryText} ${open ? '}' : '>'}`);
      }
    else if (!repeated) parts.push(`${protoName}${colon(value, style)}${printed(held, value, style)}`);
    else if (style(2) === 0)
      for (const item of held as unknown[])
        parts.push(`${protoName}${colon(value, style)}${printed(item, value, style)}`);
    else
      parts.push(
        `${protoName}: [${(held as unknown[]).map((item) => printed(item, value, style)).join(', # item\n')}]`,
      );
  }
  return parts.map((part) => `${part}${separator(style)}\n`).join(style(2) ? '  # a comment: { " \n' : '');
}

function printed(held: unknown, value: ValueSchema, style: Style): string {
  if (value.kind === 'message') {
    const [open, close] = style(2) ? '{}' : '<>';
    return `${open}\n${printText(held as Message, value.message, style)}${close}`;
  }
  if (value.kind === 'enum') return style(2) ? String(held) : String(value.numbers.get(String(held)));
  if (value.type === 'bool')
    return (held ? ['true', 'True', 't', '1', '0x1', '01'] : ['false', 'False', 'f', '0', '0x0', '00'])[
      style(6)
    ]!;
  if (value.type === 'string') return quoted(String(held), style);
  const number = BigInt(held as string);
  const size = number < 0n ? -number : number;
  const sign = number < 0n ? ['-', '- '][style(2)] : '';
  return `${sign}${[size, `0x${size.toString(16)}`, `0${size === 0n ? '' : size.toString(8)}`][style(3)]}`;
}

function quoted(text: string, style: Style): string {
  const quote = style(2) ? '"' : "'";
  let written = quote;
  for (const byte of Buffer.from(text)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x22 && byte !== 0x27;
    if (plain) written += String.fromCharCode(byte);
    else
      written += [`\\x${byte.toString(16).padStart(2, '0')}`, `\\${byte.toString(8).padStart(3, '0')}`][
        style(2)
      ];
    // A hexadecimal escape takes up to two digits; a new string ends it for sure.
    if (style(12) === 0) written += `${quote} # more\n ${quote}`;
  }
  return written + quote;
}

function colon({ kind }: ValueSchema, style: Style): string {
  return kind === 'message' && style(2) ? ' ' : ': ';
}

function separator(style: Style): string {
  return [';', ',', ''][style(3)]!;
}
