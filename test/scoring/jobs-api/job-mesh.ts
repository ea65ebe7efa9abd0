import type { ScoringContract } from '../../../services/contracts.ts';
import type { Job__Output } from '../../../services/gen/scoremesh/scoring/v1/Job.ts';
import type { JobResult__Output } from '../../../services/gen/scoremesh/scoring/v1/JobResult.ts';
import type { ScoreRequest__Output } from '../../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { SubmitJobRequest__Output } from '../../../services/gen/scoremesh/scoring/v1/SubmitJobRequest.ts';
import type { Bus } from '../../../services/kit/bus/bus.ts';
import type { Delivery } from '../../../services/kit/bus/delivery.ts';
import type { StreamSpec } from '../../../services/kit/bus/stream.ts';
import { type Call, startCall } from '../../../services/kit/contract/call.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import { messageCodec } from '../../../services/kit/contract/protos.ts';
import { isMeshError, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { toStatus } from '../../../services/kit/errors/status.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createMetrics } from '../../../services/kit/telemetry/prometheus.ts';
import { createJobsApi, jobsApiDefaults } from '../../../services/scoring/jobs/api.ts';
import { jobIdOf, readJobSubject, resultSubject } from '../../../services/scoring/jobs/job-names.ts';
import { timestampOfMs } from '../../../services/scoring/jobs/job-time.ts';
import type { JobHandlers } from '../../../services/scoring/jobs/no-jobs.ts';
import { type Broker, closersOfTest, connectBus, startBroker } from '../../kit/bus/broker.ts';
import { createRecorder, type Recorder } from '../../kit/rpc/recorder.ts';
import { scoreRequest } from '../fakes.ts';

const stream = (name: string, subject: string, rest: Partial<StreamSpec> = {}): StreamSpec => ({
  name,
  subjects: [subject],
  retention: 'limits',
  storage: 'file',
  ...rest,
});

/** The streams of the contract, with a queue of four jobs. */
export const testStreams: readonly StreamSpec[] = [
  stream('SCOREMESH_JOBS', 'scoremesh.jobs.>', {
    retention: 'work',
    whenFull: 'refuse',
    maxMessagesPerSubject: 4,
    refusePerSubject: true,
    duplicateWindowMs: 120_000,
  }),
  stream('SCOREMESH_RESULTS', 'scoremesh.results.>', { maxMessagesPerSubject: 1, allowDirect: true }),
  stream('SCOREMESH_DEAD', 'scoremesh.dead.>'),
  stream('SCOREMESH_CANCELS', 'scoremesh.cancels.>', { maxMessagesPerSubject: 1 }),
];

export const resultCodec = messageCodec<JobResult__Output, JobResult__Output>(
  'scoremesh.scoring.v1.JobResult',
);
export const requestCodec = messageCodec<ScoreRequest__Output, ScoreRequest__Output>(
  'scoremesh.scoring.v1.ScoreRequest',
);

export interface JobMesh {
  readonly broker: Broker;
  readonly bus: Bus;
  readonly jobs: JobHandlers;
  readonly recorder: Recorder;
  call(timeoutMs?: number): Call;
  /** A worker that answers as `score` says; it stops with the test. Resolves to what stops it before. */
  work(
    score?: (request: ScoreRequest__Output, delivery: Delivery) => Promise<number>,
  ): Promise<() => Promise<void>>;
}

export async function startJobMesh(streams: readonly StreamSpec[] = testStreams): Promise<JobMesh> {
  const broker = await startBroker();
  const bus = await connectBus(broker.url);
  for (const spec of streams) await bus.ensureStream(spec);
  const recorder = createRecorder();
  const jobs = apiOver(bus, recorder);
  return {
    broker,
    bus,
    jobs,
    recorder,
    call: callOf,
    work: async (score) => workOn(bus, score),
  };
}

export function callOf(timeoutMs = 20_000): Call {
  return startCall({ timeoutMs, principal: 'test' });
}

/** Handles jobs until it is stopped, or the test is over. */
export function workOn(
  bus: Bus,
  score: (request: ScoreRequest__Output, delivery: Delivery) => Promise<number> = async ({ inputs }) =>
    Number(inputs.a?.number ?? 0) * 2,
): () => Promise<void> {
  const worker = bus.consume(
    {
      stream: 'SCOREMESH_JOBS',
      name: 'test-worker',
      filterSubject: 'scoremesh.jobs.>',
      ackWaitMs: 5000,
      maxDeliver: -1,
      maxAckPending: 1000,
    },
    (delivery) => settle(bus, delivery, score),
    { concurrency: 64, stopGraceMs: 1000 },
  );
  return () => worker.stop();
}

/** Another gateway's view of the same jobs. */
export function apiOver(bus: Bus, recorder: Recorder = createRecorder()): JobHandlers {
  const metrics = createMetrics({ processMetrics: false }, { log: silentLog }, closersOfTest());
  return createJobsApi(jobsApiDefaults, {
    bus,
    log: recorder.log,
    metrics,
    tracer: recorder.instruments.tracer,
  });
}

async function settle(
  bus: Bus,
  delivery: Delivery,
  score: (request: ScoreRequest__Output, delivery: Delivery) => Promise<number>,
): Promise<void> {
  const { tenant, model } = readJobSubject(delivery.subject);
  const jobId = jobIdOf(delivery.subject, delivery.headers) ?? '';
  const base = jobResult({ jobId, tenant, model });
  bus.publishCore(`scoremesh.begun.${tenant}.${jobId}`, new Uint8Array(0));
  let result: JobResult__Output;
  try {
    const value = await score(requestCodec.decode(delivery.payload), delivery);
    result = {
      ...base,
      response: {
        predictionId: `p-${jobId}`,
        model: null,
        outputs: { score: { number: value, kind: 'number' } },
        features: [],
        receipt: null,
      },
    };
  } catch (error) {
    if (!isMeshError(error)) throw error;
    result = { ...base, state: 'JOB_STATE_FAILED', error: toStatus(error) };
  }
  await bus.publish(resultSubject(tenant, jobId), resultCodec.encode(result));
  const replyTo = delivery.headers['Scoremesh-Reply-To'];
  if (replyTo !== undefined) bus.publishCore(replyTo, resultCodec.encode(result));
  await delivery.ack();
}

export function jobResult(rest: Partial<JobResult__Output>): JobResult__Output {
  return {
    jobId: '',
    tenant: 'default',
    model: 'm',
    state: 'JOB_STATE_SUCCEEDED',
    response: null,
    error: null,
    attempts: 1,
    submittedAt: timestampOfMs(1_000),
    startedAt: timestampOfMs(2_000),
    endedAt: timestampOfMs(3_000),
    traceId: '',
    ...rest,
  };
}

export function submission(rest: Partial<SubmitJobRequest__Output> = {}): SubmitJobRequest__Output {
  return {
    tenant: '',
    jobId: '',
    lane: 'JOB_LANE_UNSPECIFIED',
    request: scoreRequest({ inputs: { a: { number: 21, kind: 'number' } } }),
    deadline: null,
    ...rest,
  };
}

/** The scoring service with these jobs; what else it has is not part of the test. */
export function scoringOf(jobs: JobHandlers): Client<ScoringContract> {
  const unexpected = (): never => {
    throw new MeshError('METHOD_NOT_FOUND', 'not part of this test');
  };
  return {
    Score: unexpected,
    ScoreStream: unexpected,
    RecordOutcomes: unexpected,
    Replay: unexpected,
    ...jobs,
  };
}

/** What a watch says, as "STATE" each. */
export async function watched(
  mesh: JobMesh,
  jobId: string,
  on: (job: Job__Output) => void = () => {},
): Promise<string[]> {
  const states: string[] = [];
  for await (const { job: now } of mesh.jobs.WatchJob({ tenant: '', jobId }, mesh.call())) {
    states.push(now?.state.replace('JOB_STATE_', '') ?? '');
    if (now) on(now);
  }
  return states;
}
