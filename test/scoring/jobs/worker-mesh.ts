import { connect, headers, type NatsConnection } from 'nats';
import { expect, onTestFinished } from 'vitest';
import { jobScoreRequestOf } from '../../../gateway/http/score-json.ts';
import type { JobResult__Output } from '../../../services/gen/scoremesh/scoring/v1/JobResult.ts';
import type { ScoreRequest__Output } from '../../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse__Output } from '../../../services/gen/scoremesh/scoring/v1/ScoreResponse.ts';
import type { Bus } from '../../../services/kit/bus/bus.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { type JobsConfig, jobsDefaults } from '../../../services/scoring/jobs/config.ts';
import type { JobHandlers } from '../../../services/scoring/jobs/no-jobs.ts';
import {
  createPayloads,
  payloadsBucket,
  payloadsStream,
  readWholeResult,
} from '../../../services/scoring/jobs/payloads.ts';
import { jobStreams, keepJobStreams } from '../../../services/scoring/jobs/streams.ts';
import { createWorker, type WorkerConfig } from '../../../services/scoring/jobs/worker/worker.ts';
import type { RefuseForGood } from '../../../services/scoring/refuse-for-good.ts';
import { type CountingMetrics, countingMetrics } from '../../feature/counting-metrics.ts';
import { type Broker, connectBus, startBroker } from '../../kit/bus/broker.ts';
import { createRecorder, type Recorder } from '../../kit/rpc/recorder.ts';
import { scoreRequest } from '../fakes.ts';
import { apiOver, requestCodec } from '../jobs-api/job-mesh.ts';

export type ScoreOne = (request: ScoreRequest__Output, call: Call) => Promise<number>;

/** What scores and what is recorded of it, as the pipeline and the audit log do: an answer is recorded once for each principal and request_id. */
export interface Ledger {
  readonly records: ReadonlyMap<string, ScoreResponse__Output>;
  /** How often each job was scored, in vain or not. */
  readonly tries: ReadonlyMap<string, number>;
  score(request: ScoreRequest__Output, call: Call): Promise<ScoreResponse__Output>;
  answered(request: ScoreRequest__Output, call: Call): Promise<ScoreResponse__Output | undefined>;
  /** Refusals that are recorded, in place of an answer. */
  readonly refused: ReadonlyMap<string, MeshError>;
  readonly refuseForGood: RefuseForGood;
  wasRecorded(request: ScoreRequest__Output): boolean;
}

/** Scores as `scoreOne` says; twice input a by default. */
export function createLedger(
  scoreOne: ScoreOne = async ({ inputs }) => 2 * Number(inputs.a?.number),
): Ledger {
  const records = new Map<string, ScoreResponse__Output>();
  const tries = new Map<string, number>();
  const refused = new Map<string, MeshError>();
  const repeated = new WeakSet<ScoreRequest__Output>();
  const keyOf = ({ requestId }: ScoreRequest__Output, { principal }: Call) => `${principal} ${requestId}`;
  return {
    records,
    tries,
    refused,
    wasRecorded: (request) => repeated.has(request),
    answered: async (request, call) => records.get(keyOf(request, call)),
    refuseForGood: async (request, error, call) => {
      const key = keyOf(request, call);
      const response = records.get(key);
      const refusal = refused.get(key);
      if (response === undefined && refusal === undefined) refused.set(key, error);
      return refusal === undefined ? { response } : { refusal };
    },
    score: async (request, call) => {
      const key = keyOf(request, call);
      const earlier = records.get(key);
      if (earlier !== undefined) {
        repeated.add(request);
        return earlier;
      }
      tries.set(key, (tries.get(key) ?? 0) + 1);
      const value = await scoreOne(request, call);
      const refusal = refused.get(key);
      if (refusal !== undefined) throw refusal;
      const meanwhile = records.get(key);
      if (meanwhile !== undefined) repeated.add(request);
      const kept = meanwhile ?? {
        predictionId: `p${records.size}`,
        model: null,
        outputs: { score: { number: value, kind: 'number' as const } },
        features: [],
        receipt: null,
      };
      records.set(key, kept);
      return kept;
    },
  };
}

export interface RunningWorker {
  readonly metrics: CountingMetrics;
  readonly recorder: Recorder;
  stop(): Promise<void>;
}

