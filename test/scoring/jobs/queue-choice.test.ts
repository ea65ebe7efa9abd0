import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseQueues, type FollowedQueue } from '../../../services/scoring/jobs/worker/queue-choice.ts';

const queue = (followedAtMs: number, idleSinceMs?: number): FollowedQueue => ({ followedAtMs, idleSinceMs });

describe('which queues are followed', () => {
  it('those with jobs, while there is room', () => {
    expect(chooseQueues(new Map([['a', queue(0)]]), ['a', 'b', 'c'], 10, 3)).toEqual({
      follow: ['b', 'c'],
      drop: [],
    });
  });

  it('an idle one for a minute, and less where others wait for its place', () => {
    const followed = new Map([
      ['idle', queue(0, 1000)],
      ['busy', queue(0)],
    ]);
    expect(chooseQueues(followed, [], 60_999, 2)).toEqual({ follow: [], drop: [] });
    expect(chooseQueues(followed, [], 61_000, 2)).toEqual({ follow: [], drop: ['idle'] });
    expect(chooseQueues(followed, ['new'], 1001, 2)).toEqual({ follow: ['new'], drop: ['idle'] });
  });

  it('never more than may be, never the same twice, and each that waits within a few terms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), (max, queues) => {
        const names = Array.from({ length: queues }, (_, index) => `q${index}`);
        const followed = new Map<string, FollowedQueue>();
        const served = new Set<string>();
        const waitingSince: string[] = [...names];
        for (let now = 0; served.size < queues; now += 1000) {
          if (now > 6000 * (1 + queues / max)) throw new Error(`${queues - served.size} were never followed`);
          const { drop, follow } = chooseQueues(followed, waitingSince, now, max);
          for (const key of drop) {
            expect(followed.delete(key)).toBe(true);
            waitingSince.push(key);
          }
          for (const key of follow) {
            expect(followed.has(key)).toBe(false);
            followed.set(key, queue(now));
            served.add(key);
            waitingSince.splice(waitingSince.indexOf(key), 1);
          }
          expect(followed.size).toBeLessThanOrEqual(max);
        }
      }),
    );
  });
});
