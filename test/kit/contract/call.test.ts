import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Cancellation,
  remainingMs,
  startCall,
  throwIfUnwanted,
} from '../../../services/kit/contract/call.ts';
import { cancel, DeadlineWatch } from '../../../services/kit/contract/deadline-watch.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';

const gone = new MeshError('CALL_CANCELLED', 'gone');

describe('a cancellation', () => {
  it('tells each listener once that is still there, in whatever order they come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat())), (steps) => {
        const cancellation = new Cancellation();
        const heard: number[] = [];
        const there = new Map<number, () => void>();
        for (const [add, pick] of steps) {
          if (add || there.size === 0) {
            const id = there.size + heard.length + pick * 1000;
            if (!there.has(id))
              there.set(
                id,
                cancellation.onCancel(() => heard.push(id)),
              );
          } else {
            const id = [...there.keys()][pick % there.size]!;
            there.get(id)!();
            there.get(id)!();
            there.delete(id);
          }
        }
        cancellation.cancel(gone);
        cancellation.cancel(new MeshError('INTERNAL', 'again'));
        expect([...heard].sort()).toEqual([...there.keys()].sort());
        expect(cancellation.error).toBe(gone);
      }),
    );
  });

  it('tells a listener that comes too late at once', () => {
    const cancellation = new Cancellation();
    cancellation.cancel(gone);
    const heard: MeshError[] = [];
    cancellation.onCancel((error) => heard.push(error))();
    expect(heard).toEqual([gone]);
  });

  it('is an AbortSignal for libraries, made before or after', () => {
    const [before, after] = [new Cancellation(), new Cancellation()];
    const signal = before.signal;
    before.cancel(gone);
    after.cancel(gone);
    expect([signal.aborted, signal.reason, after.signal.aborted, after.signal.reason]).toEqual([
      true,
      gone,
      true,
      gone,
    ]);
  });
});

describe('a call', () => {
  it('that is past its deadline or cancelled is not started', () => {
    const call = startCall({ timeoutMs: 60_000, principal: 'p' });
    expect(() => throwIfUnwanted(call, 'x')).not.toThrow();
    expect(remainingMs(call)).toBeGreaterThan(0);
    expect(() =>
      throwIfUnwanted(startCall({ timeoutMs: -1, principal: 'p' }), 'the work could start'),
    ).toThrow(
      expect.objectContaining({
        reason: 'DEADLINE_PAST',
        message: expect.stringContaining('before the work could start'),
      }),
    );
    call.cancellation.cancel(gone);
    expect(() => throwIfUnwanted(call, 'x')).toThrow(gone);
  });

  it('that a library cancelled was cancelled by its deadline if that has passed, else by its caller', () => {
    const [late, early] = [new Cancellation(), new Cancellation()];
    cancel(late, performance.now() - 1);
    cancel(early, performance.now() + 60_000);
    expect([late.error?.reason, early.error?.reason]).toEqual(['DEADLINE_PASSED_WAITING', 'CALL_CANCELLED']);
  });
});

describe('a deadline watch', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('gives up what is past its deadline within 5 ms, once, and nothing before', () => {
    const times = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 });
    fc.assert(
      fc.property(times, times, (deadlines, answered) => {
        const watch = new DeadlineWatch();
        const start = performance.now();
        const expired = new Map<number, number>();
        const items = deadlines.map((after, place) => ({
          deadline: start + after,
          expire: () => {
            expect(expired.has(place)).toBe(false);
            expired.set(place, performance.now());
          },
        }));
        for (const item of items) watch.add(item);
        for (const place of answered) if (items[place]) watch.delete(items[place]);
        vi.advanceTimersByTime(70);
        for (const [place, item] of items.entries()) {
          const at = expired.get(place);
          expect(at === undefined).toBe(answered.includes(place));
          if (at === undefined) continue;
          expect(at).toBeGreaterThanOrEqual(item.deadline);
          expect(at).toBeLessThanOrEqual(item.deadline + 5);
        }
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('has no timer while there is nothing to watch, and starts one again', () => {
    const watch = new DeadlineWatch();
    expect(vi.getTimerCount()).toBe(0);
    const expiring = { deadline: performance.now() + 20, expire: vi.fn() };
    watch.add(expiring);
    expect(vi.getTimerCount()).toBe(1);
    watch.delete(expiring);
    vi.advanceTimersByTime(10);
    expect(vi.getTimerCount()).toBe(0);
    watch.add(expiring);
    vi.advanceTimersByTime(30);
    expect(expiring.expire).toHaveBeenCalledOnce();
    watch.add(expiring);
    watch.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
