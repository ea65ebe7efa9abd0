import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { minuteOf, unixMsOf } from '../../../../examples/flights/calendar.ts';
import { createEvaluation } from '../../../../examples/flights/evaluation.ts';
import { eventsOf, FEATURE_SET } from '../../../../examples/flights/events.ts';
import type { Flight } from '../../../../examples/flights/flights.ts';
import { flightMinutes } from '../../../../examples/flights/minutes.ts';
import { isLate } from '../../../../examples/flights/outcome.ts';
import { grouped } from '../../../../examples/flights/replay/numbers.ts';
import { report, succeeded } from '../../../../examples/flights/replay/report.ts';
import { type ReplayHooks, type ReplayState, runReplay } from '../../../../examples/flights/replay/run.ts';
import { requestOf } from '../../../../examples/flights/request.ts';
import { collectSamples, joinSamples } from '../../../../examples/flights/training/samples.ts';
import { connect, type MeshClient, type ScoreStreamRequest } from '../../../../gateway/client/client.ts';
import type { Prediction__Output as Prediction } from '../../../../services/gen/scoremesh/audit/v1/Prediction.ts';
import type { Record__Output as Record } from '../../../../services/gen/scoremesh/audit/v1/Record.ts';
import type { BuildTrainingSetRequest } from '../../../../services/gen/scoremesh/feature/v1/BuildTrainingSetRequest.ts';
import type { EntityRow } from '../../../../services/gen/scoremesh/feature/v1/EntityRow.ts';
import type { GetFeaturesResponse__Output as GetFeaturesResponse } from '../../../../services/gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import { messageCodec } from '../../../../services/kit/contract/protos.ts';
import { silentLog } from '../../../../services/kit/log/log.ts';
import { type Mesh, startMesh } from '../../../../services/mesh.ts';
import { meshConfig } from '../../../contract/placements.ts';
import { createOnnxScorer } from '../onnx-scorer.ts';

const example = fileURLToPath(new URL('../../../../examples/flights/', import.meta.url));
const FLIGHTS = 1500;
const FEATURES = 13;
const VIEWS = 5;
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
  mesh = await startMesh(meshConfig(folder, {}), silentLog);
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
  expect(state.events).toMatchObject({ duplicates: 0, quarantined: 0 });
  expect(state.events.stored).toBe(await eventsBefore(state.minute + 1));
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
  for (const { flight, probability } of await scoredOffline()) {
    expect(replayed.get(`flights-${flight.row}`)).toBe(probability);
    offline.add(probability, isLate(flight));
  }
  const { auc, deciles } = state.evaluation.summary();
  expect(auc).toBe(offline.summary().auc);
  expect(deciles.map(({ lateRate }) => lateRate)).toHaveLength(10);

  const known = new Map(records.map(({ recordId, prediction }) => [recordId, prediction]));
  const late = new Map((await departures()).map((one) => [`flights-${one.row}`, isLate(one)]));
  for (const { predictionId, values } of outcomes) {
    expect(values.late?.flag).toBe(late.get(known.get(predictionId)?.request?.requestId ?? ''));
  }
});

test('training reads the bits that scores were made from, also after events came late', async () => {
  const scored = (await allRecords()).flatMap(({ prediction }) => prediction ?? []).map(readOf);
  const now = await trained(scored.map(({ row }) => row));
  for (const [i, { values }] of scored.entries()) expect(bytesOf(now, i)).toEqual(bytesOf(values, 0));

  const late = [...Array(60).keys()].map((minutes) => ({
    stream: 'arrivals',
    eventId: `late-${minutes}`,
    eventTime: unixMsOf(options.fromMinute + minutes) - 1,
    fields: {
      origin: { text: 'ORD' },
      destination: { text: 'LAX' },
      hour: { number: 7 },
      delay: { number: 4000 },
    },
  }));
  expect(await client.features.Ingest({ events: late })).toMatchObject({ stored: 60 });
  const sampled = scored.filter((_, i) => i % 25 === 0);
  const after = await trained(sampled.map(({ row }) => row));
  const changed = sampled.filter(
    ({ values }, i) => !isDeepStrictEqual(bytesOf(after, i), bytesOf(values, 0)),
  );
  expect(changed.length).toBeGreaterThan(sampled.length / 2);
  for (const { row, values } of sampled) {
    const then = await trained([row], values.asOfIngest);
    expect(bytesOf(then, 0)).toEqual(bytesOf(values, 0));
    expect(then.asOfIngest).toBe(values.asOfIngest);
  }
});

