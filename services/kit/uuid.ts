import { randomFillSync } from 'node:crypto';

/** Random bytes drawn from the system at once; a call a UUID would cost a microsecond each. */
const poolBytes = 4096;
const randomBytesEach = 8;
/** How far ids may run ahead of the clock. */
const maxLeadMs = 10_000;

/**
 * A source of UUIDs version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then a 12-bit counter that keeps those of one
 * millisecond in order, then 62 random bits. Ids of one source ascend as text, but
 * for a clock that is set back by more than ten seconds: their times are followed by whoever looks for records of a time.
 */
export function createUuids(now: () => number = Date.now): () => string {
  const pool = Buffer.alloc(poolBytes);
  let used = poolBytes;
  let lastMs = 0;
  let counter = 0;
  /** The text of lastMs, which many ids share. */
  let time = '';
  const turnTo = (ms: number): void => {
    const digits = ms.toString(16).padStart(12, '0');
    time = `${digits.slice(0, 8)}-${digits.slice(8)}-`;
    lastMs = ms;
  };

  return () => {
    const ms = now();
    if (ms > lastMs || ms < lastMs - maxLeadMs) {
      turnTo(ms);
      counter = 0;
    } else if (++counter > 0xfff) {
      // More than 4096 in a millisecond, or the clock went back a little: run ahead of it.
      turnTo(lastMs + 1);
      counter = 0;
    }
    if (used + randomBytesEach > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    const variant = (0x8000 | (pool.readUInt16BE(used) & 0x3fff)).toString(16);
    const tail = pool.toString('hex', used + 2, used + randomBytesEach);
    used += randomBytesEach;
    return `${time}${(0x7000 | counter).toString(16)}-${variant}-${tail}`;
  };
}

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return pattern.test(text);
}
