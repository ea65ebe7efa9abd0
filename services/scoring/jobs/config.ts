import { duration, integer } from '../../kit/config/kinds.ts';
import { type Settings, setting } from '../../kit/config/settings.ts';

const dayMs = 86_400_000;

/** The settings of jobs. */
export const jobsSettings = {
  maxQueued: setting(
    'SCOREMESH_JOBS_MAX_QUEUED',
    integer(1, 100_000_000),
    200_000,
    'Jobs that may wait in the queue of one lane, tenant and model; more are refused with RESOURCE_EXHAUSTED.',
  ),
  duplicateWindowMs: setting(
    'SCOREMESH_JOBS_DUPLICATE_WINDOW',
    duration(100, 3_600_000),
    120_000,
    'How long NATS itself knows the ids of jobs; a job that comes again later is answered from its record.',
  ),
  resultsKeptMs: setting(
    'SCOREMESH_JOBS_RESULTS_KEPT',
    duration(1000, 3650 * dayMs),
    7 * dayMs,
    'How long the result of a job can be asked for.',
  ),
  deadKeptMs: setting(
    'SCOREMESH_JOBS_DEAD_KEPT',
    duration(1000, 3650 * dayMs),
    30 * dayMs,
    'How long a job that could not succeed is kept as a dead letter, to be redriven.',
  ),
  replicas: setting(
    'SCOREMESH_JOBS_REPLICAS',
    integer(1, 5),
    1,
    'How many NATS servers keep each job and result. More than 1 needs a cluster.',
  ),
  payloadsMaxBytes: setting(
    'SCOREMESH_JOBS_PAYLOADS_MAX_BYTES',
    integer(1024 * 1024, 1024 * 1024 * 1024 * 1024),
    2 * 1024 * 1024 * 1024,
    'Room for the payloads of jobs and results that are over the message limit of NATS; what finds none is refused.',
  ),
  concurrency: setting(
    'SCOREMESH_JOBS_CONCURRENCY',
    integer(1, 10_000),
    256,
    'Jobs that one worker scores at once.',
  ),
  maxAttempts: setting(
    'SCOREMESH_JOBS_MAX_ATTEMPTS',
    integer(1, 1000),
    10,
    'Deliveries of a job after which it is given up and becomes a dead letter.',
  ),
  attemptTimeoutMs: setting(
    'SCOREMESH_JOBS_ATTEMPT_TIMEOUT',
    duration(10, 3_600_000),
    30_000,
    'How long one attempt to score a job may take.',
  ),
  patienceMs: setting(
    'SCOREMESH_JOBS_PATIENCE',
    duration(0, 3_600_000),
    60_000,
    'How long a worker keeps a job while the mesh is overloaded or a role is away, before that counts as a failed attempt.',
  ),
  ackWaitMs: setting(
    'SCOREMESH_JOBS_ACK_WAIT',
    duration(1000, 600_000),
    30_000,
    'A job whose worker gives no sign of life for so long is given to another one.',
  ),
} as const;

export type JobsConfig = Settings<typeof jobsSettings>;

export const jobsDefaults: JobsConfig = {
  maxQueued: jobsSettings.maxQueued.default,
  duplicateWindowMs: jobsSettings.duplicateWindowMs.default,
  resultsKeptMs: jobsSettings.resultsKeptMs.default,
  deadKeptMs: jobsSettings.deadKeptMs.default,
  replicas: jobsSettings.replicas.default,
  payloadsMaxBytes: jobsSettings.payloadsMaxBytes.default,
  concurrency: jobsSettings.concurrency.default,
  maxAttempts: jobsSettings.maxAttempts.default,
  attemptTimeoutMs: jobsSettings.attemptTimeoutMs.default,
  patienceMs: jobsSettings.patienceMs.default,
  ackWaitMs: jobsSettings.ackWaitMs.default,
};
