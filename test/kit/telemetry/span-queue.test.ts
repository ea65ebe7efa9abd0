import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Span } from '../../../services/kit/telemetry/span.ts';
import { SpanQueue } from '../../../services/kit/telemetry/span-queue.ts';

test('a queue gives back what it took, in order, and takes no more than its capacity', () => {
  const step = fc.oneof(fc.constant('push' as const), fc.nat(12));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
      const queue = new SpanQueue(capacity);
      const model: Span[] = [];
      for (const [i, one] of steps.entries()) {
        if (one === 'push') {
          const span = { name: String(i) } as Span;
          expect(queue.push(span)).toBe(model.length < capacity);
          if (model.length < capacity) model.push(span);
        } else {
          expect(queue.take(one)).toEqual(model.splice(0, one));
        }
        expect(queue.size).toBe(model.length);
      }
    }),
  );
});
