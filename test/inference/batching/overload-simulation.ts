import { setImmediate as tick } from 'node:timers/promises';
import { BatchQueue, type Queued } from '../../../services/inference/batching/batch-queue.ts';
import { type Batcher, createBatcher } from '../../../services/inference/batching/batcher.ts';
import { TurnTaker } from '../../../services/inference/batching/turn-taker.ts';
import type { Executor } from '../../../services/inference/execution/executor.ts';
import type { Tensor } from '../../../services/inference/tensors/tensor.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import { Cancellation, untraced } from '../../../services/kit/contract/call.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createHeldExecutor, type HeldRun, untracedTracer } from './batching-fakes.ts';

export interface Scene {
  /** Time of a run, in virtual milliseconds. */
  readonly runMs: (rows: number) => number;
  readonly maxBatchRows: number;
  readonly threads: number | 'inline';
  /** From arrival to deadline, in virtual milliseconds. */
  readonly timeoutMs: (arrival: number) => number;
  readonly requestsPerMs: number;
  readonly lengthMs: number;
  readonly measured?: readonly { rows: number; ms: number }[];
}

export interface Outcome {
  /** Requests answered by their deadline, per virtual millisecond. */
  readonly goodput: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Repeatable numbers from 0 to 1. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Requests of one row arrive whether or not others were answered, and are run by a batcher in virtual time. */
export async function simulate(scene: Scene): Promise<Outcome> {
  let now = 0;
  const ends: { at: number; run: HeldRun }[] = [];
  const executor: Executor =
    scene.threads === 'inline'
      ? {
          placement: 'inline',
          run: (inputs) => {
            now += scene.runMs(rowsOf(inputs));
            return [...inputs];
          },
          close: async () => {},
        }
      : createHeldExecutor(scene.threads, (run) => {
          ends.push({ at: now + scene.runMs(run.values.length), run });
        });
  const batcher = createBatcher(
    { name: 'm', version: '1' },
    { maxQueuedRows: 8192, maxBatchRows: scene.maxBatchRows },
    {
      executor,
      turns: new TurnTaker(0),
      tracer: untracedTracer,
      instruments: { ran: () => {}, queued: () => {}, settled: () => {} },
      batched: true,
      nameBatches: false,
      measured: scene.measured ?? [],
      onNotBatchable: () => {},
      clock: () => now,
    },
  );
  const tally = createTally();
  const random = createRandom(1);
  let arrival = 0;
  while (arrival < scene.lengthMs) {
    const nextEnd = ends.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
    if (arrival <= nextEnd) {
      now = Math.max(now, arrival);
      submit(batcher, arrival + scene.timeoutMs(arrival), () => now, tally);
      arrival -= Math.log(1 - random()) / scene.requestsPerMs;
      if (scene.threads === 'inline' && arrival <= now) continue;
    } else {
      now = Math.max(now, nextEnd);
      for (const end of ends.filter(({ at }) => at <= now)) {
        ends.splice(ends.indexOf(end), 1);
        end.run.end();
      }
    }
    await tick();
  }
  return { goodput: tally.inTime() / scene.lengthMs, outcomes: tally.outcomes };
}

/** The same arrivals at a queue that drops what has expired, but refuses nobody and runs all it can at once. */
export function simulateWithoutRefusal(scene: Scene): Outcome {
  const queue = new BatchQueue<Queued>({
    maxQueuedRows: 8192,
    maxBatchRows: scene.maxBatchRows,
    laneAgeMs: 1e9,
  });
  const growth = { maxRows: () => scene.maxBatchRows, endOf: () => 0, likelyEndOf: () => 0 };
  const tally = createTally();
  const random = createRandom(1);
  let now = 0;
  let arrival = 0;
  let sequence = 0;
  while (now < scene.lengthMs) {
    while (arrival <= now) {
      const deadline = arrival + scene.timeoutMs(arrival);
      const request = { key: '', rows: 1, share: 1, bytes: 1, priority: 2 as const, queuedAt: arrival };
      const added = queue.add({ ...request, deadline, sequence: sequence++, lane: 0, laneSince: 0 });
      if (!added) tally.count('QUEUE_FULL');
      arrival -= Math.log(1 - random()) / scene.requestsPerMs;
    }
    const { batch, expired } = queue.take(now, growth);
    for (const _ of expired) tally.count('DEADLINE_PASSED_WAITING');
    if (batch.length === 0) now = Math.max(now, arrival);
    else now += scene.runMs(batch.length);
    for (const { deadline } of batch) tally.count(deadline >= now ? 'in time' : 'late');
  }
  return { goodput: tally.inTime() / scene.lengthMs, outcomes: tally.outcomes };
}

interface Tally {
  readonly outcomes: Record<string, number>;
  count(outcome: string): void;
  inTime(): number;
}

function createTally(): Tally {
  const outcomes: Record<string, number> = {};
  return {
    outcomes,
    count: (outcome) => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    },
    inTime: () => outcomes['in time'] ?? 0,
  };
}

function submit(batcher: Batcher, deadline: number, clock: () => number, tally: Tally): void {
  const call: Call = {
    deadline,
    cancellation: new Cancellation(),
    principal: '',
    trace: untraced,
    span: undefined,
  };
  const request = { tensors: [row], rows: 1, key: '', call, deadline, splittable: true };
  batcher.submit({ ...request, priority: 2 }).then(
    () => tally.count(clock() <= deadline ? 'in time' : 'late'),
    (error: unknown) => tally.count(isMeshError(error) ? error.reason : String(error)),
  );
}

const row: Tensor = { datatype: 'UINT8', shape: [1], data: Uint8Array.of(1) };

function rowsOf(inputs: readonly Tensor[]): number {
  return inputs[0]!.shape[0]!;
}
