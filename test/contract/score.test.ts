import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScoreStreamRequest, Value } from '../../gateway/client/client.ts';
import { rootOfInclusion } from '../../services/kit/transparency/merkle-proof.ts';
import { parseTlogProof } from '../../services/kit/transparency/tlog-proof.ts';
import { flight, flightEvents, flightMoment } from './flight.ts';
import { type Placed, place, placementNames } from './placements.ts';
import { until } from './ready.ts';

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** What the first placement answered: the others must answer the same bits. */
let firstOutputs: Record<string, Value> | undefined;

describe.each(placementNames)('a mesh placed %s', (name) => {
  let mesh: Placed;

  beforeAll(async () => {
    mesh = await place(name);
    await mesh.client.features.Ingest({ events: flightEvents });
  });
  afterAll(() => mesh?.close());

  it('scores with the features it was given, the same bits in every placement', async () => {
    const response = await mesh.client.scoring.Score(
      flight({ includeFeatures: true, asOfEventTime: flightMoment }),
    );
    expect(response.predictionId).toMatch(uuid7);
    expect(response.model).toMatchObject({ name: 'flight_delay', version: 1, alias: 'champion' });
    firstOutputs ??= response.outputs;
    expect(response.outputs).toStrictEqual(firstOutputs);
    expect(response.outputs.late_probability?.number).toEqual(expect.any(Number));
    expect(response.outputs.decision?.text).toMatch(/^(late|on_time)$/);
    const byName = new Map(response.features.map((feature) => [feature.name, feature]));
    expect(byName.get('origin_delays.late_rate_1h')).toMatchObject({
      status: 'FEATURE_STATUS_PRESENT',
      value: { number: 0.5 },
    });
    expect(byName.get('destination_delays.mean_delay_1h')).toMatchObject({
      status: 'FEATURE_STATUS_NULL_VALUE',
      value: null,
    });
    expect(byName.get('route_delays.flights_14d')).toMatchObject({
      status: 'FEATURE_STATUS_NOT_FOUND',
      eventTime: null,
    });
    expect(response.features).toHaveLength(13);
  });

  it('gives a receipt that names the record and its leaf hash', async () => {
    const first = await mesh.client.scoring.Score(flight());
    const second = await mesh.client.scoring.Score(flight());
    expect(Number(second.receipt?.logIndex)).toBeGreaterThan(Number(first.receipt?.logIndex));
    const { entry, record, receipt } = await mesh.client.audit.GetRecord({ recordId: first.predictionId });
    const leaf = createHash('sha256')
      .update(Buffer.from([0]))
      .update(entry)
      .digest();
    expect(receipt).toEqual({ ...first.receipt, proof: '' });
    const proof = parseTlogProof(first.receipt!.proof);
    expect(rootOfInclusion(leaf, proof.index, proof.checkpoint.size, proof.hashes)).toEqual(
      proof.checkpoint.rootHash,
    );
    expect(leaf.equals(first.receipt!.leafHash)).toBe(true);
    expect(record?.prediction).toMatchObject({
      request: { model: 'flight_delay', entities: { origin: 'ORD', destination: 'DEN' } },
      model: { version: 1, digest: first.model?.digest },
      outputs: { late_probability: { number: first.outputs.late_probability?.number } },
    });
  });

  it('answers a repeated request_id with the recorded prediction, also when the repeats come at once', async () => {
    const requestId = `repeat-${name}`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => mesh.client.scoring.Score(flight({ requestId }))),
    );
    const late = await mesh.client.scoring.Score(flight({ requestId, includeFeatures: true }));
    expect(new Set([...answers, late].map(({ predictionId }) => predictionId)).size).toBe(1);
    expect(new Set([...answers, late].map(({ receipt }) => receipt?.logIndex)).size).toBe(1);
    expect(late.features).toHaveLength(13);
    expect(late.outputs).toEqual(answers[0]?.outputs);
    const overHttp = await fetch(`${mesh.httpUrl}/v1/models/flight_delay:score`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        request_id: requestId,
        entities: { origin: 'ORD', destination: 'DEN' },
        inputs: { minute_of_day: 750, day_of_week: 4, distance: 888 },
      }),
    });
    expect(await overHttp.json()).toMatchObject({ prediction_id: late.predictionId });
    const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    const made = records.filter(({ record }) => record?.prediction?.request?.requestId === requestId);
    expect(made.map(({ record }) => record?.recordId)).toEqual([late.predictionId]);
  });

  it('refuses a repeated request_id with another body, naming the first prediction', async () => {
    const requestId = `conflict-${name}`;
    const { predictionId } = await mesh.client.scoring.Score(flight({ requestId }));
    const conflict = mesh.client.scoring.Score(
      flight({ requestId, entities: { origin: 'ORD', destination: 'SFO' } }),
    );
    await expect(conflict).rejects.toMatchObject({
      code: 6,
      reason: 'REQUEST_ID_CONFLICT',
      message: expect.stringContaining(predictionId),
      details: { metadata: { prediction_id: predictionId } },
    });
  });

  it('answers a stream in any order, and a bad request in it does not end it', async () => {
    async function* requests(): AsyncGenerator<ScoreStreamRequest> {
      for (let sequence = 0; sequence < 500; sequence++) {
        const bad = sequence % 50 === 7;
        yield { sequence, request: bad ? flight({ model: 'nobody' }) : flight() };
      }
    }
    const seen = new Map<string, string>();
    for await (const answer of mesh.client.scoring.ScoreStream(requests())) {
      seen.set(answer.sequence, answer.result ?? '');
      if (answer.error)
        expect(answer.error).toMatchObject({ code: 5, message: expect.stringContaining('flight_delay') });
    }
    expect(seen.size).toBe(500);
    expect([...seen.values()].filter((result) => result === 'error')).toHaveLength(10);
  });

  it('holds back who sends requests and reads no answers', async () => {
    const offered = 20_000;
    let sent = 0;
    async function* requests(): AsyncGenerator<ScoreStreamRequest> {
      for (; sent < offered; sent++) yield { sequence: sent, request: flight({ includeFeatures: true }) };
    }
    const done = async (): Promise<number> => {
      const text = await (await fetch(`${mesh.metricsUrls.inference}/metrics`)).text();
      const count =
        /^scoremesh_inference_requests_total\{model="flight_delay",version="1",outcome="OK"\} (\d+)$/m;
      return Number(count.exec(text)?.[1] ?? 0);
    };
    const before = await done();
    const answers = mesh.client.scoring.ScoreStream(requests())[Symbol.asyncIterator]();
    expect((await answers.next()).value).toMatchObject({ result: 'response' });
    // Held back: what it took is scored, and it takes no more while nobody reads.
    let last = -1;
    let unchanged = 0;
    await until(async () => {
      const now = await done();
      unchanged = now === last ? unchanged + 1 : 0;
      last = now;
      return unchanged >= 15 ? undefined : `${now} were scored`;
    });
    expect(last - before).toBeLessThan(offered / 4);
    expect(sent).toBeLessThan(offered);
    await answers.return?.();
    await until(async () => {
      const text = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();
      const [, count] = /^scoremesh_scores_in_flight (\d+)$/m.exec(text) ?? [];
      return count === '0' ? undefined : `${count} scores in flight`;
    });
  });

  it('answers over HTTP what it answers over gRPC', async () => {
    const response = await fetch(`${mesh.httpUrl}/v1/models/flight_delay@1:score`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        entities: { origin: 'ORD', destination: 'DEN' },
        inputs: { minute_of_day: 750, day_of_week: 4, distance: 888 },
        as_of: new Date(flightMoment).toISOString(),
      }),
    });
    expect(response.status).toBe(200);
    const body = (await response.json()) as { outputs: Record<string, unknown>; prediction_id: string };
    expect(body.outputs).toEqual({
      late_probability: firstOutputs?.late_probability?.number,
      decision: firstOutputs?.decision?.text,
    });
    expect(body.prediction_id).toMatch(uuid7);
  });

  it('records outcomes, joined to their predictions or not', async () => {
    const { predictionId } = await mesh.client.scoring.Score(flight());
    const unknown = '01900000-0000-7000-8000-000000000000';
    const answer = await mesh.client.scoring.RecordOutcomes({
      outcomes: [
        { predictionId, values: { late: { flag: true } } },
        { predictionId: unknown, values: { late: { flag: false } } },
      ],
    });
    expect(answer).toEqual({ joined: 1, unknown: 1, duplicate: 0, corrected: 0 });
  });

  it('lists records by time, page by page, each once', async () => {
    const since = new Date();
    const ids: string[] = [];
    for (let count = 0; count < 7; count++)
      ids.push((await mesh.client.scoring.Score(flight())).predictionId);
    const listed: string[] = [];
    let pageToken = '';
    do {
      const page = await mesh.client.audit.ListRecords({
        since: { seconds: Math.floor(since.getTime() / 1000), nanos: (since.getTime() % 1000) * 1e6 },
        pageSize: 3,
        pageToken,
      });
      listed.push(...page.records.map(({ record }) => record?.recordId ?? ''));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(listed).toEqual(ids);
  });

  it('reads the features that it was given, from one address', async () => {
    const { sets } = await mesh.client.features.ListFeatures({});
    const set = sets.find(({ name: called }) => called === 'flight_delay');
    const { digest, statuses, blocks } = await mesh.client.features.GetFeatures({
      featureSet: 'flight_delay',
      asOfEventTime: flightMoment,
      rows: ['ORD', 'XXX'].map((origin) => ({
        entities: { origin, destination: 'DEN' },
        inputs: { minute_of_day: { number: 750 } },
      })),
    });
    expect(digest).toBe(set?.digest);
    const place = set?.features.indexOf('origin_delays.late_rate_1h') ?? -1;
    // PRESENT for the airport that had flights, NOT_FOUND for the one that had none.
    expect([statuses[place], statuses[13 + place]]).toEqual([1, 3]);
    expect(blocks[0]?.data.readFloatLE(place * 4)).toBe(0.5);
  });

  it('tells its models, also as a stream', async () => {
    const { models } = await mesh.client.models.ListModels({});
    expect(models.map(({ name: model, version, aliases }) => [model, version, aliases])).toEqual([
      ['flight_delay', 1, ['champion']],
      ['flight_delay', 2, ['challenger']],
    ]);
    for await (const snapshot of mesh.client.models.WatchModels({})) {
      expect(snapshot.models).toEqual(models);
      break;
    }
  });

  it('exposes metrics by method, code, model and placement', async () => {
    const text = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();

    expect(text).toMatch(
      /scoremesh_request_duration_seconds_count\{method="scoremesh.scoring.v1.ScoringService\/Score",code="OK",model="flight_delay",placement="grpc"\} \d+/,
    );
    expect(text).toContain('scoremesh_event_loop_lag_seconds');
    expect(text).toContain('scoremesh_scores_in_flight');
  });
});
