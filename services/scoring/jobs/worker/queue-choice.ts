/** A queue that is followed, by its key. */
export interface FollowedQueue {
  readonly followedAtMs: number;
  /** Since when nothing waits in it; undefined while something does. */
  readonly idleSinceMs: number | undefined;
}

export interface QueueChoice {
  readonly follow: readonly string[];
  readonly drop: readonly string[];
}

/** A queue is followed for so long after its last job, so that the next one is taken at once. */
const idleMs = 60_000;
/** Where there are more queues than can be followed, each has at least so long. */
const termMs = 5000;

/**
 * Which queues to follow and which to leave, so that those with jobs are followed, `max` of them at most and each in its turn: the idle ones make
 * room first, then those that were followed longest. Pure. `waiting` are the keys of queues that have jobs, those that waited longest first.
 */
export function chooseQueues(
  followed: ReadonlyMap<string, FollowedQueue>,
  waiting: readonly string[],
  nowMs: number,
  max: number,
): QueueChoice {
  const drop = new Set<string>();
  for (const [key, { idleSinceMs }] of followed)
    if (idleSinceMs !== undefined && nowMs - idleSinceMs >= idleMs) drop.add(key);
  const wanted = waiting.filter((key) => !followed.has(key));
  const mayLeave = [...followed]
    .filter(([key, queue]) => !drop.has(key) && (queue.idleSinceMs !== undefined || isOver(queue, nowMs)))
    .sort(([, one], [, other]) => leavesFirst(one, other))
    .map(([key]) => key);
  for (const key of mayLeave) {
    if (followed.size - drop.size + wanted.length <= max) break;
    drop.add(key);
  }
  const room = Math.max(0, max - (followed.size - drop.size));
  return { follow: wanted.slice(0, room), drop: [...drop] };
}

function isOver({ followedAtMs }: FollowedQueue, nowMs: number): boolean {
  return nowMs - followedAtMs >= termMs;
}

function leavesFirst(one: FollowedQueue, other: FollowedQueue): number {
  if ((one.idleSinceMs === undefined) !== (other.idleSinceMs === undefined))
    return one.idleSinceMs === undefined ? 1 : -1;
  return (one.idleSinceMs ?? one.followedAtMs) - (other.idleSinceMs ?? other.followedAtMs);
}
