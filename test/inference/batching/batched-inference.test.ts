import { afterEach, describe, expect, it } from 'vitest';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../../services/gen/inference/ModelInferResponse.ts';
import type { InferenceConfig } from '../../../services/inference/config.ts';
import { cancelledByCaller } from '../../../services/kit/contract/call.ts';
import {
  floatsOf,
  inferRequest,
  type ModelFiles,
  newCall,
  rowsRequest,
  startService,
  type TestService,
  tracedCall,
} from '../mesh-parts.ts';
import { gatherModel, identityModel, linearModel, sumModel } from '../onnx-models.ts';

const weights = Array.from({ length: 20 }, (_, i) => Math.sin(i));
const files: ModelFiles = { 'm/1/model.onnx': linearModel(weights, 0.1) };

let service: TestService;
const start = async (models = files, settings: Partial<InferenceConfig> = {}): Promise<void> => {
  service = await startService(models, settings);
};
afterEach(() => service.closers.close());

const randomRow = (seed: number): number[] => weights.map((_, i) => Math.sin(seed * 31 + i));
const infer = (rows: number[][], call = newCall()): Promise<ModelInferResponse> =>
  service.inference.ModelInfer(rowsRequest('m', rows), call);
const gather = (index: number): Promise<ModelInferResponse> =>
  service.inference.ModelInfer(
    inferRequest('g', [
      { name: 'index', datatype: 'INT64', shape: [1], raw: BigInt64Array.of(BigInt(index)) },
    ]),
    newCall(),
  );
const batchSize = (answer: ModelInferResponse): string | undefined =>
  answer.parameters.batch_size?.int64Param;
const runsOf = (model: string): readonly number[] =>
  service.metrics.observations.get(`scoremesh_inference_batch_rows{${model},1}`)!;

describe('requests of one tick', () => {
  it('share a run, and each gets the very bits it would get alone', async () => {
    await start();
    const requests = Array.from({ length: 64 }, (_, i) =>
      Array.from({ length: 1 + (i % 3) }, (_, r) => randomRow(i * 7 + r)),
    );
    const alone = [];
    for (const rows of requests) alone.push((await infer(rows)).rawOutputContents[0]);
    const together = await Promise.all(requests.map((rows) => infer(rows)));
    const total = requests.reduce((sum, rows) => sum + rows.length, 0);
    expect(together.map(batchSize)).toEqual(requests.map(() => String(total)));
    expect(together.map(({ rawOutputContents }) => rawOutputContents[0])).toEqual(alone);
    expect(runsOf('m').at(-1)).toBe(total);
  });

  it('are spread over runs of at most the configured rows', async () => {
    await start(files, { maxBatchRows: 10 });
    const answers = await Promise.all(Array.from({ length: 25 }, (_, i) => infer([randomRow(i)])));
    expect(answers.map(batchSize)).toEqual([...Array(20).fill('10'), ...Array(5).fill('5')]);
  });

  it('do not share a run when their shapes differ', async () => {
    await start({ 's/1/model.onnx': sumModel() });
    const ask = (width: number): Promise<ModelInferResponse> => {
      const raw = new Float32Array(width).fill(width);
      const shape = [1, width];
      return service.inference.ModelInfer(
        inferRequest('s', [
          { name: 'a', datatype: 'FP32', shape, raw },
          { name: 'b', datatype: 'FP32', shape, raw },
        ]),
        newCall(),
      );
    };
    const answers = await Promise.all([2, 3, 2, 3, 2].map(ask));
    expect(answers.map(batchSize)).toEqual(['3', '2', '3', '2', '3']);
    expect(answers.map(({ rawOutputContents }) => floatsOf(rawOutputContents[0]))).toEqual(
      [2, 3, 2, 3, 2].map((width) => Array(width).fill(2 * width)),
    );
  });

  it('run one by one on a model whose first dimension is fixed', async () => {
    await start({ 'm/1/model.onnx': identityModel('FP32', [1, 20]) });
    const answers = await Promise.all([1, 2, 3].map((seed) => infer([randomRow(seed)])));
    expect(answers.map(batchSize)).toEqual(['1', '1', '1']);
    expect(runsOf('m')).toEqual([1, 1, 1]);
  });

  it('share a run of texts', async () => {
    await start({ 't/1/model.onnx': identityModel('BYTES', ['N']) });
    const answers = await Promise.all(
      ['a', 'é'].map((text) => {
        const bytes = Buffer.from(text);
        const raw = Buffer.from([bytes.length, 0, 0, 0, ...bytes]);
        return service.inference
          .ModelInfer(inferRequest('t', [{ name: 'x', datatype: 'BYTES', shape: [1], raw }]), newCall())
          .then((answer) => [batchSize(answer), answer.rawOutputContents[0]?.subarray(4).toString()]);
      }),
    );
    expect(answers).toEqual([
      ['2', 'a'],
      ['2', 'é'],
    ]);
  });

  it('fail alone when a row of theirs is bad', async () => {
    await start({ 'g/1/model.onnx': gatherModel([5, 6, 7]) });
    const indexes = [0, 1, 99, 2, 1, 0, -50, 2];
    const outcomes = await Promise.allSettled(indexes.map(gather));
    for (const [i, outcome] of outcomes.entries()) {
      const index = indexes[i]!;
      if (index >= 0 && index <= 2) {
        expect(outcome).toMatchObject({ status: 'fulfilled' });
        if (outcome.status === 'fulfilled')
          expect(floatsOf(outcome.value.rawOutputContents[0])).toEqual([5 + index]);
      } else
        expect(outcome).toMatchObject({
          reason: { reason: 'INFERENCE_FAILED', message: expect.stringContaining('Gather') },
        });
    }
  });
});

