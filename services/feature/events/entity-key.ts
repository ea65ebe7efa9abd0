import { createHash } from 'node:crypto';
import { maxKeyLength } from '../config.ts';

/** The key of the only row of a view without key fields. */
export const keylessKey = '*';

/** LMDB takes 1978 bytes and a UTF-16 unit has at most three; what is longer is stored under its hash. */
const maxStoredLength = 640;

/** Keys that the store and the wire would not tell apart: control characters and halves of surrogate pairs. */
const refusedCharacters = /[\p{Cc}\p{Cs}]/u;

/**
 * One string for the keys of an entity, different for different keys: a single key as it is; of several, each but the last
 * behind its length, so that ("a", "bc") and ("ab", "c") differ.
 */
export function joinKeys(keys: readonly string[]): string {
  let joined = '';
  for (let index = 0; index < keys.length - 1; index++) {
    const key = keys[index] ?? '';
    joined += `${key.length}:${key}`;
  }
  joined += keys[keys.length - 1] ?? keylessKey;
  return joined.length <= maxStoredLength ? joined : `#${createHash('sha256').update(joined).digest('hex')}`;
}

/** Why a text can't be a key, without the text; undefined if it can. */
export function keyFault(key: string): string | undefined {
  if (key === '') return 'is empty; a key has at least one character';
  if (key.length > maxKeyLength) return `has ${key.length} characters; a key has at most ${maxKeyLength}`;
  if (!isPlain(key) && refusedCharacters.test(key))
    return 'has a control character or half a surrogate pair; keys are printable text';
  return undefined;
}

/** Most keys are printable ASCII, and a loop over it is several times as fast as the expression. */
function isPlain(key: string): boolean {
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
