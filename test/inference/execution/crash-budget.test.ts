import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterCrash, crashBudget } from '../../../services/inference/execution/crash-budget.ts';

describe('after a crash', () => {
  it('the next start is twice as far away each time, up to a limit', () => {
    const budget = { crashes: 9, windowMs: 1000, restartMs: 10, maxRestartMs: 50 };
    const waits = [1, 2, 3, 4, 5].map((count) =>
      afterCrash(
        Array.from({ length: count }, (_, i) => i),
        budget,
      ),
    );
    expect(waits).toEqual([{ inMs: 10 }, { inMs: 20 }, { inMs: 40 }, { inMs: 50 }, { inMs: 50 }]);
  });

  it('it is given up exactly if more crashes than the budget lie within the window', () => {
    const moments = fc
      .array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 12 })
      .map((values) => values.sort((a, b) => a - b));
    fc.assert(
      fc.property(moments, (crashedAt) => {
        const last = crashedAt.at(-1)!;
        const recent = crashedAt.filter((at) => at > last - crashBudget.windowMs);
        expect(afterCrash(crashedAt, crashBudget) === 'give up').toBe(recent.length > crashBudget.crashes);
      }),
    );
  });
});
