import type { Effort } from '../effort.ts';
import { type Finding, median, percentile, progress } from '../report.ts';
import { flightJobs, jobBody, startJobBench } from './job-bench.ts';

/** A tenth of the jobs that one process is to take. */
const perSecond = 500;
const p50Ms = 10;
/** Of which nothing was promised: the machine's own pauses are most of it. */
const p99Ms = 100;

/** From publishing a job to having its result, stored, on the reply subject. */
export async function measureLatency({ rounds, seconds }: Effort): Promise<Finding[]> {
  const bench = await startJobBench();
  const seen: { p50: number; p99: number }[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      progress(`latency of jobs: round ${round} of ${rounds}`);
      const { latencies } = await bench.producer.paced({
        stream: flightJobs,
        prefix: `paced${round}`,
        total: Math.ceil(perSecond * seconds),
        perSecond,
        body: jobBody(),
      });
      // Round 0 warms up.
      if (round > 0) seen.push({ p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) });
    }
  } finally {
    await bench.stop();
  }
  const row = (of: 'p50' | 'p99', boundMs: number): Finding => ({
    name: `submit to result at ${perSecond} jobs/s, ${of}`,
    against: `${boundMs} ms`,
    values: seen.map((round) => round[of] / boundMs),
    budget: { atMost: 1 },
    detail: `${median(seen.map((round) => round[of])).toFixed(2)} ms`,
  });
  return [row('p50', p50Ms), row('p99', p99Ms)];
}
