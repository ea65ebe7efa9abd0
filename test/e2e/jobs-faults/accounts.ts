import { consumerOpts, type NatsConnection } from 'nats';
import type { MeshClient } from '../../../gateway/client/client.ts';
import type { JobResult__Output } from '../../../services/gen/scoremesh/scoring/v1/JobResult.ts';
import { fromNatsHeaders } from '../../../services/kit/bus/headers.ts';
import { fromStatus } from '../../../services/kit/errors/status.ts';
import { principalOf } from '../../../services/scoring/jobs/job-reference.ts';
import { readJobResult } from '../../../services/scoring/jobs/result-message.ts';
import type { FaultMesh } from './fault-mesh.ts';
import type { CountedJob } from './submission.ts';

/** What became of a tenant's jobs, by everything that keeps it. */
export interface Accounts {
  readonly submitted: number;
  /** By state, without JOB_STATE_. */
  readonly states: Readonly<Record<string, number>>;
  /** Records of the tenant's predictions. */
  readonly records: number;
  readonly deadLetters: number;
  /** Results by job. */
  readonly results: ReadonlyMap<string, JobResult__Output>;
  /** Whatever does not add up; empty if all is well. */
  readonly faults: readonly string[];
}

const patienceMs = 240_000;
const pauseMs = 200;

