import type { Bus } from '../../../kit/bus/bus.ts';
import type { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { Closers } from '../../../kit/lifecycle/closers.ts';
import type { Log } from '../../../kit/log/log.ts';
import type { Metrics } from '../../../kit/telemetry/metrics.ts';
import type { Tracer } from '../../../kit/telemetry/span.ts';
import type { JobsConfig } from '../config.ts';
import { begunSubject } from '../job-names.ts';
import { createPayloads, payloadsBucket } from '../payloads.ts';
import type { KeptStreams } from '../streams.ts';
import { type AttemptDeps, createAttempts } from './attempt.ts';
import { createCancellations } from './cancellations.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createRelease } from './full-queues.ts';
import { createJobHandler } from './job-handler.ts';
import type { JobMessage } from './job-message.ts';
import { createJobMetrics } from './job-metrics.ts';
import { createJobSpans } from './job-span.ts';
import { createLargeJobs } from './large-jobs.ts';
import { exposeQueues } from './queue-metrics.ts';
import { createQueues, type Queues } from './queues.ts';
import { createReadiness } from './readiness.ts';
import { createResults } from './results.ts';
import { createScheduler } from './scheduler.ts';
import { createSuspects } from './suspects.ts';

export interface WorkerConfig
  extends Pick<JobsConfig, 'concurrency' | 'maxAttempts' | 'attemptTimeoutMs' | 'patienceMs' | 'ackWaitMs'> {
  /** How long jobs that are being scored may take to finish when the worker stops. */
  readonly graceMs: number;
  /** The largest job and the largest result. */
  readonly maxPayloadBytes: number;
}

export interface WorkerDeps
  extends Pick<
    AttemptDeps,
    'score' | 'answered' | 'refuseForGood' | 'leaveRefusal' | 'expectNew' | 'wasRecorded' | 'readJson'
  > {
  readonly bus: Bus;
  readonly streams: KeptStreams;
  /** Why nothing can be scored yet; undefined once it can. */
  unready(): MeshError | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

const nothing = new Uint8Array(0);
/** What a gateway says of a job around its result. */
const envelopeBytes = 16 * 1024;
const heldPayloadBytes = 256 * 1024 * 1024;

/**
 * Takes jobs, scores them and stores their results, from when NATS is there until it is closed. Closing hands back at once what is not begun and
 * finishes what is, within the grace time.
 */
export function createWorker(config: WorkerConfig, deps: WorkerDeps, closers: Closers): void {
  const { bus, log } = deps;
  const stopping = new AbortController();
  const scheduler = createScheduler(config.concurrency);
  const metrics = createJobMetrics(deps.metrics);
  const { maxPayloadBytes } = config;
  const objects = bus.objects(payloadsBucket);
  const results = createResults({
    bus,
    log,
    payloads: createPayloads(objects, maxPayloadBytes - envelopeBytes),
  });
  const readiness = createReadiness(deps.unready);
  const attempts = createAttempts(config, {
    ...deps,
    readiness,
    cancellations: createCancellations(deps, closers),
    results,
    suspects: createSuspects(config, bus),
    begun: (job) => tellBegun(bus, job),
    stopping: stopping.signal,
  });
  const handle = createJobHandler({
    attempt: createLargeJobs(
      { maxAttempts: config.maxAttempts, heldBytes: heldPayloadBytes },
      createPayloads(objects, maxPayloadBytes),
      attempts,
      stopping.signal,
    ),
    scheduler,
    results,
    deadLetters: createDeadLetters(bus),
    release: createRelease(bus, (subject) => queues.isCrowded(subject)),
    spans: createJobSpans(deps.tracer),
    metrics,
    log,
  });
  // As many again wait for their turn or for their result to be stored, so that none that could run is still on its way here.
  const held = config.concurrency * 2;
  const queues: Queues = createQueues(
    { ackWaitMs: config.ackWaitMs, held, stopGraceMs: config.graceMs },
    { bus, log },
    handle,
  );
  exposeQueues(deps.metrics, queues, scheduler);
  // Jobs that were taken before the models are there would have spent an attempt on hearing so.
  Promise.resolve(readiness.wait(Number.POSITIVE_INFINITY)).then(() =>
    deps.streams.onReady(() => queues.start()),
  );
  closers.add('job worker', async () => {
    stopping.abort();
    readiness.close();
    const stopped = queues.stop();
    scheduler.close();
    await stopped;
    attempts.close();
  });
}

/** Who watches the job hears it; nobody else needs it. */
function tellBegun(bus: Bus, { jobId, tenant }: JobMessage): void {
  try {
    bus.publishCore(begunSubject(tenant, jobId), nothing);
  } catch {
    // It is told again when it is tried again.
  }
}
