import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QuarantineRoom } from '../../../services/feature/ingest/quarantine-room.ts';
import { retryDelayMs } from '../../../services/feature/ingest/retry-delay.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { arrival } from '../arrivals.ts';

const minuteMs = 60_000;
const attempts = fc.integer({ min: 1, max: 1_000_000 });
const moments = fc.integer({ min: 0, max: 4e12 });

/** What a message meets that finds the quarantine full. */
function fullQuarantine(): MeshError {
  try {
    const room = new QuarantineRoom(0, () => true);
    room.take([{ event: arrival('a'), rejections: [], receivedAt: 0 }]);
  } catch (error) {
    return error as MeshError;
  }
  throw new Error('it had room');
}

test('a message that can not be stored comes again after at most a minute, later with each attempt', () => {
  const busy = new MeshError('QUEUE_FULL', 'full', { retryAfterMs: 100 });
  const failed = new MeshError('FEATURE_STORE_UNREACHABLE', 'gone');
  fc.assert(
    fc.property(attempts, moments, (attempt, nowMs) => {
      for (const [error, baseMs] of [
        [busy, 100],
        [failed, 1000],
      ] as const) {
        const longestMs = Math.min(baseMs * 2 ** Math.min(attempt - 1, 10), minuteMs);
        const delayMs = retryDelayMs(error, attempt, nowMs);
        expect(delayMs).toBeGreaterThanOrEqual(longestMs / 2);
        expect(delayMs).toBeLessThanOrEqual(longestMs);
      }
    }),
  );
});

test('a message that finds the quarantine full comes again with others, after at most ten minutes', () => {
  const full = fullQuarantine();
  fc.assert(
    fc.property(attempts, moments, (attempt, nowMs) => {
      const delayMs = retryDelayMs(full, attempt, nowMs);
      const longestMs = Math.min(minuteMs / 2 ** (2 - Math.min(attempt, 10)), 10 * minuteMs);
      expect((nowMs + delayMs) % 10_000).toBe(0);
      expect(delayMs).toBeGreaterThan(longestMs / 2 - 10_000);
      expect(delayMs).toBeLessThanOrEqual(longestMs);
    }),
  );
});
