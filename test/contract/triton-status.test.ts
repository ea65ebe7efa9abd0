import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import { decodeStatus, statusDetailsKey } from '../../services/kit/errors/status.ts';
import { connectInference, type InferenceClient } from '../e2e/inference-client.ts';
import { linearModel } from '../inference/onnx-models.ts';
import { type Placed, place, placementNames } from './placements.ts';
import { until } from './ready.ts';

const maxInFlight = 4;
const burst = 200;

function row(id: string, rest: ModelInferRequest = {}): ModelInferRequest {
  return {
    modelName: 'sum',
    id,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2] }],
    rawInputContents: [Buffer.alloc(8)],
    ...rest,
  };
}

describe.each(placementNames)('a mesh placed %s that answers with Triton’s status codes', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-models-'));
  let mesh: Placed;
  let client: InferenceClient;

  beforeAll(async () => {
    const path = join(folder, 'sum/1/model.onnx');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, linearModel([1, 1], 0));
    mesh = await place(name, {
      modelsFolder: folder,
      featuresFolder: undefined,
      maxInFlight,
      oipStatus: 'triton',
    });
    client = connectInference(mesh.address);
  });
  afterAll(async () => {
    client?.close();
    await mesh?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const failure = (asked: ModelInferRequest, at = client): Promise<ServiceError | undefined> =>
    at.call('ModelInfer', asked).then(
      () => undefined,
      (error: ServiceError) => error,
    );
  const reasonOf = (error: ServiceError): string =>
    decodeStatus(error.metadata.get(statusDetailsKey)[0] as Buffer).reason;

  it('tells a full queue as UNAVAILABLE, and the honest reason in the details', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: burst }, (_, place) => failure(row(`r-${place}`))),
    );
    let refused = 0;
    for (const [place, error] of outcomes.entries()) {
      if (error === undefined) continue;
      refused += 1;
      expect(error).toMatchObject({
        code: 14,
        details: `[request id: r-${place}] Exceeds maximum queue size`,
      });
      expect(reasonOf(error)).toBe('QUEUE_FULL');
    }
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(burst);
    // The record keeps what is true.
    await until(async () => {
      const { records } = await mesh.client.audit.ListRecords({ pageSize: 1000 });
      const summaries = records.flatMap(({ record }) => record?.refusalSummary ?? []);
      const counted = summaries.reduce((sum, { count }) => sum + count, 0);
      if (counted !== refused) return `${counted} of ${refused} refusals are counted`;
      for (const summary of summaries) expect(summary).toMatchObject({ code: 8, reason: 'QUEUE_FULL' });
      return undefined;
    });
  });

  it('tells a full queue in its place of a stream', async () => {
    const answers = await client.stream(Array.from({ length: 60 }, (_, place) => row(String(place))));
    expect(answers.map(({ inferResponse }) => inferResponse?.id)).toEqual(
      Array.from({ length: 60 }, (_, place) => String(place)),
    );
    const failed = answers.filter(({ errorMessage }) => errorMessage !== '');
    expect(failed.length).toBeGreaterThan(0);
    for (const { errorMessage, inferResponse } of failed)
      expect(errorMessage).toBe(`[request id: ${inferResponse?.id}] Exceeds maximum queue size`);
  });

  it('tells a time-out of the request as UNAVAILABLE', async () => {
    const error = await failure(row('late', { parameters: { timeout: { int64Param: 1 } } }));
    expect(error).toMatchObject({ code: 14, details: 'Request timeout expired' });
    expect(reasonOf(error!)).toMatch(/^DEADLINE_/);
  });

  it('leaves alone what Triton tells alike', async () => {
    expect(await failure(row('a', { modelName: 'nobody' }))).toMatchObject({ code: 5 });
    expect(await failure(row('a', { rawInputContents: [Buffer.alloc(4)] }))).toMatchObject({ code: 3 });
  });

  it('tells the same codes at the inference role itself, where that has a port of its own', async () => {
    if (mesh.addresses.inference === mesh.address) return;
    const role = connectInference(mesh.addresses.inference);
    try {
      const error = await failure(row('late', { parameters: { timeout: { int64Param: 1 } } }), role);
      expect(error).toMatchObject({ code: 14, details: 'Request timeout expired' });
    } finally {
      role.close();
    }
  });

  it('leaves scores their own codes', async () => {
    const scores = Array.from({ length: burst }, () =>
      mesh.client.scoring
        .Score({
          model: 'sum',
          inputs: { x: { tensor: { datatype: 'FP32', shape: ['1', '2'], data: Buffer.alloc(8) } } },
        })
        .then(
          () => 0,
          ({ code }: { code: number }) => code,
        ),
    );
    for (const code of await Promise.all(scores)) expect([0, 8]).toContain(code);
  });
});
