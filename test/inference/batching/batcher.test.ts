import { describe, expect, it } from 'vitest';
import {
  type Batcher,
  type BatcherDeps,
  createBatcher,
} from '../../../services/inference/batching/batcher.ts';
import { TurnTaker } from '../../../services/inference/batching/turn-taker.ts';
import type { Executor } from '../../../services/inference/execution/executor.ts';
import type { Tensor } from '../../../services/inference/tensors/tensor.ts';
import { cancelledByCaller } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import {
  createHeldExecutor,
  createReadableInstruments,
  type HeldExecutor,
  newCall,
  nextTick,
  type ReadableInstruments,
  runRequest,
  tensor,
  untracedTracer,
} from './batching-fakes.ts';

interface Made {
  readonly batcher: Batcher;
  readonly instruments: ReadableInstruments;
}

const limits = { maxQueuedRows: 100, maxBatchRows: 10 };

function make(executor: Executor, deps: Partial<BatcherDeps> = {}, given = limits): Made {
  const instruments = createReadableInstruments();
  const batcher = createBatcher({ name: 'm', version: '1' }, given, {
    executor,
    turns: new TurnTaker(1),
    tracer: untracedTracer,
    instruments,
    batched: true,
    nameBatches: false,
    measured: [],
    onNotBatchable: () => {},
    ...deps,
  });
  return { batcher, instruments };
}

function inline(run: (values: number[]) => number[]): Executor {
  return {
    placement: 'inline',
    run: ([input]: readonly Tensor[]) => [tensor(run([...(input!.data as Uint8Array)]))],
    close: async () => {},
  };
}

/** Fails a run that has this value in it. */
const failingOn =
  (bad: number) =>
  (values: number[]): number[] => {
    if (values.includes(bad)) throw new MeshError('INFERENCE_FAILED', `${bad} is bad`);
    return values;
  };

const valuesOf = ({ tensors }: { readonly tensors: readonly Tensor[] }): number[] => [
  ...(tensors[0]!.data as Uint8Array),
];
const ask = (batcher: Batcher, values: number[], rest = {}): Promise<number[]> =>
  batcher.submit(runRequest(values, rest)).then(valuesOf);
const runsOf = ({ runs }: HeldExecutor): (readonly number[])[] => runs.map(({ values }) => values);

/** A batcher whose one thread is busy with the value 0. */
async function makeBusy(
  deps: Partial<BatcherDeps> = {},
  given = limits,
): Promise<Made & { thread: HeldExecutor }> {
  const thread = createHeldExecutor();
  const made = make(thread, deps, given);
  void ask(made.batcher, [0]).catch(() => {});
  await nextTick();
  return { ...made, thread };
}

describe('requests of one tick', () => {
  it('share a run, and each gets its own rows and where they were', async () => {
    const { batcher, instruments } = make(inline((values) => values.map((value) => value + 1)));
    const answers = await Promise.all([[1], [2, 3], [4]].map((values) => batcher.submit(runRequest(values))));
    expect(answers.map(valuesOf)).toEqual([[2], [3, 4], [5]]);
    expect(answers.map(({ batchRows, batchRow }) => [batchRows, batchRow])).toEqual([
      [4, 0],
      [4, 1],
      [4, 3],
    ]);
    expect(instruments.runs).toMatchObject([{ rows: 4, failed: false }]);
  });

  it('name their batch if asked to, each batch differently', async () => {
    const { batcher } = make(
      inline((values) => values),
      { nameBatches: true },
    );
    const first = await Promise.all([1, 2].map((value) => batcher.submit(runRequest([value]))));
    const second = await batcher.submit(runRequest([3]));
    const names = [...first, second].map(({ batchId }) => batchId);
    expect(names[0]).toMatch(/^\S{8,}$/);
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[0]);
  });

  it('run one by one where the model is not batched', async () => {
    const { batcher, instruments } = make(
      inline((values) => values),
      { batched: false },
    );
    await Promise.all([1, 2].map((value) => ask(batcher, [value])));
    expect(instruments.runs.map(({ rows }) => rows)).toEqual([1, 1]);
  });

  it('run one by one once outputs had not a row per input row, which is told once', async () => {
    let told = 0;
    const { batcher, instruments } = make(
      inline((values) => [values.reduce((sum, value) => sum + value, 0)]),
      { onNotBatchable: () => told++ },
    );
    const all = (): Promise<number[][]> => Promise.all([1, 2, 3].map((value) => ask(batcher, [value])));
    expect(await all()).toEqual([[1], [2], [3]]);
    const before = instruments.runs.length;
    expect(await all()).toEqual([[1], [2], [3]]);
    expect(instruments.runs.slice(before).map(({ rows }) => rows)).toEqual([1, 1, 1]);
    expect(told).toBe(1);
  });

  it('go by priority first', async () => {
    const order: number[] = [];
    const { batcher } = make(
      inline((values) => {
        order.push(...values);
        return values;
      }),
      {},
      { ...limits, maxBatchRows: 1 },
    );
    await Promise.all(
      ([3, 1, 2] as const).map((priority) => ask(batcher, [priority], { priority, splittable: false })),
    );
    expect(order).toEqual([1, 2, 3]);
  });
});

