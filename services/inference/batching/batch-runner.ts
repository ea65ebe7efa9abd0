import { MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Span, Tracer } from '../../kit/telemetry/span.ts';
import type { InlineExecutor, WorkerExecutor } from '../execution/executor.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { createBatchNames } from './batch-names.ts';
import { stackInputs, unstackOutputs } from './batch-run.ts';
import { endBatchSpan, startBatchSpan } from './batch-span.ts';
import type { BatcherInstruments } from './batcher-instruments.ts';
import type { Forecast } from './forecast.ts';
import { notARowPerRow } from './refusals.ts';
import type { RunTimeModel } from './run-time-model.ts';
import { settle, type Waiting } from './waiting.ts';

interface BatchRunnerDeps {
  readonly tracer: Tracer;
  readonly instruments: BatcherInstruments;
  readonly runTimes: RunTimeModel;
  readonly forecast: Forecast;
  readonly nameBatches: boolean;
  readonly onNotBatchable: () => void;
  readonly clock: () => number;
}

interface Run {
  readonly batch: readonly Waiting[];
  readonly rows: number;
  readonly bytes: number;
  readonly span: Span | undefined;
  readonly startedAt: number;
  readonly inputs: readonly Tensor[];
  readonly stackedAt: number;
}

/**
 * Runs batches and answers their requests. A batch that fails is run again in halves, so that a bad row fails its own request
 * only and costs few extra runs; one whose thread was lost is not, as it may have been what ended the thread.
 */
export class BatchRunner {
  readonly #model: { readonly name: string; readonly version: string };
  readonly #label: string;
  readonly #deps: BatchRunnerDeps;
  readonly #nextName: () => string;
  /** When each run in a thread is predicted to end. */
  readonly #endsAt = new Map<Run, number>();
  #halves: (readonly Waiting[])[] = [];

  constructor(
    model: { readonly name: string; readonly version: string },
    label: string,
    deps: BatchRunnerDeps,
  ) {
    this.#model = model;
    this.#label = label;
    this.#deps = deps;
    this.#nextName = deps.nameBatches ? createBatchNames() : () => '';
  }

  /** Runs in threads. */
  get underWay(): number {
    return this.#endsAt.size;
  }

  /** When the first of them is predicted to end. */
  get firstEndsAt(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const endsAt of this.#endsAt.values()) if (endsAt < first) first = endsAt;
    return first;
  }

  /** Halves of failed batches that wait for a thread. */
  get hasHalves(): boolean {
    return this.#halves.length > 0;
  }

  /** A half that waits, without those who were settled meanwhile. */
  takeHalf(): readonly Waiting[] | undefined {
    return this.#halves.pop()?.filter(isWaiting);
  }

  /** Runs a batch on this thread; all its requests are settled then. */
  runInline(batch: readonly Waiting[], executor: InlineExecutor, now: number): void {
    const run = this.#start(batch, now);
    let outcome: readonly Tensor[] | MeshError;
    try {
      outcome = executor.run(run.inputs);
    } catch (error) {
      outcome = toMeshError(error);
    }
    for (const half of this.#finish(run, outcome)) {
      const left = half.filter(isWaiting);
      if (left.length > 0) this.runInline(left, executor, this.#deps.clock());
    }
  }

  /** Starts a batch in a thread; `onEnd` is called when its requests are settled or wait in halves. */
  runInThread(batch: readonly Waiting[], executor: WorkerExecutor, now: number, onEnd: () => void): void {
    const run = this.#start(batch, now);
    const end = (outcome: readonly Tensor[] | MeshError): void => {
      this.#endsAt.delete(run);
      this.#halves.push(...this.#finish(run, outcome).reverse());
      onEnd();
    };
    this.#endsAt.set(run, now + this.#deps.runTimes.predict(batch[0]?.key, run.rows, run.bytes));
    executor.run(run.inputs).then(end, (error: unknown) => end(toMeshError(error)));
  }

  #start(batch: readonly Waiting[], startedAt: number): Run {
    let rows = 0;
    let bytes = 0;
    for (const waiting of batch) {
      rows += waiting.rows;
      bytes += waiting.bytes;
    }
    const { name, version } = this.#model;
    const span = startBatchSpan(this.#deps.tracer, batch, { model: name, version, rows });
    const inputs = stackInputs(batch);
    return { batch, rows, bytes, span, startedAt, inputs, stackedAt: this.#deps.clock() };
  }

  /** Settles the requests of a run, or answers in which halves they are to be run again. */
  #finish(run: Run, result: readonly Tensor[] | MeshError): (readonly Waiting[])[] {
    const { batch, rows, span } = run;
    const { clock, instruments, tracer } = this.#deps;
    const ranAt = clock();
    const parts = result instanceof MeshError ? result : this.#unstack(run, result);
    const endedAt = clock();
    const failed = parts instanceof MeshError;
    if (span !== undefined) endBatchSpan(tracer, span, failed ? parts : undefined);
    const inputMs = run.stackedAt - run.startedAt;
    const inferMs = ranAt - run.stackedAt;
    const outputMs = endedAt - ranAt;
    const lost = failed && parts.reason === 'EXECUTOR_LOST';
    if (!lost) {
      this.#learn(run, endedAt);
      instruments.ran({ rows, inputMs, inferMs, outputMs, failed });
    }
    if (!failed) {
      const batchId = this.#nextName();
      let batchRow = 0;
      for (let i = 0; i < batch.length; i++) {
        const waiting = batch[i];
        const tensors = parts[i];
        if (waiting === undefined || tensors === undefined) continue;
        const times = { queueMs: run.startedAt - waiting.queuedAt, inputMs, inferMs, outputMs };
        settle(waiting, { tensors, batchRows: rows, batchId, batchRow, times }, endedAt, instruments);
        batchRow += waiting.rows;
      }
      return [];
    }
    if (batch.length === 1 || lost) {
      for (const waiting of batch) settle(waiting, parts, endedAt, instruments);
      return [];
    }
    const middle = batch.length >>> 1;
    return [batch.slice(0, middle), batch.slice(middle)];
  }

  #unstack({ batch, rows }: Run, outputs: readonly Tensor[]): (readonly Tensor[])[] | MeshError {
    if (batch.length === 1 && batch[0]?.isPart === false) return [outputs];
    const parts = unstackOutputs(outputs, batch, rows);
    if (parts !== undefined) return parts;
    this.#deps.onNotBatchable();
    return notARowPerRow(this.#label);
  }

  #learn({ batch, rows, bytes, startedAt }: Run, endedAt: number): void {
    let missed = 0;
    for (const { deadline } of batch) if (deadline < endedAt) missed++;
    this.#deps.forecast.ended(batch.length - missed, missed);
    const facts = { key: batch[0]?.key, rows, bytes };
    this.#deps.runTimes.observe(facts, endedAt - startedAt, endedAt, missed === 0);
  }
}

function isWaiting({ settled }: Waiting): boolean {
  return !settled;
}
