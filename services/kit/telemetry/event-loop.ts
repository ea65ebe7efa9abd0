import type { Closers } from '../lifecycle/closers.ts';
import type { Metrics } from './metrics.ts';

const sampleEveryMs = 20;

const lagBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/**
 * Measures how much later than asked a timer runs, fifty times a second. A histogram, where perf_hooks' delay monitor would give
 * percentiles that can't be added up over processes or time, and that contain its own sampling interval.
 */
export function watchEventLoop(metrics: Metrics, closers: Closers): void {
  const lag = metrics
    .histogram(
      'scoremesh_event_loop_lag_seconds',
      'How late the event loop runs a timer; what every request in this process waits on top of its own work.',
      [],
      lagBuckets,
    )
    .labels();
  let expected = performance.now() + sampleEveryMs;
  const timer = setInterval(() => {
    const now = performance.now();
    lag.observe(Math.max(0, now - expected) / 1000);
    expected = now + sampleEveryMs;
  }, sampleEveryMs).unref();
  closers.add('event loop watch', () => clearInterval(timer));
}