/** Resolves when no job of the tenant waits any more and as many results as submitted jobs are kept; fails with what is missing. */
export async function untilSettled(
  { nats }: FaultMesh,
  tenant: string,
  submitted: number,
  patience = patienceMs,
): Promise<void> {
  const giveUpAt = performance.now() + patience;
  for (;;) {
    let said: string;
    try {
      const waiting = await countOf(nats, 'SCOREMESH_JOBS', `scoremesh.jobs.*.${tenant}.>`);
      const results = await countOf(nats, 'SCOREMESH_RESULTS', `scoremesh.results.${tenant}.*`);
      if (waiting === 0 && results >= submitted) return;
      said = `${waiting} jobs wait, ${results} of ${submitted} have results`;
    } catch (error) {
      said = (error as Error).message;
    }
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

export async function accountsOf(
  { client, nats }: FaultMesh,
  tenant: string,
  submitted: readonly CountedJob[],
): Promise<Accounts> {
  const faults: string[] = [];
  const results = new Map<string, JobResult__Output>();
  const states: Record<string, number> = {};
  for (const { id, result } of await readResults(nats, tenant)) {
    if (results.has(id)) faults.push(`job ${id} has two results`);
    if (result.jobId !== id) faults.push(`the result of job ${id} says ${result.jobId}`);
    results.set(id, result);
    const state = result.state.replace('JOB_STATE_', '');
    states[state] = (states[state] ?? 0) + 1;
  }
  const ids = new Set(submitted.map(({ id }) => id));
  for (const id of ids) if (!results.has(id)) faults.push(`job ${id} has no result`);
  for (const id of results.keys()) if (!ids.has(id)) faults.push(`job ${id} was never submitted`);

  const records = await recordedJobs(client, tenant);
  for (const { id, predictionId } of records.values()) {
    const result = results.get(id);
    if (result?.response?.predictionId !== predictionId)
      faults.push(
        `record ${predictionId} of job ${id} is not its result, which is ${result?.state} ${result?.response?.predictionId}`,
      );
  }
  faults.push(...records.repeated.map((id) => `job ${id} was recorded twice`));
  for (const [id, { error, state }] of results) {
    if (error === null || state === 'JOB_STATE_DEAD') continue;
    const told = fromStatus(error).reason;
    const refusals = records.refusals.get(id)?.filter((reason) => reason === told).length ?? 0;
    // A deadline that passes while a job is scored refuses that score besides.
    const isRight = state === 'JOB_STATE_FAILED' ? refusals === 1 : refusals > 0;
    if (!isRight) faults.push(`job ${id} is ${state} by ${told}, which is recorded ${refusals} times`);
  }
  for (const job of submitted) {
    const result = results.get(job.id);
    if (result?.state !== 'JOB_STATE_SUCCEEDED') continue;
    if (!records.has(job.id)) faults.push(`job ${job.id} succeeded without a record`);
    const score = result.response?.outputs.score?.number;
    if (score !== 2 * job.a) faults.push(`job ${job.id} scored ${score} instead of ${2 * job.a}`);
  }
  const dead = await readDead(nats, tenant);
  for (const id of dead)
    if (results.get(id)?.state !== 'JOB_STATE_DEAD')
      faults.push(`the dead letter of job ${id} is not its result`);
  const { last_seq: last, messages } = (
    await (await nats.jetstreamManager()).streams.info('SCOREMESH_RESULTS')
  ).state;
  if (last !== messages) faults.push(`${last - messages} results were replaced`);
  return { submitted: ids.size, states, records: records.size, deadLetters: dead.size, results, faults };
}

/** Messages of a stream by subject. */
export async function countOf(nats: NatsConnection, stream: string, filter: string): Promise<number> {
  const manager = await nats.jetstreamManager();
  const { state } = await manager.streams.info(stream, { subjects_filter: filter });
  return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
}

async function readResults(
  nats: NatsConnection,
  tenant: string,
): Promise<{ id: string; result: JobResult__Output }[]> {
  const filter = `scoremesh.results.${tenant}.*`;
  const read: { id: string; result: JobResult__Output }[] = [];
  await readStream(nats, 'SCOREMESH_RESULTS', filter, ({ subject, data, headers }) => {
    const result = readJobResult(data, fromNatsHeaders(headers));
    read.push({ id: subject.split('.')[3] ?? '', result });
  });
  return read;
}

async function readDead(nats: NatsConnection, tenant: string): Promise<Set<string>> {
  const ids = new Set<string>();
  await readStream(nats, 'SCOREMESH_DEAD', `scoremesh.dead.${tenant}.>`, ({ headers }) => {
    ids.add(headers?.get('Scoremesh-Job-Id') ?? '');
  });
  return ids;
}

type Message = Parameters<Parameters<ReturnType<typeof consumerOpts>['callback']>[0]>[1];

async function readStream(
  nats: NatsConnection,
  stream: string,
  filter: string,
  take: (message: NonNullable<Message>) => void,
): Promise<void> {
  if ((await countOf(nats, stream, filter)) === 0) return;
  const options = consumerOpts();
  options.orderedConsumer();
  options.bindStream(stream);
  const messages = await nats.jetstream().subscribe(filter, options);
  for await (const message of messages) {
    take(message);
    if (message.info.pending === 0) break;
  }
  messages.unsubscribe();
}

interface Recorded {
  readonly id: string;
  readonly predictionId: string;
}

type RecordedJobs = ReadonlyMap<string, Recorded> & {
  readonly repeated: readonly string[];
  /** Reasons for which it was refused, by job. */
  readonly refusals: ReadonlyMap<string, readonly string[]>;
};

/** Predictions in the audit log that the worker asked for, by job. */
async function recordedJobs({ audit }: MeshClient, tenant: string): Promise<RecordedJobs> {
  const found = new Map<string, Recorded>();
  const repeated: string[] = [];
  const refusals = new Map<string, string[]>();
  let pageToken = '';
  do {
    const page = await audit.ListRecords({ pageSize: 1000, pageToken });
    for (const { record } of page.records) {
      if (record?.principal !== principalOf(tenant)) continue;
      if (record.refusal) {
        const refused = record.refusal.request?.requestId ?? '';
        refusals.set(refused, [...(refusals.get(refused) ?? []), record.refusal.reason]);
      }
      if (!record.prediction) continue;
      const id = record.prediction.request?.requestId ?? '';
      if (found.has(id)) repeated.push(id);
      found.set(id, { id, predictionId: record.recordId });
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return Object.assign(found, { repeated, refusals });
}
