import type { Effort } from '../effort.ts';
import { residentMiB } from '../processes.ts';
import { type Finding, progress } from '../report.ts';
import { flightJobs, type JobBench, jobBody, startJobBench } from './job-bench.ts';

/** Young generation and allocator fill first. */
const warmUpJobs = 50_000;
const parts = 5;

/** Own memory of the one-process mesh after many jobs, against after its first ones. */
export async function measureJobMemory({ memoryJobs }: Effort): Promise<Finding[]> {
  const bench = await startJobBench();
  try {
    const warmUp = Math.min(warmUpJobs, memoryJobs);
    await manyJobs(bench, 'warm', warmUp);
    const before = residentMiB(bench.mesh).own;
    const after: number[] = [];
    for (let part = 1; part <= parts; part++) {
      progress(`memory over jobs: part ${part} of ${parts}`);
      await manyJobs(bench, `part${part}`, Math.ceil(memoryJobs / parts));
      after.push(residentMiB(bench.mesh).own);
    }
    return [
      {
        name: `own memory after ${memoryJobs} jobs`,
        against: `after ${warmUp}`,
        values: [(after.at(-1) ?? before) / before],
        budget: { atMost: 1.2 },
        detail: `${before.toFixed(0)} MiB, then ${after.map((mib) => mib.toFixed(0)).join(', ')} MiB`,
      },
    ];
  } finally {
    await bench.stop();
  }
}

/** Resolves to jobs per second. */
export async function manyJobs({ producer }: JobBench, prefix: string, total: number): Promise<number> {
  const mayWait = Math.min(5000, Math.floor(total / 2));
  const asked = {
    stream: flightJobs,
    prefix,
    total,
    inFlight: 512,
    mayWait,
    warmUp: total / 10,
    body: jobBody(),
  };
  return (await producer.flood(asked)).rate;
}
