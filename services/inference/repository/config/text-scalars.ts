import type { Token } from './text-lexer.ts';

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  True: true,
  t: true,
  false: false,
  False: false,
  f: false,
};
const notFinite: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
};

export function boolOf({ kind, text }: Token): boolean | undefined {
  if (kind === 'name') return Object.hasOwn(truths, text) ? truths[text] : undefined;
  if (kind !== 'integer') return undefined;
  const number = integerIn(text);
  return number > 1n ? undefined : number === 1n;
}

export function enumOf({ kind, text }: Token, numbers: ReadonlyMap<string, number>): string | undefined {
  if (kind === 'name') return numbers.has(text) ? text : undefined;
  if (kind !== 'integer') return undefined;
  const wanted = integerIn(text);
  return [...numbers].find(([, number]) => BigInt(number) === wanted)?.[0];
}

/** Octal and hexadecimal numbers are for integers only. */
export function numberOf({ kind, text }: Token): number | undefined {
  if (kind === 'name') {
    const name = text.toLowerCase();
    return Object.hasOwn(notFinite, name) ? notFinite[name] : undefined;
  }
  if (kind === 'float') return Number(text.replace(/[fF]$/, ''));
  return kind === 'integer' && (text === '0' || !text.startsWith('0')) ? Number(text) : undefined;
}

// More digits than any integer has; reading thousands of them would take long.
const maxDigits = 30;

export function integerIn(text: string): bigint {
  const octal = /^0[0-7]+$/.test(text);
  const digits = (octal ? text.slice(1) : text.replace(/^0[xX]/, '')).replace(/^0+(?=.)/, '');
  if (digits.length > maxDigits) return 2n ** 100n;
  if (octal) return BigInt(`0o${digits}`);
  return BigInt(/^0[xX]/.test(text) ? `0x${digits}` : digits);
}
