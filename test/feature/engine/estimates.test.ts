import { expect, test } from 'vitest';
import { DistinctValues } from '../../../services/feature/engine/distinct-values.ts';
import { hashBytes } from '../../../services/feature/engine/value-hash.ts';

test.each([1_000, 10_000, 100_000])(
  '%d different values are estimated within five percent, as numbers and as texts',
  (count) => {
    for (const [, bytesOf] of [
      ['numbers', (value: number) => Buffer.from(new BigInt64Array([BigInt(value)]).buffer)],
      ['texts', (value: number) => Buffer.from(`value ${value}`)],
    ] as const) {
      const values = new DistinctValues();
      for (let value = 0; value < count; value++) values.add(hashBytes(bytesOf(value)));
      expect(Math.abs(values.count() / count - 1)).toBeLessThan(0.05);
    }
  },
);