describe('a request that waits', () => {
  it('is not run once its deadline has passed', async () => {
    await start();
    const call = newCall(5);
    const late = infer([randomRow(1)], call);
    const inTime = infer([randomRow(2)]);
    while (performance.now() <= call.deadline);
    await expect(late).rejects.toMatchObject({
      reason: 'DEADLINE_PASSED_WAITING',
      message: expect.stringContaining("model 'm' version 1; it was not run"),
    });
    expect(batchSize(await inTime)).toBe('1');
    expect(runsOf('m')).toEqual([1]);
  });

  it('is not even queued when its deadline has passed before', async () => {
    await start();
    await expect(infer([randomRow(1)], newCall(-1))).rejects.toMatchObject({ reason: 'DEADLINE_PAST' });
  });

  it('leaves the queue at once when its caller goes away', async () => {
    await start(files, { maxQueuedRows: 1 });
    const call = newCall();
    const gone = infer([randomRow(1)], call);
    call.cancellation.cancel(cancelledByCaller());
    const next = infer([randomRow(2)]);
    await expect(gone).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    expect(batchSize(await next)).toBe('1');
    expect(runsOf('m')).toEqual([1]);
  });

  it('is refused when its caller has gone before', async () => {
    await start();
    const call = newCall();
    call.cancellation.cancel(cancelledByCaller());
    await expect(infer([randomRow(1)], call)).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
  });

  it('is counted, and one more than the bound is refused with when to try again', async () => {
    await start(files, { maxQueuedRows: 4 });
    const waiting = [1, 2].map((seed) => infer([randomRow(seed), randomRow(seed + 1)]));
    expect(service.metrics.read('scoremesh_inference_queue_rows')).toEqual([
      { labels: ['m', '1'], value: 4 },
    ]);
    await expect(infer([randomRow(5)])).rejects.toMatchObject({
      reason: 'QUEUE_FULL',
      message: expect.stringContaining("4 of at most 4 rows wait for model 'm' version 1; try again in"),
      details: { retryAfterMs: expect.any(Number) },
    });
    await Promise.all(waiting);
    expect(service.metrics.read('scoremesh_inference_queue_rows')).toEqual([
      { labels: ['m', '1'], value: 0 },
    ]);
    await infer([randomRow(5)]);
  });

  it('is answered when the service closes, and later ones are refused', async () => {
    await start();
    const waiting = infer([randomRow(1)]);
    const closed = service.closers.close();
    await expect(infer([randomRow(2)])).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
    await closed;
    expect(batchSize(await waiting)).toBe('1');
    await expect(infer([randomRow(2)])).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
  });
});

describe('the span of a batch', () => {
  it('is a child of the first sampled request, links to each, and each names it', async () => {
    await start();
    const calls = ['t1', 't2'].map((trace) => tracedCall(service.tracer, trace));
    await Promise.all([infer([randomRow(0)]), ...calls.map((call, i) => infer([randomRow(i)], call))]);
    const [span, ...others] = service.tracer.ended;
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: 'inference.batch',
      kind: 1,
      traceId: 't1',
      parentSpanId: calls[0]!.span.spanId,
      links: calls.map(({ span: { traceId, spanId } }) => ({ traceId, spanId })),
      attributes: {
        'scoremesh.model.name': 'm',
        'scoremesh.model.version': '1',
        'scoremesh.batch.size': 3,
        'scoremesh.batch.requests': 3,
      },
      error: undefined,
    });
    for (const call of calls)
      expect(call.span.attributes).toEqual({
        'scoremesh.batch.span_id': span!.spanId,
        'scoremesh.batch.size': 3,
        'scoremesh.batch.queue_ms': expect.any(Number),
      });
  });

  it('is not made when no request is sampled', async () => {
    await start();
    await infer([randomRow(1)]);
    expect(service.tracer.ended).toEqual([]);
  });

  it('carries the error of a run that failed', async () => {
    await start({ 'g/1/model.onnx': gatherModel([5, 6]) });
    const raw = BigInt64Array.of(9n);
    const request = inferRequest('g', [{ name: 'index', datatype: 'INT64', shape: [1], raw }]);
    await service.inference.ModelInfer(request, tracedCall(service.tracer, 't')).catch(() => {});
    expect(service.tracer.ended[0]?.error).toContain('ONNX Runtime failed');
  });
});
