import type { Bus } from '../../kit/bus/bus.ts';
import { queueSubject } from './job-names.ts';

/** Tells workers of queues that they may not follow yet. */
export interface Notices {
  /** A job waits in this queue. */
  jobWaits(lane: string, tenant: string): void;
}

/** A worker keeps following a queue for a minute after its last job; it finds others by itself within a second or two. */
const everyMs = 10_000;
const maxQueues = 10_000;

/** Each queue is told of once in ten seconds at most. A notice that is lost costs a second. */
export function createNotices(bus: Bus, now: () => number = () => performance.now()): Notices {
  const toldAt = new Map<string, number>();
  const nothing = new Uint8Array(0);
  return {
    jobWaits: (lane, tenant) => {
      const subject = queueSubject(lane, tenant);
      const last = toldAt.get(subject);
      if (last !== undefined && now() - last < everyMs) return;
      toldAt.delete(subject);
      toldAt.set(subject, now());
      const [oldest] = toldAt.keys();
      if (toldAt.size > maxQueues && oldest !== undefined) toldAt.delete(oldest);
      try {
        bus.publishCore(subject, nothing);
      } catch {
        // Workers look by themselves.
      }
    },
  };
}
