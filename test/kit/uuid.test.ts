import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUuids, isUuid } from '../../services/kit/uuid.ts';

describe('ids of one source', () => {
  it('ascend whatever the clock does, and are version 7 with its time', () => {
    const clock = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 1, max: 40 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(clock, fc.integer({ min: 1, max: 2 ** 47 }), (steps, start) => {
        let now = start;
        const newId = createUuids(() => now);
        let last = '';
        for (const [step, count] of steps) {
          now = Math.max(1, now + step);
          for (let drawn = 0; drawn < count; drawn++) {
            const id = newId();
            expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
            expect(isUuid(id)).toBe(true);
            expect(id > last).toBe(true);
            expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBeGreaterThanOrEqual(now);
            last = id;
          }
        }
      }),
    );
  });

  it('follow a clock that was set, forward and back', () => {
    let now = 1_800_000_000_000;
    const newId = createUuids(() => now);
    const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);
    for (const step of [0, 864_000_000, -864_000_000, -60_000, 5000]) {
      now += step;
      for (let drawn = 0; drawn < 3; drawn++) expect(timeOf(newId())).toBe(now);
    }
    now -= 5000;
    expect(timeOf(newId())).toBe(now + 5000);
  });

  it('ascend when more are drawn than a millisecond has, and differ between sources', () => {
    const [one, other] = [createUuids(() => 1), createUuids(() => 1)];
    const ids = Array.from({ length: 10_000 }, one);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set([...ids, ...Array.from({ length: 10_000 }, other)]).size).toBe(20_000);
  });
});

describe('an id', () => {
  it.each([
    '',
    'x',
    '018f0000-0000-7000-8000-00000000000',
    '018f0000000070008000000000000001',
    '018f0000-0000-7000-8000-00000000000g',
  ])('is not %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});
