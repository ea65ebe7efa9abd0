import type { Bus } from '../../../kit/bus/bus.ts';
import type { Delivery } from '../../../kit/bus/delivery.ts';
import { isMeshError } from '../../../kit/errors/mesh-error.ts';
import { jobsStream } from '../job-names.ts';

/**
 * Removes the messages of jobs that have ended for good where their queue may be full. A nats-server that is killed has messages again whose
 * acknowledgements were some seconds old (2.9), and as it starts it removes from a queue that has more than its bound then, oldest first:
 * jobs that wait to be tried again would be lost for jobs that are done. An erased message does not come back. It costs a request a job and
 * five times the work of the server, so queues that are far from full do without.
 */
export function createRelease(
  bus: Bus,
  isCrowded: (subject: string) => boolean,
): (delivery: Delivery) => Promise<void> | undefined {
  const erase = async (sequence: number): Promise<void> => {
    try {
      await bus.stored.erase(jobsStream, sequence);
    } catch (error) {
      // It is acknowledged all the same.
      if (!isMeshError(error)) throw error;
    }
  };
  return ({ sequence, subject }) => (isCrowded(subject) ? erase(sequence) : undefined);
}
