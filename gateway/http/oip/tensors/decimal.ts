/** No integer datatype reaches further. */
const beyond = 10n ** 20n;
const mostDigits = 20;
/** More than any double or integer needs, and little enough for a regular expression. */
const longestToken = 2000;

/**
 * The exact integer that a JSON number stands for, whichever way it is written ("12", "1.2e1", "120e-1"); undefined if it has a
 * fraction, or is longer than 2000 characters. What is beyond 10^20 either way is told as 10^20.
 */
export function integerOf(token: string): bigint | undefined {
  if (token.length > longestToken) return undefined;
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(token);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const all = whole + fraction;
  let first = 0;
  while (all.charCodeAt(first) === 0x30) first++;
  let last = all.length;
  while (last > first && all.charCodeAt(last - 1) === 0x30) last--;
  if (first === last) return 0n;
  const zeros = Number(power) - fraction.length + (all.length - last);
  if (zeros < 0) return undefined;
  const magnitude =
    last - first + zeros > mostDigits ? beyond : BigInt(all.slice(first, last)) * 10n ** BigInt(zeros);
  return sign === '-' ? -magnitude : magnitude;
}
