import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSampler } from '../../../services/kit/telemetry/sampler.ts';
import { createTraceIds } from '../../../services/kit/telemetry/trace-ids.ts';

const traceIds = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });

describe('a sampler', () => {
  test('takes about its ratio of many random traces', () => {
    const ids = createTraceIds();
    const many = Array.from({ length: 100_000 }, () => ids.traceId());
    for (const ratio of [0.001, 0.1, 0.5, 0.9]) {
      const sample = createSampler({ parentBased: false, ratio });
      const taken = many.filter((id) => sample(id, undefined)).length / many.length;
      // Seven standard deviations.
      expect(Math.abs(taken - ratio)).toBeLessThan(7 * Math.sqrt((ratio * (1 - ratio)) / many.length));
    }
  });

  test('takes at a higher ratio whatever it takes at a lower one', () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(traceIds, ratio, ratio, (id, a, b) => {
        const low = createSampler({ parentBased: false, ratio: Math.min(a, b) });
        const high = createSampler({ parentBased: false, ratio: Math.max(a, b) });
        if (low(id, undefined)) expect(high(id, undefined)).toBe(true);
      }),
    );
  });

  test('takes all at ratio 1 and none at ratio 0, whatever the id', () => {
    fc.assert(
      fc.property(fc.oneof(traceIds, fc.constant('f'.repeat(32)), fc.constant('0'.repeat(32))), (id) => {
        expect(createSampler({ parentBased: false, ratio: 1 })(id, undefined)).toBe(true);
        expect(createSampler({ parentBased: false, ratio: 0 })(id, undefined)).toBe(false);
      }),
    );
  });

  test('based on the parent, does as the caller did', () => {
    fc.assert(
      fc.property(traceIds, fc.boolean(), fc.constantFrom(0, 0.5, 1), (id, caller, ratio) => {
        expect(createSampler({ parentBased: true, ratio })(id, caller)).toBe(caller);
      }),
    );
  });

  test('not based on the parent, does as it would without a caller', () => {
    fc.assert(
      fc.property(traceIds, fc.boolean(), fc.constantFrom(0, 0.5, 1), (id, caller, ratio) => {
        const sample = createSampler({ parentBased: false, ratio });
        expect(sample(id, caller)).toBe(sample(id, undefined));
      }),
    );
  });
});

test('ids are lower-case hex of the right length, not zero, and do not repeat', () => {
  const ids = createTraceIds();
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const trace = ids.traceId();
    const span = ids.spanId();
    expect(trace).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(span).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
    seen.add(trace).add(span);
  }
  expect(seen.size).toBe(40_000);
});
