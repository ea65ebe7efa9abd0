import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditContract, scoringContract } from '../../../services/contracts.ts';
import type { Reason } from '../../../services/kit/errors/catalogue.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { backoffMs, createRetryBudget, waitBeforeRetry } from '../../../services/kit/rpc/retry.ts';
import type { Transport } from '../../../services/kit/rpc/transport.ts';
import { recordResponse, scoreRequest } from './echo.ts';
import { errorOf, newCall } from './processes.ts';
import { createRecorder } from './recorder.ts';

describe('a retry budget', () => {
  it('allows retries of a tenth of the calls beyond its reserve, and four tries of one call', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 3000 }), (events) => {
        const budget = createRetryBudget();
        let calls = 0;
        let retries = 0;
        for (const isCall of events) {
          if (isCall) {
            calls += 1;
            budget.countCall();
          } else if (budget.takeRetry(1)) retries += 1;
        }
        expect(retries).toBeLessThanOrEqual(256 + calls / 10 + 1);
        expect(budget.takeRetry(4)).toBe(false);
      }),
    );
  });
});

describe('a backoff', () => {
  it('is from nothing to a bound that doubles up to half a second', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (tries, random) => {
          const waitMs = backoffMs(tries, () => random);
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(Math.min(500, 25 * 2 ** tries));
        },
      ),
    );
  });

  it('does not wait beyond the deadline, nor for a caller that is gone', async () => {
    expect(await waitBeforeRetry(1, 1000, newCall(), 2000)).toBe(false);
    const call = newCall();
    const waiting = waitBeforeRetry(1, 100_000, call, 50_000);
    call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
    expect(await waiting).toBe(false);
    expect(await waitBeforeRetry(1, 100_000, call, 50_000)).toBe(false);
    expect(await waitBeforeRetry(1, 1000, newCall())).toBe(true);
  });
});

describe('a client', () => {
  function flaky(reason: Reason, failures: number) {
    let tries = 0;
    const transport: Transport = {
      unary: async () => {
        if (tries++ < failures) throw new MeshError(reason, 'failed');
        return recordResponse('found');
      },
      serverStream: () => {
        throw new Error('unused');
      },
      bidi: () => {
        throw new Error('unused');
      },
    };
    const { instruments, spans } = createRecorder();
    return {
      audit: createClient(auditContract, transport, instruments),
      scoring: createClient(scoringContract, transport, instruments),
      tries: () => tries,
      spans,
    };
  }
  const byId = { recordId: 'x', idempotencyKey: '' };

  it('tries an idempotent method again after ROLE_UNREACHABLE, at most three times', async () => {
    const once = flaky('ROLE_UNREACHABLE', 1);
    expect((await once.audit.GetRecord(byId, newCall())).entry.toString()).toBe('found');
    expect(once.tries()).toBe(2);
    const dead = flaky('ROLE_UNREACHABLE', 100);
    expect(await errorOf(dead.audit.GetRecord(byId, newCall()))).toMatchObject({
      reason: 'ROLE_UNREACHABLE',
    });
    expect(dead.tries()).toBe(4);
  });

  it.each(['AUDIT_DISK_FULL', 'MODEL_NOT_READY', 'QUEUE_FULL', 'INTERNAL', 'DEADLINE_PAST'] as const)(
    'takes %s for an answer',
    async (reason) => {
      const { audit, tries } = flaky(reason, 1);
      expect(await errorOf(audit.GetRecord(byId, newCall()))).toMatchObject({ reason });
      expect(tries()).toBe(1);
    },
  );

  it('never tries another method again', async () => {
    const { scoring, tries } = flaky('ROLE_UNREACHABLE', 1);
    await errorOf(scoring.Score(scoreRequest(), newCall()));
    expect(tries()).toBe(1);
  });

  it('ends its span with the outcome, once for all tries', async () => {
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: '' };
    const { audit, spans } = flaky('ROLE_UNREACHABLE', 1);
    await audit.GetRecord(byId, { ...newCall(), trace });
    expect(spans).toMatchObject([{ attributes: { 'rpc.status_code': 'OK' }, error: undefined }]);
    const failing = flaky('QUEUE_FULL', 1);
    await errorOf(failing.audit.GetRecord(byId, { ...newCall(), trace }));
    expect(failing.spans).toMatchObject([
      { attributes: { 'rpc.status_code': 'RESOURCE_EXHAUSTED' }, error: 'failed' },
    ]);
  });
});
