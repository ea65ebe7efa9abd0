import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flight, flightEvents, flightMoment } from './flight.ts';
import { type Placed, place, placementNames } from './placements.ts';

describe.each(placementNames)('answers that are replayed by a mesh placed %s', (name) => {
  let mesh: Placed;
  let predictionId: string;

  beforeAll(async () => {
    mesh = await place(name);
    await mesh.client.features.Ingest({ events: flightEvents });
    ({ predictionId } = await mesh.client.scoring.Score(flight({ asOfEventTime: flightMoment })));
  });
  afterAll(() => mesh?.close());

  it('have the same bits, from the same features', async () => {
    const response = await mesh.client.scoring.Replay({ predictionId, readFeatures: true });
    expect(response).toMatchObject({
      verdict: 'REPLAY_VERDICT_SAME',
      explanation: 'every output has the same bits; all 13 features are read as they were',
      model: { name: 'flight_delay', version: 1, alias: 'champion' },
      differences: [],
      skew: [],
    });
    expect(response.replayed).toEqual(response.recorded);
    expect(response.replayedRuntime).toBe(response.recordedRuntime);
    expect(response.replayedRuntime).toContain('onnxruntime-node');
  });

  it('have the same bits of an inference, too', async () => {
    const row = (input: string, length: number) => ({
      name: input,
      shape: ['2', String(length)],
      datatype: 'FP32',
      contents: { fp32Contents: Array.from({ length: 2 * length }, (_, i) => i / 7) },
    });
    const { parameters } = await mesh.client.inference.ModelInfer({
      modelName: 'flight_delay',
      inputs: [row('request', 3), row('features', 13)],
    });
    const inference = parameters.prediction_id?.stringParam ?? '';
    expect(await mesh.client.scoring.Replay({ predictionId: inference })).toMatchObject({
      verdict: 'REPLAY_VERDICT_SAME',
      recorded: { late_probability: { tensor: { shape: ['2', '1'] } } },
    });
  });

  it('are answered by a version that is not served any more', async () => {
    await mesh.client.models.UnloadModel({ name: 'flight_delay', version: 1 });
    expect(await mesh.client.scoring.Replay({ predictionId })).toMatchObject({
      verdict: 'REPLAY_VERDICT_SAME',
      model: { version: 1 },
    });
    await mesh.client.models.LoadModel({ name: 'flight_delay', version: 1 });
  });

  it('tell what would have been, which is no prediction, as JSON', async () => {
    const { records: before } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    const replay = await fetch(`${mesh.httpUrl}/v1/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        prediction_id: predictionId,
        changes: { distance: 300, 'origin_delays.late_rate_1h': 0 },
      }),
    });
    expect(replay.status).toBe(200);
    expect(await replay.json()).toMatchObject({
      verdict: 'WHAT_IF',
      model: { name: 'flight_delay' },
      replayed: { late_probability: expect.any(Number), decision: expect.any(String) },
      differences: [],
    });
    const { records: after } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
    expect(after).toHaveLength(before.length);
  });

  it('are refused for a record that is not there', async () => {
    const absent = '01938d7e-0000-7000-8000-000000000000';
    await expect(mesh.client.scoring.Replay({ predictionId: absent })).rejects.toMatchObject({
      reason: 'RECORD_NOT_FOUND',
    });
  });

  it('come from a method that no caller reaches, at the gateway or at the role', async () => {
    for (const address of [mesh.address, mesh.addresses.inference]) {
      const client = new Client(address, credentials.createInsecure());
      const code = await new Promise((resolve) =>
        client.makeUnaryRequest(
          '/scoremesh.inference.v1.ModelService/RunContent',
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          Buffer.alloc(0),
          (error) => resolve(error?.code),
        ),
      );
      client.close();
      expect(code).toBe(12);
    }
  });
});
