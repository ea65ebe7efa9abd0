import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelInferRequest } from '../../../services/gen/inference/ModelInferRequest.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { deepModel } from '../../bench/models.ts';
import { until } from '../../kit/rpc/processes.ts';
import { type ModelFiles, startService, type TestService } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';
import {
  connectCancellable,
  connectHandlers,
  type StatusStyle,
  statusStyles,
  type WireClient,
} from './wire.ts';

const width = 256;
// A run takes long enough for other requests to arrive meanwhile.
const slow = deepModel(width, 600);
const linear = linearModel([1, 10, 100], 0.5);
const row = (modelName: string, columns: number, parameters = {}): ModelInferRequest => ({
  modelName,
  id: '7',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, columns] }],
  rawInputContents: [Buffer.alloc(4 * columns)],
  parameters,
});

// The client and its server outlive the service whose end they see.
let closers = createClosers(silentLog);
afterEach(async () => {
  await closers.close();
  closers = createClosers(silentLog);
});

async function start(
  style: StatusStyle,
  files: ModelFiles,
  settings: Parameters<typeof startService>[1] = {},
): Promise<{ service: TestService; client: WireClient }> {
  const service = await startService(files, settings);
  closers.add('service', () => service.closers.close());
  return { service, client: await connectHandlers(service.inference, closers, style) };
}

async function outcomes(calls: readonly Promise<unknown>[]): Promise<{ code: status; details: string }[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((one) => (one.status === 'fulfilled' ? { code: status.OK, details: '' } : one.reason));
}

describe.each(statusStyles)('over the wire, told %s', (style) => {
  const told = (honest: status, triton: status): status => (style === 'honest' ? honest : triton);

  it('a full queue is told at once, and what was queued is answered', async () => {
    const { client } = await start(style, { 'slow/1/model.onnx': slow }, { maxQueuedRows: 1 });
    const all = await outcomes(
      Array.from({ length: 32 }, () => client.call('ModelInfer', row('slow', width))),
    );
    const refused = all.filter(({ code }) => code !== status.OK);
    expect(all.length - refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const refusal of refused)
      expect(refusal).toMatchObject({
        code: told(status.RESOURCE_EXHAUSTED, status.UNAVAILABLE),
        details:
          style === 'honest'
            ? expect.stringMatching(
                /1 of at most 1 rows wait for model 'slow' version 1; try again in \d+ ms/,
              )
            : '[request id: 7] Exceeds maximum queue size',
      });
  });

  it("a request's own time-out is told, and it is not run", async () => {
    const { client, service } = await start(style, { 'm/1/model.onnx': linear });
    // A microsecond is over before the request can be queued.
    const timeout = { timeout: { int64Param: 1 } };
    await expect(client.call('ModelInfer', row('m', 3, timeout))).rejects.toMatchObject({
      code: told(status.DEADLINE_EXCEEDED, status.UNAVAILABLE),
      details: style === 'honest' ? expect.stringContaining('deadline') : 'Request timeout expired',
    });
    const [counted] = (await client.call('ModelStatistics', { name: 'm' })).modelStats;
    expect(counted).toMatchObject({ executionCount: '0', inferenceStats: { fail: { count: '1' } } });
    const [rejected] = service.metrics.read('nv_inference_request_failure').filter(({ value }) => value > 0);
    expect(rejected).toEqual({ labels: ['m', '1', 'REJECTED'], value: 1 });
  });

  it('new requests are refused once the server stops, which is then not ready and still live', async () => {
    const { client, service } = await start(style, { 'm/1/model.onnx': linear });
    expect(await client.call('ServerReady', {})).toEqual({ ready: true });
    await service.closers.close();
    expect(await client.call('ServerLive', {})).toEqual({ live: true });
    expect(await client.call('ServerReady', {})).toEqual({ ready: false });
    expect(await client.call('ModelReady', { name: 'm' })).toEqual({ ready: false });
    await expect(client.call('ModelInfer', row('m', 3))).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details:
        style === 'honest'
          ? expect.stringContaining('is stopping and takes no new inference requests')
          : 'Server is stopping, scheduler for model has stopped accepting new inference requests',
    });
  });

  it.each(['RepositoryModelLoad', 'RepositoryModelUnload'] as const)(
    '%s is refused where the folder decides, and where nothing may change',
    async (method) => {
      const files = { 'm/1/model.onnx': linear };
      const polling = await start(style, files, { control: 'poll' });
      const refusal = {
        code: status.UNAVAILABLE,
        details: 'explicit model load / unload is not allowed if polling is enabled',
      };
      await expect(polling.client.call(method, { modelName: 'm' })).rejects.toMatchObject(refusal);
      const fixed = await start(style, files, { control: 'none' });
      await expect(fixed.client.call(method, { modelName: 'm' })).rejects.toMatchObject(
        style === 'honest'
          ? { code: status.FAILED_PRECONDITION, details: expect.stringContaining('SCOREMESH_MODEL_CONTROL') }
          : refusal,
      );
    },
  );

  it('a missing permission is told', async () => {
    const { service } = await start(style, {});
    const guarded = {
      ...service.inference,
      ServerMetadata: async () => {
        throw new MeshError('INVALID_REQUEST', 'no token', { code: 'UNAUTHENTICATED' });
      },
    };
    const client = await connectHandlers(guarded, closers, style);
    await expect(client.call('ServerMetadata', {})).rejects.toMatchObject({
      code: told(status.UNAUTHENTICATED, status.UNAVAILABLE),
      details: 'no token',
    });
  });

  it('a request that its caller gives up while it waits is counted as such', async () => {
    const { client, service } = await start(style, { 'slow/1/model.onnx': slow });
    const infer = connectCancellable(client.address, closers);
    await infer(row('slow', width)).answer;
    const waiting = (): number => service.metrics.read('nv_inference_pending_request_count')[0]?.value ?? 0;
    const countOf = (cause: string): number | undefined =>
      service.metrics.read('nv_inference_request_failure').find(({ labels }) => labels[2] === cause)?.value;
    // On a busy machine the runs before it may be over before it is seen to wait; then it is tried again.
    while (countOf('CANCELED') === 0) {
      const before = [infer(row('slow', width)), infer(row('slow', width))];
      const given = infer(row('slow', width));
      const outcome = outcomes([given.answer]);
      let over = false;
      void outcome.then(() => {
        over = true;
      });
      await until(() => over || waiting() === 2);
      given.cancel();
      const [ended] = await outcome;
      expect([status.OK, status.CANCELLED]).toContain(ended?.code);
      await Promise.all(before.map(({ answer }) => answer));
    }
    expect(countOf('CANCELED')).toBe(1);
    expect(waiting()).toBe(0);
  });
});
