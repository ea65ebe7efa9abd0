import { type Call, Cancellation } from '../../kit/contract/call.ts';
import type { DeadlineWatch, Expiring } from '../../kit/contract/deadline-watch.ts';

/** Does the work for a call that is given up at `deadline`, which is before the call's own, within 5 ms. */
export async function withinDeadline<T>(
  call: Call,
  deadline: number,
  watch: DeadlineWatch,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  const cancellation = new Cancellation();
  const forget = call.cancellation.onCancel((error) => cancellation.cancel(error));
  const expiring: Expiring = { deadline, expire: (error) => cancellation.cancel(error) };
  watch.add(expiring);
  try {
    return await work({ ...call, deadline, cancellation });
  } finally {
    watch.delete(expiring);
    forget();
  }
}
