import type { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** Runs one model version on the JavaScript thread. */
export interface InlineExecutor {
  readonly placement: 'inline';
  /**
   * Runs the model on one tensor per input, in the model's order, and answers one per output. Blocks the thread for as long as
   * the model takes. Throws INFERENCE_FAILED with ONNX Runtime's message. The answer owns its memory.
   */
  run(inputs: readonly Tensor[]): Tensor[];
  /** Gives the model's memory back. No run may follow. */
  close(): Promise<void>;
}

/** Runs one model version in threads of its own, one per instance. */
export interface WorkerExecutor {
  readonly placement: 'worker';
  /** Threads that run it when all are well. */
  readonly instances: number;
  /** Threads that are free now: 0 while all run, or start again after a crash. */
  readonly idle: number;
  /**
   * As InlineExecutor.run, without blocking this thread. Only while `idle` > 0. Takes hold of the inputs' bytes by copying them.
   * Rejects with INFERENCE_FAILED, or with EXECUTOR_LOST if the thread ended under it.
   */
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** The one listener is called whenever `idle` has grown. */
  onIdle(listener: () => void): void;
  /** The one listener is called once, if threads crashed so often that the executor gives up; every run rejects from then on. */
  onLost(listener: (error: MeshError) => void): void;
  /** Waits for the runs under way, ends the threads, gives the memory back. No run may follow. */
  close(): Promise<void>;
}

export type Executor = InlineExecutor | WorkerExecutor;
