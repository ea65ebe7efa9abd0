import type { Effort } from '../effort.ts';
import { type Finding, median, percentile, progress } from '../report.ts';
import { benchCall, ingestAll, startBenchRole } from './bench-role.ts';
import { everyKey, fraudRead, numbers, payments, paymentsYaml } from './payments.ts';

const dayMs = 86_400_000;
/** Budgets of one read in process. */
const p50Us = 25;
const p99Us = 150;

/** Reads of 20 features over 4 entities in process, at 100,000 keys, against what was promised. */
export async function measureReads({ rounds, requests, featureEvents }: Effort): Promise<Finding[]> {
  const role = await startBenchRole(paymentsYaml);
  try {
    const stored = await ingestAll(role, payments(featureEvents, Date.now(), 10 * dayMs), 'reads');
    const random = numbers(2);
    const call = benchCall();
    const timed = async (rows: number, count: number): Promise<number[]> => {
      const times: number[] = [];
      const reads = Array.from({ length: count }, () => fraudRead(random, rows));
      for (const read of reads) {
        const startedAt = performance.now();
        await role.handlers.GetFeatures(read, call);
        times.push((performance.now() - startedAt) * 1000);
      }
      return times;
    };
    progress('reads: warming up');
    // Every key's state is made once; what a service meets all day is the state that is there.
    for (const read of everyKey()) await role.handlers.GetFeatures(read, call);
    await timed(1, requests);
    const singles: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`reads: round ${round + 1} of ${rounds}`);
      singles.push(await timed(1, requests));
    }
    const detail = (share: number): string =>
      `${median(singles.map((times) => percentile(times, share))).toFixed(1)} us, ${stored} events`;
    return [
      {
        name: 'read of 20 features over 4 entities, p50',
        against: `${p50Us} us`,
        values: singles.map((times) => percentile(times, 0.5) / p50Us),
        budget: { atMost: 1 },
        detail: detail(0.5),
      },
      {
        name: 'read of 20 features over 4 entities, p99',
        against: `${p99Us} us`,
        values: singles.map((times) => percentile(times, 0.99) / p99Us),
        budget: { atMost: 1 },
        detail: detail(0.99),
      },
    ];
  } finally {
    await role.close();
  }
}
