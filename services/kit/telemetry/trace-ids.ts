import { randomFillSync } from 'node:crypto';

/** Makes random ids as hex digits, never all zero. About 25 ns each: the random bytes are drawn and spelt in bulk. */
export interface TraceIds {
  /** 32 hex digits. */
  traceId(): string;
  /** 16 hex digits. */
  spanId(): string;
}

const poolBytes = 16 * 1024;
/** Spelt at once. An id may be a slice that keeps all of this alive, hence not more. */
const spellBytes = 512;

export function createTraceIds(): TraceIds {
  const pool = Buffer.alloc(poolBytes);
  let poolUsed = poolBytes;
  let digits = '';
  let digitsUsed = 0;

  const take = (length: number): string => {
    if (digitsUsed + length > digits.length) {
      if (poolUsed === poolBytes) {
        randomFillSync(pool);
        poolUsed = 0;
      }
      digits = pool.toString('hex', poolUsed, poolUsed + spellBytes);
      poolUsed += spellBytes;
      digitsUsed = 0;
    }
    const id = digits.slice(digitsUsed, digitsUsed + length);
    digitsUsed += length;
    return id;
  };
  const takeNonZero = (length: number, zero: string): string => {
    let id = take(length);
    while (id === zero) id = take(length);
    return id;
  };

  return {
    traceId: () => takeNonZero(32, zeroTrace),
    spanId: () => takeNonZero(16, zeroSpan),
  };
}

const zeroTrace = '0'.repeat(32);
const zeroSpan = '0'.repeat(16);
