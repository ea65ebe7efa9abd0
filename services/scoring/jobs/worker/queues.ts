import { hash } from 'node:crypto';
import type { Bus } from '../../../kit/bus/bus.ts';
import type { Consumption } from '../../../kit/bus/consumption.ts';
import type { Delivery } from '../../../kit/bus/delivery.ts';
import type { ConsumerSpec } from '../../../kit/bus/stream.ts';
import type { Log } from '../../../kit/log/log.ts';
import { jobsStream, type Lane, lanes, queueSubject } from '../job-names.ts';
import { tenantPattern } from '../job-reference.ts';
import { chooseQueues } from './queue-choice.ts';
import { createQueueLooks, crowdedRoom, type SeenQueues } from './queue-looks.ts';

export interface QueuesConfig {
  /** An unacknowledged job is delivered again after this long. */
  readonly ackWaitMs: number;
  /** Jobs that this process holds, over all queues: those that run and those that wait for their turn. */
  readonly held: number;
  readonly stopGraceMs: number;
  readonly maxFollowed?: number;
  readonly pollMs?: number;
}

/** The queues of the stream of jobs, one for each lane and tenant. */
export interface Queues {
  /** Looks for queues from now on; called each time when the streams are there. */
  start(): void;
  /** Takes nothing more and hands back what is not settled in time. */
  stop(): Promise<void>;
  /** Jobs that wait or are being scored, by lane and tenant, as of the last look. */
  depths(): ReadonlyMap<string, number>;
  /** Whether so many jobs have the subject that it may be full soon. */
  isCrowded(subject: string): boolean;
  /** When JetStream took the oldest of them; undefined if none waits. Some seconds old. */
  oldestTakenAtMs(lane: Lane): number | undefined;
  /** How many are followed. */
  followed(): number;
}

const maxFollowed = 300;
const pollMs = 1000;
/** Ages are looked at every so many looks: each costs a request with a job in its answer. */
const looksPerAge = 5;
/** What is asked for of a queue where there are many. */
const minWindow = 4;
/** Over all workers; jobs that wait to be tried again count. */
const maxAckPending = 20_000;
/** A consumer that no worker follows is forgotten, with the numbers of its deliveries. */
const inactiveMs = 6 * 3_600_000;

interface Followed {
  readonly consumption: Consumption;
  readonly followedAtMs: number;
  idleSinceMs: number | undefined;
}

/**
 * Follows the queues that have jobs: a JetStream consumer for each, so that no tenant's queue stands before another's. They are found by looking at
 * the stream each second, and at once where a gateway says that a job waits.
 */
export function createQueues(
  config: QueuesConfig,
  { bus, log }: { readonly bus: Bus; readonly log: Log },
  handle: (delivery: Delivery) => Promise<void>,
): Queues {
  const followed = new Map<string, Followed>();
  const leaving = new Set<Consumption>();
  /** When each queue that waits to be followed was seen first. */
  const unserved = new Map<string, number>();
  let seen: SeenQueues = { counts: new Map(), crowded: new Set(), bound: 0 };
  const nextLook = createQueueLooks(bus);
  const oldest = new Map<Lane, number | undefined>();
  let looks = 0;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let said = '';
  const limit = config.maxFollowed ?? maxFollowed;

  const busy = (): number => {
    let found = 0;
    for (const { idleSinceMs } of followed.values()) if (idleSinceMs === undefined) found += 1;
    return found;
  };
  const window = (): number => Math.max(minWindow, Math.floor(config.held / Math.max(1, busy())));

  const follow = (key: string): void => {
    const [lane = '', tenant = ''] = laneAndTenant(key);
    unserved.delete(key);
    followed.set(key, {
      consumption: bus.consume(consumerOf(lane, tenant, config.ackWaitMs), handle, {
        concurrency: config.held,
        // Not of each tenant.
        metricName: `jobs-${lane}`,
        window,
        stopGraceMs: config.stopGraceMs,
      }),
      followedAtMs: performance.now(),
      idleSinceMs: undefined,
    });
  };
  const leave = (key: string): void => {
    const consumption = followed.get(key)?.consumption;
    followed.delete(key);
    if (consumption === undefined) return;
    leaving.add(consumption);
    void consumption.finish().finally(() => leaving.delete(consumption));
  };

  const choose = (waiting: Iterable<string>): void => {
    const now = performance.now();
    for (const key of waiting) if (!followed.has(key) && !unserved.has(key)) unserved.set(key, now);
    const { drop, follow: chosen } = chooseQueues(followed, [...unserved.keys()], now, limit);
    for (const key of drop) leave(key);
    for (const key of chosen) follow(key);
  };

  const look = async (): Promise<void> => {
    const { found, whole } = await nextLook();
    if (isStopped) return;
    choose(found);
    if (whole === undefined) return;
    seen = whole;
    const { counts } = whole;
    const now = performance.now();
    for (const [key, queue] of followed)
      queue.idleSinceMs = counts.has(key) ? undefined : (queue.idleSinceMs ?? now);
    for (const key of unserved.keys()) if (!counts.has(key)) unserved.delete(key);
    looks += 1;
    if (looks % looksPerAge !== 1) return;
    for (const lane of lanes) {
      const isEmpty = ![...counts.keys()].some((key) => key.startsWith(`${lane}.`));
      const first = isEmpty ? undefined : await bus.stored.next(jobsStream, `scoremesh.jobs.${lane}.>`, 1);
      oldest.set(lane, first?.takenAtMs);
    }
  };

  let looking = false;
  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (looking || isStopped) return;
    looking = true;
    try {
      await look();
      said = '';
    } catch (error) {
      const message = (error as Error).message;
      // That there is no connection the bus tells itself.
      if (message !== said && bus.state() === 'connected')
        log.warn('the queues of jobs can not be looked at; trying on', { error });
      said = message;
    }
    looking = false;
    if (!isStopped) timer = setTimeout(() => void poll(), config.pollMs ?? pollMs).unref();
  };

  let stopListening: (() => void) | undefined;
  return {
    start: () => {
      if (isStopped) return;
      stopListening ??= bus.listen(queueSubject('*', '*'), {
        onMessage: ({ subject }) => {
          const [, , lane = '', tenant = ''] = subject.split('.');
          if (!isStopped) choose([`${lane}.${tenant}`]);
        },
      });
      void poll();
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      stopListening?.();
      const all = [...leaving, ...[...followed.values()].map(({ consumption }) => consumption)];
      followed.clear();
      await Promise.all(all.map((consumption) => consumption.stop()));
    },
    depths: () => seen.counts,
    isCrowded: (subject) => seen.bound < crowdedRoom || seen.crowded.has(subject),
    oldestTakenAtMs: (lane) => oldest.get(lane),
    followed: () => followed.size,
  };
}

/** Lane and tenant of a queue's key. */
export function laneAndTenant(key: string): [lane: string, tenant: string] {
  const at = key.indexOf('.');
  return [key.slice(0, at), key.slice(at + 1)];
}

function consumerOf(lane: string, tenant: string, ackWaitMs: number): ConsumerSpec {
  // JetStream takes fewer names of consumers than producers can put into a subject; the jobs of such a tenant fail with the reason.
  const name = tenantPattern.test(tenant) ? tenant : `x${hash('sha256', tenant).slice(0, 32)}`;
  return {
    stream: jobsStream,
    name: `jobs-${lane}-${name}`,
    filterSubject: `scoremesh.jobs.${lane}.${tenant}.>`,
    ackWaitMs,
    // The worker counts: a message that the server had given up would lie in the stream.
    maxDeliver: -1,
    maxAckPending,
    inactiveMs,
  };
}