test('a repeat with the same request ids answers what is recorded', async () => {
  const before = await counts();
  const state = await replay({ ...options, idempotent: true, limit: 100 });
  expect(state).toMatchObject({ scored: 100, outcomes: { joined: 100 }, events: { stored: 0 } });
  expect(await counts()).toEqual(before);
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
    const { minute, origin, destination, distanceMiles } = first!;
    const values = Object.entries(requestOf(minute, distanceMiles)).map(([name, number]) => [
      name,
      { number },
    ]);
    const inputs = Object.fromEntries(values);
    const request = { model: 'flight_delay', entities: { origin, destination }, inputs };
    for (let sequence = 0; sequence < 50; sequence++) yield { sequence, request };
  }
  const answered: number[] = [];
  for await (const { sequence } of client.scoring.ScoreStream(requests())) answered.push(Number(sequence));
  expect(answered.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

function replay(given: typeof options, hooks: Partial<ReplayHooks> = {}): Promise<ReplayState> {
  return runReplay(client, given, { stop: never, output, ...hooks });
}

async function departures(): Promise<Flight[]> {
  const all: Flight[] = [];
  for await (const minute of flightMinutes(options.fromMinute, options.toMinute))
    all.push(...minute.departures);
  return all.slice(0, FLIGHTS);
}

async function eventsBefore(minute: number): Promise<number> {
  let events = 0;
  for await (const each of flightMinutes(0, minute)) events += eventsOf(each).length;
  return events;
}

/** The same flights scored with the committed model and nothing else, all in one batch. */
async function scoredOffline(): Promise<{ flight: Flight; probability: number }[]> {
  const score = await createOnnxScorer(await readFile(join(example, 'models/flight_delay/1/model.onnx')));
  const range = { fromMinute: options.fromMinute, beforeMinute: options.toMinute };
  const samples = await collectSamples(joinSamples(client, FEATURE_SET, range));
  const probabilities = await score(samples, 0, FLIGHTS);
  return (await departures()).map((flight, i) => ({ flight, probability: probabilities[i]! }));
}

const responses = messageCodec<object, GetFeaturesResponse>('scoremesh.feature.v1.GetFeaturesResponse');

/** What a recorded score read, and the row that reads it again. */
function readOf({ request, features }: Prediction): { row: EntityRow; values: GetFeaturesResponse } {
  const { entities, inputs, asOfEventTime } = request!;
  const row = { entities, inputs: { minute_of_day: inputs.minute_of_day! }, asOfEventTime: asOfEventTime! };
  return { row, values: responses.decode(features!.values) };
}

async function trained(rows: EntityRow[], asOfIngestTime?: number): Promise<GetFeaturesResponse> {
  const known = asOfIngestTime === undefined ? {} : { asOfIngestTime };
  async function* batches(): AsyncGenerator<BuildTrainingSetRequest> {
    yield { batch: { featureSet: FEATURE_SET, rows, ...known } };
  }
  for await (const { batch } of client.features.BuildTrainingSet(batches())) return batch!;
  throw new Error('no batch came back');
}

/** The bytes of one row: values, statuses, and when what they are made of happened and became known. */
function bytesOf({ blocks, statuses, eventTimes, ingestTimes }: GetFeaturesResponse, row: number): Buffer[] {
  return [...blocks.map(({ data }) => data), statuses, eventTimes, ingestTimes].map((bytes, i) => {
    // Times are a column for each of the five views.
    const width = i < blocks.length ? FEATURES * 4 : i === blocks.length ? FEATURES : VIEWS * 8;
    return bytes.subarray(row * width, (row + 1) * width);
  });
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