describe('a bad row', () => {
  it('fails only its own request', async () => {
    const { batcher, instruments } = make(inline(failingOn(5)));
    const outcomes = await Promise.allSettled([1, 2, 5, 3, 4].map((value) => ask(batcher, [value])));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(outcomes[2]).toMatchObject({ reason: { reason: 'INFERENCE_FAILED', message: '5 is bad' } });
    expect(instruments.settlements.map(([outcome]) => outcome).sort()).toEqual([
      'INFERENCE_FAILED',
      'OK',
      'OK',
      'OK',
      'OK',
    ]);
  });

  it('fails only its own request in a thread too', async () => {
    const thread = createHeldExecutor(1, (run) => {
      queueMicrotask(() => {
        try {
          run.end([tensor(failingOn(5)([...run.values]))]);
        } catch (error) {
          run.fail(error as MeshError);
        }
      });
    });
    const { batcher } = make(thread);
    const outcomes = await Promise.allSettled([1, 2, 5, 3].map((value) => ask(batcher, [value])));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    await batcher.idle();
  });

  it('that is no named error is answered as a bug, without its detail', async () => {
    const { batcher } = make(
      inline(() => {
        throw new TypeError('secret');
      }),
    );
    await expect(ask(batcher, [1])).rejects.toMatchObject({
      reason: 'INTERNAL',
      message: expect.not.stringContaining('secret'),
    });
  });
});

describe('a thread', () => {
  it('gets what was queued in the tick, and what gathers while it runs goes next', async () => {
    const { batcher, thread } = await makeBusy();
    const answers = [1, 2].map((value) => ask(batcher, [value]));
    await nextTick();
    const late = ask(batcher, [3]);
    expect(runsOf(thread)).toEqual([[0]]);
    thread.runs[0]!.end();
    await nextTick();
    expect(runsOf(thread)).toEqual([[1, 2, 3]]);
    thread.runs[0]!.end();
    expect(await Promise.all([...answers, late])).toEqual([[1], [2], [3]]);
  });

  it('is one of several that run batches at the same time', async () => {
    const threads = createHeldExecutor(2);
    const { batcher } = make(threads);
    const first = ask(batcher, [1]);
    await nextTick();
    const second = ask(batcher, [2]);
    await nextTick();
    expect(runsOf(threads)).toEqual([[1], [2]]);
    threads.runs[1]!.end();
    expect(await second).toEqual([2]);
    threads.runs[0]!.end();
    expect(await first).toEqual([1]);
  });

  it('that ends under a run fails its requests, which are not tried again', async () => {
    const { batcher, thread, instruments } = await makeBusy();
    const lost = [1, 2].map((value) => ask(batcher, [value]));
    thread.runs[0]!.end();
    await nextTick();
    thread.runs[0]!.fail(new MeshError('EXECUTOR_LOST', 'gone'));
    for (const answer of lost) await expect(answer).rejects.toMatchObject({ reason: 'EXECUTOR_LOST' });
    expect(thread.runs).toEqual([]);
    expect(instruments.runs).toHaveLength(1);
    const next = ask(batcher, [3]);
    await nextTick();
    thread.runs[0]!.end();
    expect(await next).toEqual([3]);
  });

  it('that is lost for good fails what waits and what comes', async () => {
    const { batcher, thread } = await makeBusy();
    const waiting = ask(batcher, [1]);
    thread.lose(new MeshError('EXECUTOR_LOST', 'gone for good'));
    await expect(waiting).rejects.toMatchObject({ message: 'gone for good' });
    await expect(ask(batcher, [2])).rejects.toMatchObject({ message: 'gone for good' });
  });

  it('keeps the batcher from being idle until its run has ended', async () => {
    const { batcher, thread } = await makeBusy();
    let idle = false;
    const told = batcher.idle().then(() => {
      idle = true;
    });
    await nextTick();
    expect(idle).toBe(false);
    thread.runs[0]!.end();
    await told;
    await batcher.idle();
  });
});

