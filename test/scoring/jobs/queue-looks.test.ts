import { describe, expect, it } from 'vitest';
import type { Bus } from '../../../services/kit/bus/bus.ts';
import { createQueueLooks, crowdedRoom } from '../../../services/scoring/jobs/worker/queue-looks.ts';

/** A stream of these subjects, of which JetStream lists `page` at a time. */
function storedWith(
  subjects: readonly (readonly [string, number])[],
  page: number,
  bound?: number,
): Pick<Bus, 'stored'> {
  const stored: Pick<Bus['stored'], 'subjectsFrom' | 'maxPerSubject'> = {
    maxPerSubject: async () => bound,
    subjectsFrom: async (_stream, _filter, from) => ({
      subjects: new Map(subjects.slice(from, from + page)),
      next: from + page < subjects.length ? from + page : undefined,
    }),
  };
  return { stored: stored as Bus['stored'] };
}

describe('a look at the queues', () => {
  it('finds those behind a tenant with more subjects than a page, one page after the other', async () => {
    const many = Array.from({ length: 25 }, (_, at) => [`scoremesh.jobs.high.a.m${at}`, 2] as const);
    const look = createQueueLooks(storedWith([...many, ['scoremesh.jobs.low.z.m', 7]], 10));
    for (let round = 0; round < 2; round += 1) {
      expect(await look()).toEqual({ found: new Set(['high.a']), whole: undefined });
      expect(await look()).toEqual({ found: new Set(['high.a']), whole: undefined });
      const { found, whole } = await look();
      expect(found).toEqual(new Set(['high.a', 'low.z']));
      expect(whole?.counts).toEqual(
        new Map([
          ['high.a', 50],
          ['low.z', 7],
        ]),
      );
    }
  });

  it('tells which subjects may be full soon, by the bound that the stream has', async () => {
    const bound = crowdedRoom + 10;
    const subjects = [
      ['scoremesh.jobs.high.a.few', 10],
      ['scoremesh.jobs.high.a.many', 11],
    ] as const;
    const { whole } = await createQueueLooks(storedWith(subjects, 10, bound))();
    expect([whole?.bound, whole?.crowded]).toEqual([bound, new Set(['scoremesh.jobs.high.a.many'])]);
    const unbounded = (await createQueueLooks(storedWith(subjects, 10))()).whole;
    expect([unbounded?.bound, unbounded?.crowded.size]).toEqual([Number.POSITIVE_INFINITY, 0]);
  });
});
