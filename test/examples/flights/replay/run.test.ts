import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { minuteOf } from '../../../../examples/flights/calendar.ts';
import { createEvaluation } from '../../../../examples/flights/evaluation.ts';
import { type ReplayDeparture, replayMinutes } from '../../../../examples/flights/minutes.ts';
import { grouped } from '../../../../examples/flights/replay/numbers.ts';
import { report, succeeded } from '../../../../examples/flights/replay/report.ts';
import { type ReplayHooks, type ReplayState, runReplay } from '../../../../examples/flights/replay/run.ts';
import { collectSamples } from '../../../../examples/flights/samples.ts';
import { connect, type MeshClient, type ScoreStreamRequest } from '../../../../gateway/client/client.ts';
import type { Record__Output as Record } from '../../../../services/gen/scoremesh/audit/v1/Record.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { readTracingConfig } from '../../../../services/kit/telemetry/tracing-config.ts';
import { type Mesh, startMesh } from '../../../../services/mesh.ts';
import { createOnnxScorer } from '../onnx-scorer.ts';

const example = fileURLToPath(new URL('../../../../examples/flights/', import.meta.url));
const FLIGHTS = 1500;
const options = {
  model: 'flight_delay',
  fromMinute: minuteOf('2001-01-03T11:30'),
  toMinute: minuteOf('2001-01-03T14:30'),
  limit: FLIGHTS,
  speed: Number.POSITIVE_INFINITY,
  idempotent: false,
};
const output = 'late_probability';
const never = new AbortController().signal;

let folder: string;
let mesh: Mesh;
let client: MeshClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoremesh-replay-'));
  mesh = await startMesh(
    {
      roles: ['gateway', 'feature', 'inference', 'audit'],
      addresses: {},
      host: '127.0.0.1',
      grpcPort: 0,
      httpPort: 0,
      metricsPort: 0,
      modelsFolder: join(example, 'models'),
      featuresFolder: join(example, 'features'),
      dataFolder: folder,
      bus: { urls: undefined } as Parameters<typeof startMesh>[0]['bus'],
      version: '0.0.0',
      defaultTimeoutMs: 10_000,
      maxMessageBytes: 16 * 1024 * 1024,
      maxInFlight: 2048,
      graceMs: 5000,
      tracing: readTracingConfig({}),
      serveLinks: false,
    },
    silentLog,
  );
  client = connect({ address: `127.0.0.1:${mesh.grpcPort}` });
  await vi.waitUntil(() => mesh.unready() === undefined, { timeout: 30_000 });
});

afterAll(async () => {
  await client?.close();
  await mesh?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a replayed flight gets the bits that the model gives offline, and its outcome is joined to it', async () => {
  const state = await replay({ ...options, idempotent: true });
  expect(state).toMatchObject({ scored: FLIGHTS, departed: FLIGHTS, inTheAir: 0, brokenOff: undefined });
  expect(state.outcomes).toMatchObject({ joined: FLIGHTS, unknown: 0, waiting: 0 });
  expect(state.rows.superseded).toBe(0);
  expect(state.versions).toEqual(new Map([[1, FLIGHTS]]));
  expect(succeeded(state)).toBe(true);

  const records = await allRecords();
  const predictions = records.flatMap(({ prediction }) => prediction ?? []);
  const outcomes = records.flatMap(({ outcome }) => outcome ?? []);
  const changes = records.flatMap(({ modelChange }) => modelChange ?? []);
  expect([predictions.length, outcomes.length]).toEqual([FLIGHTS, FLIGHTS]);
  expect(records.length).toBe(2 * FLIGHTS + changes.length);
  const replayed = new Map(predictions.map((one) => [one.request?.requestId, one.outputs[output]?.number]));

  const offline = createEvaluation();
  for (const { departure, probability } of await scoredOffline()) {
    expect(replayed.get(`flights-${departure.row}`)).toBe(probability);
    offline.add(probability, departure.late);
  }
  const { auc, deciles } = state.evaluation.summary();
  expect(auc).toBe(offline.summary().auc);
  expect(deciles.map(({ lateRate }) => lateRate)).toHaveLength(10);

  const known = new Map(records.map(({ recordId, prediction }) => [recordId, prediction]));
  const late = new Map((await departures()).map((one) => [`flights-${one.row}`, one.late]));
  for (const { predictionId, values } of outcomes) {
    expect(values.late?.flag).toBe(late.get(known.get(predictionId)?.request?.requestId ?? ''));
  }
});

