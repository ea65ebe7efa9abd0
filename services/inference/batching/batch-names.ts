import { randomBytes } from 'node:crypto';

const prefixBytes = 9;

/** Names for batches, short and unlike any other's anywhere: a random prefix and a count. */
export function createBatchNames(): () => string {
  const prefix = randomBytes(prefixBytes).toString('base64url');
  let count = 0;
  return () => `${prefix}-${(count++).toString(36)}`;
}
