import type { Effort } from '../effort.ts';
import { type Finding, median, progress } from '../report.ts';
import { startModule } from '../subjects.ts';
import { flightJobs, jobBody, startJobBench } from './job-bench.ts';
import type { Stream } from './producer-process.ts';

/** Jobs per second, from submission to the audited result, of one process. */
const perSecond = 5000;
const inFlight = 512;
/** Enough that the worker never waits for the producer, few enough that the queue is no load of its own. */
const mayWait = 5000;

/** Of the same server, so that both share its disk and its cores. */
const bare: Stream = { name: 'BENCH_BARE', subject: 'bench.bare.normal.bench.flight_delay' };

/** Jobs per second while the queue is kept filled, against JetStream alone: the same messages published, consumed and acknowledged. */
export async function measureThroughput({ rounds, jobs }: Effort): Promise<Finding[]> {
  const bench = await startJobBench();
  const consumer = await startModule('jobs/bare-consumer.ts', /on (\d+)/, [
    bench.natsUrl,
    bare.name,
    bare.subject,
  ]);
  const seen: { mesh: number; bare: number; meshUs: number; natsUs: number }[] = [];
  const flood = async (stream: Stream, prefix: string, total: number): Promise<number> => {
    const asked = { stream, prefix, total, inFlight, mayWait, warmUp: total / 5, body: jobBody() };
    return (await bench.producer.flood(asked)).rate;
  };
  try {
    for (let round = 0; round <= rounds; round++) {
      progress(`jobs: round ${round} of ${rounds}`);
      const before = bench.cpu();
      const mesh = await flood(flightJobs, `jobs${round}`, jobs);
      const after = bench.cpu();
      const alone = await flood(bare, `bare${round}`, jobs);
      const usOf = (whose: 'mesh' | 'nats'): number => ((after[whose] - before[whose]) / jobs) * 1e6;
      // Round 0 warms up.
      if (round > 0) seen.push({ mesh, bare: alone, meshUs: usOf('mesh'), natsUs: usOf('nats') });
    }
  } finally {
    await consumer.stop();
    await bench.stop();
  }
  const middle = (of: keyof (typeof seen)[number]): string => median(seen.map((one) => one[of])).toFixed(0);
  return [
    {
      name: 'jobs/s, submit to audited result',
      against: `${perSecond}/s`,
      values: seen.map(({ mesh }) => mesh / perSecond),
      budget: { atLeast: 1 },
      detail: `${middle('mesh')}/s; CPU a job: mesh ${middle('meshUs')} us, nats-server ${middle('natsUs')} us`,
    },
    {
      name: 'jobs/s against JetStream alone',
      against: 'publish and consume of the same messages',
      values: seen.map((one) => one.mesh / one.bare),
      budget: { atLeast: 0.1 },
      detail: `${middle('mesh')}/s against ${middle('bare')}/s`,
    },
  ];
}
