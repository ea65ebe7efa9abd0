import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'nats';
import type { Effort } from '../effort.ts';
import { type Finding, median, percentile, progress } from '../report.ts';
import { jobBody, startJobBench } from './job-bench.ts';
import { startProducer } from './producer.ts';
import type { Stream } from './producer-process.ts';

const perSecond = 10;
/** Jobs that a worker holds at once by default: begun, or waiting for their turn in it. */
const held = 512;
const pollMs = 20;

const queueOf = (tenant: string): Stream => ({
  name: 'SCOREMESH_JOBS',
  subject: `scoremesh.jobs.normal.${tenant}.flight_delay`,
});

/** How long single jobs of one tenant take while another one's long queue is worked off, in jobs of that queue. */
export async function measureFairness({ rounds, queuedJobs, seconds }: Effort): Promise<Finding[]> {
  const bench = await startJobBench();
  const single = startProducer(bench.natsUrl);
  const nats = await connect({ servers: bench.natsUrl });
  const { streams } = await nats.jetstreamManager();
  const state = async () => (await streams.info('SCOREMESH_JOBS')).state;
  const body = jobBody();
  const singles = (prefix: string, total: number) =>
    single.paced({ stream: queueOf('small'), prefix, total, perSecond, body });
  const seen: { p50: number; rate: number; left: number }[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      progress(`fairness of jobs: round ${round} of ${rounds}`);
      await singles(`first${round}`, 1);
      const before = (await state()).last_seq;
      const flood = bench.producer.flood({
        ...{ stream: queueOf('big'), prefix: `big${round}`, total: queuedJobs, body },
        ...{ inFlight: 512, mayWait: queuedJobs, warmUp: queuedJobs / 10 },
      });
      flood.catch(() => {});
      while ((await state()).last_seq < before + queuedJobs * 0.9) await delay(pollMs);
      const { latencies } = await singles(`small${round}`, Math.max(3, Math.ceil(perSecond * seconds)));
      const left = (await state()).messages;
      const { rate } = await flood;
      // Round 0 warms up.
      if (round > 0) seen.push({ p50: percentile(latencies, 0.5), rate, left });
    }
  } finally {
    await nats.close();
    single.stop();
    await bench.stop();
  }
  const jobsMeanwhile = seen.map(({ p50, rate }) => (p50 / 1000) * rate);
  return [
    {
      name: `a single job while another tenant has ${queuedJobs} queued, p50`,
      against: `${held} jobs of that queue`,
      values: jobsMeanwhile.map((jobs) => jobs / held),
      budget: { atMost: 1 },
      detail: `${median(seen.map(({ p50 }) => p50)).toFixed(1)} ms, the time of ${median(jobsMeanwhile).toFixed(0)}; after them ${Math.min(...seen.map(({ left }) => left))} still waited`,
    },
  ];
}