test('a repeat with the same request ids answers what is recorded', async () => {
  const before = await counts();
  const state = await replay({ ...options, idempotent: true, limit: 100 });
  expect(state).toMatchObject({ scored: 100, outcomes: { joined: 100 } });
  expect(await counts()).toEqual({ ...before, outcomes: before.outcomes + 100 });
});

test('a replay that is stopped midway accounts for every flight that left', async () => {
  const before = await counts();
  const stop = new AbortController();
  const stopAt = options.fromMinute + 75;
  const state = await replay(options, {
    stop: stop.signal,
    onMinute: ({ minute }) => {
      if (minute === stopAt) stop.abort();
    },
  });
  const after = await counts();
  const landed = state.evaluation.summary().count;
  expect(state.minute).toBe(stopAt);
  expect(state.scored).toBeGreaterThan(500);
  expect(state.scored).toBeLessThan(FLIGHTS);
  expect(state.latencies.count()).toBe(state.scored);
  expect(landed).toBeGreaterThan(0);
  expect(landed + state.inTheAir).toBe(state.scored);
  expect(state.outcomes).toMatchObject({ joined: landed, unknown: 0, waiting: 0 });
  expect(after.predictions - before.predictions).toBe(state.scored);
  expect(after.outcomes - before.outcomes).toBe(landed);

  const text = report(
    state,
    { name: 'flight_delay', threshold: 0.3333 },
    { address: 'host:1', fromMinute: options.fromMinute },
    true,
  );
  expect(text).toContain(
    `Stopped: 2001-01-03T11:30 to 2001-01-03T12:46: ${grouped(state.scored)} flights scored`,
  );
  expect(text).toContain(`in the air ${grouped(state.inTheAir)} flights`);
  expect(text).toContain(`audit get ${state.firstPredictionId} --address host:1`);
});

test('what the mesh refuses is counted by reason, and the stream goes on', async () => {
  const state = await replay({ ...options, model: 'flight_delya', limit: 40 });
  expect(state).toMatchObject({ scored: 0, departed: 40, brokenOff: undefined });
  expect(state.failures.byReason()).toMatchObject([{ reason: 'MODEL_NOT_FOUND', count: 40 }]);
  expect(succeeded(state)).toBe(false);
});

test('a stream whose requests have ended still brings all its answers', async () => {
  const [first] = await departures();
  async function* requests(): AsyncGenerator<ScoreStreamRequest> {
    const values = Object.entries(first!.inputs).map(([name, number]) => [name, { number }]);
    const request = { model: 'flight_delay', entities: first!.entities, inputs: Object.fromEntries(values) };
    for (let sequence = 0; sequence < 50; sequence++) yield { sequence, request };
  }
  const answered: number[] = [];
  for await (const { sequence } of client.scoring.ScoreStream(requests())) answered.push(Number(sequence));
  expect(answered.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

function replay(given: typeof options, hooks: Partial<ReplayHooks> = {}): Promise<ReplayState> {
  return runReplay(client, given, { stop: never, output, ...hooks });
}

async function departures(): Promise<ReplayDeparture[]> {
  const all: ReplayDeparture[] = [];
  for await (const minute of replayMinutes(options.fromMinute, options.toMinute))
    all.push(...minute.departures);
  return all.slice(0, FLIGHTS);
}

/** The same flights scored with the committed model and nothing else, all in one batch. */
async function scoredOffline(): Promise<{ departure: ReplayDeparture; probability: number }[]> {
  const score = await createOnnxScorer(await readFile(join(example, 'models/flight_delay/1/model.onnx')));
  const samples = await collectSamples(options.toMinute);
  const first = samples.minutes.findIndex((minute) => minute >= options.fromMinute);
  const probabilities = await score(samples, first, FLIGHTS);
  return (await departures()).map((departure, i) => ({ departure, probability: probabilities[i]! }));
}

async function allRecords(): Promise<Record[]> {
  const records: Record[] = [];
  let pageToken = '';
  do {
    const page = await client.audit.ListRecords({ pageSize: 1000, pageToken });
    records.push(...page.records.map(({ record }) => record!));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return records;
}

async function counts(): Promise<{ predictions: number; outcomes: number; others: number }> {
  const records = await allRecords();
  const predictions = records.filter(({ prediction }) => prediction).length;
  const outcomes = records.filter(({ outcome }) => outcome).length;
  return { predictions, outcomes, others: records.length - predictions - outcomes };
}
