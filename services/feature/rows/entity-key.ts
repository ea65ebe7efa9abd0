import { createHash } from 'node:crypto';

/** The key of the only row of a view without key fields. */
export const keylessKey = '*';

/** LMDB takes 1978 bytes and a UTF-16 unit has at most three; what is longer is stored under its hash. */
const maxStoredLength = 640;

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