describe('a request that is cancelled', () => {
  it('leaves the queue at once', async () => {
    const { batcher, thread } = await makeBusy();
    const call = newCall();
    const gone = ask(batcher, [1], { call });
    expect(batcher.queuedRows).toBe(1);
    call.cancellation.cancel(cancelledByCaller());
    expect(batcher.queuedRows).toBe(0);
    await expect(gone).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    thread.runs[0]!.end();
    await batcher.idle();
  });

  it('fails at once while its run goes on for the others', async () => {
    const { batcher, thread, instruments } = await makeBusy();
    const call = newCall();
    const gone = ask(batcher, [1], { call });
    const stays = ask(batcher, [2]);
    thread.runs[0]!.end();
    await nextTick();
    call.cancellation.cancel(cancelledByCaller());
    await expect(gone).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    thread.runs[0]!.end();
    expect(await stays).toEqual([2]);
    expect(instruments.settlements.map(([outcome]) => outcome)).toEqual(['OK', 'CALL_CANCELLED', 'OK']);
  });
});

describe('a request with more rows than a run takes', () => {
  const values = Array.from({ length: 25 }, (_, i) => i);

  it('is run in parts, which may share runs with others, and answered in order', async () => {
    const { batcher, instruments } = make(inline((rows) => rows.map((value) => value + 1)));
    const [big, small] = await Promise.all([ask(batcher, values), ask(batcher, [100])]);
    expect(big).toEqual(values.map((value) => value + 1));
    expect(small).toEqual([101]);
    expect(instruments.runs.map(({ rows }) => rows)).toEqual([10, 10, 6]);
    expect(instruments.settlements.map(([outcome, , rows]) => [outcome, rows]).sort()).toEqual([
      ['OK', 1],
      ['OK', 25],
    ]);
  });

  it('runs alone as it is if it must not be split', async () => {
    const { batcher, instruments } = make(inline((rows) => rows));
    await Promise.all([ask(batcher, values, { splittable: false }), ask(batcher, [100])]);
    expect(instruments.runs.map(({ rows }) => rows)).toEqual([25, 1]);
  });

  it('fails as a whole with its first part, and its other parts leave the queue', async () => {
    const { batcher, thread, instruments } = await makeBusy();
    const big = ask(batcher, values);
    thread.runs[0]!.end();
    await nextTick();
    expect(batcher.queuedRows).toBe(15);
    thread.runs[0]!.fail(new MeshError('INFERENCE_FAILED', 'bad'));
    await expect(big).rejects.toMatchObject({ message: 'bad' });
    expect(batcher.queuedRows).toBe(0);
    await batcher.idle();
    expect(instruments.settlements.at(-1)).toMatchObject(['INFERENCE_FAILED', {}, 25]);
  });

  it('leaves with all its parts when it is cancelled', async () => {
    const { batcher } = await makeBusy();
    const call = newCall();
    const big = ask(batcher, values, { call });
    call.cancellation.cancel(cancelledByCaller());
    await expect(big).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    expect(batcher.queuedRows).toBe(0);
  });

  it('is told to come in parts if it has more than may ever wait', async () => {
    const { batcher } = make(inline((rows) => rows));
    await expect(ask(batcher, Array(101).fill(0))).rejects.toMatchObject({
      reason: 'TENSOR_INVALID',
      message: expect.stringContaining('101 rows, but at most 100'),
    });
  });
});

describe('a batcher that stops', () => {
  it('answers what waits and refuses what comes', async () => {
    const { batcher } = make(inline((rows) => rows));
    const waiting = ask(batcher, [1]);
    batcher.stop();
    await expect(ask(batcher, [2])).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
    expect(await waiting).toEqual([1]);
    await batcher.idle();
  });

  it('fails what still waits when it is abandoned', async () => {
    const { batcher, thread } = await makeBusy();
    const waiting = ask(batcher, [1]);
    batcher.abandon();
    await expect(waiting).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
    expect(batcher.queuedRows).toBe(0);
    thread.runs[0]!.end();
    await batcher.idle();
  });
});

describe('what a batcher tells', () => {
  it('is each run, each wait and each outcome, with times that add up to no more than the whole', async () => {
    const { batcher, instruments } = make(inline((rows) => rows));
    await Promise.all([ask(batcher, [1]), ask(batcher, [2])]);
    await expect(ask(batcher, [3], { deadline: performance.now() - 1 })).rejects.toMatchObject({
      reason: 'DEADLINE_PAST',
    });
    expect(instruments.waits).toHaveLength(2);
    expect(instruments.runs).toHaveLength(1);
    expect(instruments.settlements.map(([outcome, , rows]) => [outcome, rows])).toEqual([
      ['OK', 1],
      ['OK', 1],
      ['DEADLINE_PAST', 1],
    ]);
    const [, { totalMs, queueMs, inputMs, inferMs, outputMs }] = instruments.settlements[0]!;
    expect(queueMs + inputMs + inferMs + outputMs).toBeLessThanOrEqual(totalMs + 1e-6);
    expect(Math.min(queueMs, inputMs, inferMs, outputMs)).toBeGreaterThanOrEqual(0);
  });
});
