/** The bytes of a standard Base 64 text (RFC 4648 section 4); undefined unless it is the one text of those bytes. */
export function bytesOfBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** A decimal number without leading zeros that a double holds exactly; undefined for anything else. */
export function numberOfDecimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

// Unicode White_Space (Go's unicode.IsSpace among it), the byte order mark, and the control characters.
const notInName =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff+]|\p{Surrogate}/u;

/** Whether a text can be the name of a key (c2sp.org/signed-note). */
export function isKeyName(text: string): boolean {
  return text !== '' && text.length <= 255 && !notInName.test(text);
}