/** A worker over a real nats-server; it stops with the test. */
export async function startWorker(
  url: string,
  ledger: Pick<Ledger, 'score' | 'answered' | 'refuseForGood' | 'wasRecorded'>,
  {
    maxQueued = jobsDefaults.maxQueued,
    ...config
  }: Partial<WorkerConfig & Pick<JobsConfig, 'maxQueued'>> = {},
  unready: () => MeshError | undefined = () => undefined,
): Promise<RunningWorker> {
  const recorder = createRecorder();
  const metrics = countingMetrics();
  const closers = createClosers(silentLog);
  onTestFinished(() => closers.close());
  const bus = await connectBus(url, { log: recorder.log });
  const { tracer } = recorder.instruments;
  const streams = keepJobStreams(
    jobStreams({ ...jobsDefaults, maxQueued }),
    { bus, log: recorder.log },
    closers,
  );
  createWorker(
    { ...jobsDefaults, graceMs: 5000, ackWaitMs: 2000, maxPayloadBytes: 16 * 1024 * 1024, ...config },
    {
      ...{ bus, streams, metrics, tracer, log: recorder.log, readJson: jobScoreRequestOf },
      score: ledger.score,
      answered: ledger.answered,
      refuseForGood: ledger.refuseForGood,
      wasRecorded: ledger.wasRecorded,
      leaveRefusal: () => {},
      expectNew: () => {},
      unready,
    },
    closers,
  );
  return { metrics, recorder, stop: () => closers.close() };
}

export interface WorkerMesh {
  readonly broker: Broker;
  readonly bus: Bus;
  readonly jobs: JobHandlers;
  /** A client without any code of ours. */
  readonly nats: NatsConnection;
  /** Publishes a job; resolves when JetStream has it. */
  submit(jobId: string, rest?: Submission): Promise<void>;
  /** Every result that is kept. */
  results(): Promise<Map<string, JobResult__Output>>;
  /** Waits until so many results are kept. */
  ended(count: number): Promise<Map<string, JobResult__Output>>;
  /** Messages of a stream. */
  count(stream: string): Promise<number>;
}

export interface Submission {
  readonly subject?: string;
  readonly a?: number;
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

const patience = { timeout: 60_000, interval: 50 };

/** A nats-server with the streams of jobs. */
export async function startWorkerMesh(config: Partial<JobsConfig> = {}): Promise<WorkerMesh> {
  const broker = await startBroker();
  const bus = await connectBus(broker.url);
  const kept = { ...jobsDefaults, ...config };
  for (const spec of [...jobStreams(kept), payloadsStream(kept)]) await bus.ensureStream(spec);
  const nats = await connect({ servers: broker.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  onTestFinished(() => nats.close());
  const manager = await nats.jetstreamManager();
  const payloads = createPayloads(bus.objects(payloadsBucket), 16 * 1024 * 1024);
  const results = async (): Promise<Map<string, JobResult__Output>> => {
    const found = new Map<string, JobResult__Output>();
    for (let from = 1; ; ) {
      const message = await bus.stored.next('SCOREMESH_RESULTS', 'scoremesh.results.>', from);
      if (message === undefined) return found;
      const result = await readWholeResult(message, payloads, undefined);
      expect(found.has(result.jobId)).toBe(false);
      found.set(result.jobId, result);
      from = message.sequence + 1;
    }
  };
  const count = async (stream: string): Promise<number> =>
    (await manager.streams.info(stream)).state.messages;
  return {
    broker,
    bus,
    jobs: apiOver(bus),
    nats,
    submit: async (jobId, { a = 1, subject = 'scoremesh.jobs.normal.t.m', ...rest } = {}) => {
      const made = headers();
      if (jobId !== '') made.set('Nats-Msg-Id', jobId);
      if (rest.body === undefined) made.set('Content-Type', 'application/x-protobuf');
      for (const [name, value] of Object.entries(rest.headers ?? {})) made.set(name, value);
      const body =
        rest.body ?? requestCodec.encode(scoreRequest({ inputs: { a: { number: a, kind: 'number' } } }));
      await nats.jetstream().publish(subject, body, { headers: made });
    },
    results,
    ended: async (wanted) => {
      await expect.poll(() => count('SCOREMESH_RESULTS'), patience).toBe(wanted);
      // A worker lets go of a job after its result.
      return results();
    },
    count,
  };
}
