import type { Effort } from '../effort.ts';
import { type Finding, median, percentile, progress } from '../report.ts';
import { benchCall, creditScore, startBenchLog } from './bench-log.ts';

const inFlight = 128;

/** Appends of one audit process, durable and sealed, as fast as they go: how many a second, and how long one takes. */
export async function measureAppends({ rounds, requests }: Effort): Promise<Finding[]> {
  const rates: number[] = [];
  const tails: number[] = [];
  const cpus: number[] = [];
  const log = await startBenchLog();
  const count = requests * 4;
  try {
    for (let round = 0; round <= rounds; round++) {
      progress(`appends: round ${round} of ${rounds}`);
      // Made before: in a mesh the gateway makes them.
      const made = Array.from({ length: count }, (_, n) => creditScore(round * count + n));
      let next = 0;
      const times: number[] = [];
      const appendOn = async (): Promise<void> => {
        for (let request = made[next++]; request !== undefined; request = made[next++]) {
          const begin = performance.now();
          await log.audit.handlers.Append(request, benchCall());
          times.push(performance.now() - begin);
        }
      };
      const cpu = process.cpuUsage();
      const begin = performance.now();
      await Promise.all(Array.from({ length: inFlight }, appendOn));
      const seconds = (performance.now() - begin) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      // The first one warms up.
      if (round === 0) continue;
      rates.push(count / seconds / 20_000);
      tails.push(percentile(times, 0.99) / 15);
      cpus.push((user + system) / count);
    }
  } finally {
    await log.close();
  }
  const rate = (median(rates) * 20_000).toFixed(0);
  return [
    {
      name: 'durable, sealed appends of one audit process',
      against: '20,000/s',
      values: rates,
      budget: { atLeast: 1 },
      detail: `${rate}/s, ${median(cpus).toFixed(1)} us of CPU each, ${inFlight} in flight`,
    },
    {
      name: 'p99 of one of these appends',
      against: '15 ms',
      values: tails,
      budget: { atMost: 1 },
      detail: `${(median(tails) * 15).toFixed(1)} ms`,
    },
  ];
}
