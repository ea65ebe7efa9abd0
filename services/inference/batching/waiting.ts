import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Span } from '../../kit/telemetry/span.ts';
import type { Tensor } from '../tensors/tensor.ts';
import type { Queued } from './batch-queue.ts';
import type { BatcherInstruments, RequestTimes } from './batcher-instruments.ts';
import type { RunAnswer } from './run-request.ts';

/** A request in the queue or in a run, or a part of one that was split. */
export interface Waiting extends Queued {
  readonly tensors: readonly Tensor[];
  readonly span: Span | undefined;
  /** Whether it is a part; its request is told of as a whole. */
  readonly isPart: boolean;
  readonly resolve: (answer: RunAnswer) => void;
  readonly reject: (error: MeshError) => void;
  /** Takes its listener for cancellation back. */
  forget: () => void;
  /** Nobody waits for it any more. */
  settled: boolean;
}

const noTimes: RequestTimes = { queueMs: 0, inputMs: 0, inferMs: 0, outputMs: 0 };

/** Answers a request and tells of it, unless that was done before. */
export function settle(
  waiting: Waiting,
  outcome: RunAnswer | MeshError,
  now: number,
  instruments: BatcherInstruments,
): void {
  if (waiting.settled) return;
  waiting.settled = true;
  waiting.forget();
  if (!waiting.isPart) tellSettled(outcome, now - waiting.queuedAt, waiting.rows, instruments);
  if (outcome instanceof MeshError) waiting.reject(outcome);
  else waiting.resolve(outcome);
}

export function tellSettled(
  outcome: RunAnswer | MeshError,
  totalMs: number,
  rows: number,
  instruments: BatcherInstruments,
): void {
  if (outcome instanceof MeshError) instruments.settled(outcome.reason, { ...noTimes, totalMs }, rows);
  else {
    const { queueMs, inputMs, inferMs, outputMs } = outcome.times;
    instruments.settled('OK', { queueMs, inputMs, inferMs, outputMs, totalMs }, rows);
  }
}
