import type { BatcherInstruments } from '../../../services/inference/batching/batcher-instruments.ts';
import type { RunRequest } from '../../../services/inference/batching/run-request.ts';
import type { WorkerExecutor } from '../../../services/inference/execution/executor.ts';
import type { Tensor } from '../../../services/inference/tensors/tensor.ts';
import { type Call, startCall } from '../../../services/kit/contract/call.ts';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { Tracer } from '../../../services/kit/telemetry/span.ts';

export const untracedTracer: Tracer = {
  enter: () => {
    throw new Error('nothing enters here');
  },
  start: () => undefined,
  end: () => {},
};

/** Instruments whose calls can be looked at. */
export interface ReadableInstruments extends BatcherInstruments {
  readonly runs: Parameters<BatcherInstruments['ran']>[0][];
  readonly waits: number[];
  readonly settlements: Parameters<BatcherInstruments['settled']>[];
}

export function createReadableInstruments(): ReadableInstruments {
  const runs: ReadableInstruments['runs'] = [];
  const waits: number[] = [];
  const settlements: ReadableInstruments['settlements'] = [];
  return {
    runs,
    waits,
    settlements,
    ran: (run) => runs.push(run),
    queued: (ms) => waits.push(ms),
    settled: (...settlement) => settlements.push(settlement),
  };
}

export function tensor(values: readonly number[]): Tensor {
  return { datatype: 'UINT8', shape: [values.length], data: Uint8Array.from(values) };
}

/** A request of a row per value, in lane 2, that may share runs and be split. */
export function runRequest(values: readonly number[], rest: Partial<RunRequest> = {}): RunRequest {
  const call = rest.call ?? newCall();
  return {
    tensors: [tensor(values)],
    rows: values.length,
    key: '',
    call,
    deadline: call.deadline,
    priority: 2,
    splittable: true,
    ...rest,
  };
}

/** A run that waits for the test to end it. */
export interface HeldRun {
  readonly inputs: readonly Tensor[];
  readonly values: readonly number[];
  /** By default it answers what it got. */
  end(outputs?: Tensor[]): void;
  fail(error: MeshError): void;
}

export interface HeldExecutor extends WorkerExecutor {
  /** Runs under way, oldest first. */
  readonly runs: readonly HeldRun[];
  /** All threads are gone for good. */
  lose(error: MeshError): void;
}

/** Threads whose runs end when the test says so. `onRun` is told of each that starts. */
export function createHeldExecutor(instances = 1, onRun: (run: HeldRun) => void = () => {}): HeldExecutor {
  const runs: HeldRun[] = [];
  let tellIdle = (): void => {};
  let tellLost = (_error: MeshError): void => {};
  return {
    placement: 'worker',
    instances,
    runs,
    get idle() {
      return instances - runs.length;
    },
    run: (inputs) => {
      if (runs.length >= instances) throw new Error('no thread is idle');
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          runs.splice(runs.indexOf(run), 1);
        };
        const run: HeldRun = {
          inputs,
          values: [...(inputs[0]!.data as Uint8Array)],
          end: (outputs = [...inputs]) => {
            leave();
            resolve(outputs);
            tellIdle();
          },
          fail: (error) => {
            leave();
            reject(error);
            tellIdle();
          },
        };
        runs.push(run);
        onRun(run);
      });
    },
    onIdle: (listener) => {
      tellIdle = listener;
    },
    onLost: (listener) => {
      tellLost = listener;
    },
    lose: (error) => tellLost(error),
    close: async () => {},
  };
}

/** After the input of this event-loop tick has been read and turns were taken. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

export function newCall(timeoutMs = 30_000): Call {
  return startCall({ timeoutMs, principal: 'test' });
}
