import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withinDeadline } from '../../../services/inference/lifecycle/own-deadline.ts';
import { type Call, cancelledByCaller } from '../../../services/kit/contract/call.ts';
import { DeadlineWatch } from '../../../services/kit/contract/deadline-watch.ts';
import { newCall } from '../mesh-parts.ts';

let watch: DeadlineWatch;
beforeEach(() => {
  watch = new DeadlineWatch();
});
afterEach(() => watch.close());

/** Work that takes for ever. */
const untilCancelled = (call: Call): Promise<never> =>
  new Promise((_, reject) => void call.cancellation.onCancel(reject));

describe('work within a deadline of its own', () => {
  it('is given up when it passes, and the call is not', async () => {
    const call = newCall();
    const deadline = performance.now() + 20;
    await expect(withinDeadline(call, deadline, watch, untilCancelled)).rejects.toMatchObject({
      reason: 'DEADLINE_PASSED_WAITING',
    });
    expect(performance.now()).toBeGreaterThanOrEqual(deadline);
    expect(call.cancellation.error).toBeUndefined();
  });

  it('is given up with its call, and tells what it does by when', async () => {
    const call = newCall();
    const deadline = performance.now() + 5000;
    let told = 0;
    const work = withinDeadline(call, deadline, watch, (asked) => {
      told = asked.deadline;
      return untilCancelled(asked);
    });
    call.cancellation.cancel(cancelledByCaller());
    await expect(work).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    expect(told).toBe(deadline);
  });

  it('answers what it comes to', async () => {
    expect(await withinDeadline(newCall(), performance.now() + 5000, watch, async () => 7)).toBe(7);
  });
});
