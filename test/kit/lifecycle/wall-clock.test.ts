import { expect, onTestFinished, test, vi } from 'vitest';
import { createWallOrigin } from '../../../services/kit/lifecycle/wall-clock.ts';

test('follows the clock when that is set, forward and back, and is steady otherwise', () => {
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const origin = createWallOrigin();
  let step = 0;
  const real = performance.timeOrigin;
  // Both clocks at the same moment, however long the process was kept waiting in between.
  vi.spyOn(performance, 'now').mockReturnValue(5000);
  vi.spyOn(Date, 'now').mockImplementation(() => Math.round(real + 5000) + step);
  expect(origin()).toBe(origin());
  for (const jump of [864_000_000, -3_600_000, 0]) {
    step = jump;
    expect(Math.abs(origin() - (real + jump))).toBeLessThan(5);
    expect(origin()).toBe(origin());
  }
});
