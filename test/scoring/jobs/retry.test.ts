import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { classOf, retryDelayMs, waitDelayMs } from '../../../services/scoring/jobs/worker/retry.ts';

const reasons = Object.keys(catalogue) as Reason[];

describe('what an error means for its job', () => {
  it('what a caller did wrong is never tried again', () => {
    const final: Reason[] = [
      'INVALID_REQUEST',
      'INPUT_OUT_OF_RANGE',
      'ENTITY_MISSING',
      'REQUEST_ID_CONFLICT',
      'FEATURE_ABSENT',
      'FEATURE_HISTORY_EXPIRED',
      'SUBJECT_ERASED',
      'ADMINISTRATOR_ONLY',
      'NOT_SUPPORTED',
      'MESSAGE_TOO_LARGE',
    ];
    for (const reason of final)
      expect([reason, classOf(new MeshError(reason, ''))]).toEqual([reason, 'final']);
  });

  it('overload and roles that are away are waited for; all else is tried again', () => {
    const classes = (given: Reason[]) => given.map((reason) => classOf(new MeshError(reason, '')));
    expect(classes(['QUEUE_FULL', 'DEADLINE_UNREACHABLE', 'ROLE_UNREACHABLE', 'AUDIT_DISK_FULL'])).toEqual([
      'wait',
      'wait',
      'wait',
      'wait',
    ]);
    expect(
      classes([
        'MODEL_NOT_FOUND',
        'MODEL_NOT_READY',
        'INFERENCE_FAILED',
        'INTERNAL',
        'EXECUTOR_LOST',
        'STATE_CORRUPT',
      ]),
    ).toEqual(['retry', 'retry', 'retry', 'retry', 'retry', 'retry']);
  });

  it('waits with full jitter, doubling up to a limit, and not before the error says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...reasons),
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
        (reason, attempt, drawn, retryAfterMs) => {
          const error = new MeshError(reason, '', retryAfterMs === undefined ? {} : { retryAfterMs });
          const delay = retryDelayMs(error, attempt, () => drawn);
          expect(delay).toBeLessThanOrEqual(60_000);
          expect(delay).toBeGreaterThanOrEqual(Math.min(retryAfterMs ?? 0, 60_000));
          expect(delay).toBeGreaterThanOrEqual(Math.min(60_000, 500 * 2 ** (attempt - 1)) * drawn);
          expect(waitDelayMs(error, attempt, () => drawn)).toBeLessThanOrEqual(2000);
        },
      ),
    );
    const delays = [1, 2, 3, 9, 50].map((attempt) =>
      retryDelayMs(new MeshError('INTERNAL', ''), attempt, () => 0.5),
    );
    expect(delays).toEqual([250, 500, 1000, 30_000, 30_000]);
  });
});
