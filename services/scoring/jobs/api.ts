import type { Bus } from '../../kit/bus/bus.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Metrics } from '../../kit/telemetry/metrics.ts';
import type { Tracer } from '../../kit/telemetry/span.ts';
import { createUuids } from '../../kit/uuid.ts';
import { createCancel } from './cancel.ts';
import { createFindJob } from './find-job.ts';
import { checkedReference } from './job-reference.ts';
import { createKnownJobs } from './known-jobs.ts';
import { createList } from './list.ts';
import type { JobHandlers } from './no-jobs.ts';
import { createNotices } from './notices.ts';
import { createPayloads, payloadsBucket } from './payloads.ts';
import { createRedrive } from './redrive.ts';
import { createSubmit } from './submit.ts';
import { createWatches } from './watch.ts';

export interface JobsApiConfig {
  /** Jobs whose place in the queue is remembered, about 200 bytes each; others are looked for. */
  readonly knownJobs: number;
  /** The largest job and the largest result. */
  readonly maxPayloadBytes: number;
}

export const jobsApiDefaults: JobsApiConfig = { knownJobs: 100_000, maxPayloadBytes: 16 * 1024 * 1024 };

export interface JobsApiDeps {
  readonly bus: Bus;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

const maxTenants = 10_000;

/** What callers of a gateway reach of jobs. Every method fails NATS_UNAVAILABLE, saying what to do, while NATS is away. */
export function createJobsApi(config: JobsApiConfig, deps: JobsApiDeps): JobHandlers {
  const { bus, metrics, tracer } = deps;
  const known = createKnownJobs(config.knownJobs, maxTenants);
  bus.onConnected(() => known.clear());
  const payloads = createPayloads(bus.objects(payloadsBucket), config.maxPayloadBytes);
  const find = createFindJob(bus, known, payloads);
  const notices = createNotices(bus);
  const now = Date.now;
  const watches = createWatches(bus, find);
  metrics.gauge('scoremesh_jobs_watched', 'Watches of jobs that are open in this process.', [], () => [
    { labels: [], value: watches.open() },
  ]);
  return {
    SubmitJob: createSubmit({ bus, find, known, notices, payloads, tracer, newId: createUuids(), now }),
    GetJob: async (request, call) => ({ job: await find.job(checkedReference(request), call) }),
    CancelJob: createCancel(bus, find),
    WatchJob: watches.watch,
    ListJobs: createList(bus, known, payloads),
    RedriveJobs: createRedrive({ bus, find, known, notices, now }),
  };
}
