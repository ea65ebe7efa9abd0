import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../gateway/client/client.ts';
import { startNatsServer } from '../../../services/kit/bus/nats-server.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { cpuSeconds, type Subject } from '../processes.ts';
import { scoreMessage } from '../requests.ts';
import { startOneProcess } from '../subjects.ts';
import { type Producer, startProducer } from './producer.ts';
import type { Stream } from './producer-process.ts';

/** A mesh in one process with the flights example, its nats-server with JetStream on disk, and a producer: each a process. */
export interface JobBench {
  readonly natsUrl: string;
  readonly mesh: Subject;
  readonly producer: Producer;
  /** CPU seconds that mesh and nats-server have used. */
  cpu(): { readonly mesh: number; readonly nats: number };
  stop(): Promise<void>;
}

/** Where jobs of the flights model go. */
export const flightJobs: Stream = {
  name: 'SCOREMESH_JOBS',
  subject: 'scoremesh.jobs.normal.bench.flight_delay',
};

/** One job's body. */
export const jobBody = scoreMessage;

export async function startJobBench(): Promise<JobBench> {
  const closers = createClosers(silentLog);
  try {
    const folder = mkdtempSync(join(tmpdir(), 'scoremesh-bench-nats-'));
    closers.add('folder', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const nats = await startNatsServer({ folder }, { log: silentLog }, closers);
    if ('missing' in nats) throw new Error(nats.missing);
    const natsPid = Number(readFileSync(join(folder, 'nats-server.pid'), 'utf8'));
    const bench = await startOneProcess({ SCOREMESH_NATS_URL: nats.url });
    closers.add('mesh', () => bench.stop());
    const [mesh] = bench.processes;
    if (mesh === undefined) throw new Error('nothing to measure');
    const producer = startProducer(nats.url);
    closers.add('producer', () => producer.stop());
    await untilJobsAreTaken(bench.port);
    return {
      natsUrl: nats.url,
      mesh,
      producer,
      cpu: () => ({ mesh: cpuSeconds([mesh]), nats: cpuSeconds([{ ...mesh, pid: natsPid }]) }),
      stop: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

const patienceMs = 30_000;

/** The streams of jobs are set up in the background; the first job says that they are there, and its result that the model is. */
async function untilJobsAreTaken(port: number): Promise<void> {
  const mesh = connect({ address: `127.0.0.1:${port}` });
  const giveUpAt = performance.now() + patienceMs;
  const job = { jobId: 'first', tenant: 'bench' };
  try {
    for (;;) {
      try {
        await mesh.scoring.SubmitJob({
          ...job,
          request: { model: 'flight_delay', ...firstFlight },
        });
        const { state } = (await mesh.scoring.GetJob({ ...job })).job ?? {};
        if (state === 'JOB_STATE_SUCCEEDED') return;
      } catch (error) {
        if (performance.now() > giveUpAt) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await mesh.close();
  }
}

const firstFlight = {
  entities: { origin: 'ORD', destination: 'SFO' },
  inputs: { minute_of_day: { number: 750 }, day_of_week: { number: 4 }, distance: { number: 1846 } },
};
