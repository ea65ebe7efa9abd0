import { MeshError } from '../errors/mesh-error.ts';
import type { Span, TraceContext } from '../telemetry/span.ts';

/**
 * What travels with every request: how long the answer is wanted, whether it still is, for whom, and under which trace.
 * Passed on unchanged from hop to hop, so that every hop gets what is left.
 */
export interface Call {
  /** The moment after which nobody wants the answer, on the clock of `performance.now()`. */
  readonly deadline: number;
  readonly cancellation: Cancellation;
  /** Who asks, as authenticated at the edge. */
  readonly principal: string;
  /** The context that the next hop becomes a child of. */
  readonly trace: TraceContext;
  /** The span of the handler that got this call; absent unless the trace is sampled. */
  readonly span: Span | undefined;
}

type Listener = (error: MeshError) => void;

/** Whether the caller went away or the deadline passed. One per request, shared by all its hops in a process. */
export class Cancellation {
  #error: MeshError | undefined;
  /** One listener as it is, several in a set: most calls have one at a time. */
  #listeners: Listener | Set<Listener> | undefined;
  #controller: AbortController | undefined;

  /** Why the answer is no longer wanted; undefined while it is. */
  get error(): MeshError | undefined {
    return this.#error;
  }

  /** For libraries that take an AbortSignal. Made on first use, because most calls never need one. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#error !== undefined) this.#controller.abort(this.#error);
    }
    return this.#controller.signal;
  }

  cancel(error: MeshError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#controller?.abort(error);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (typeof listeners === 'function') listeners(error);
    else if (listeners !== undefined) for (const listener of listeners) listener(error);
  }

  /** Calls the listener once, at once if it is already cancelled. The returned function takes it back. */
  onCancel(listener: (error: MeshError) => void): () => void {
    if (this.#error !== undefined) {
      listener(this.#error);
      return () => {};
    }
    const listeners = this.#listeners;
    if (listeners === undefined) this.#listeners = listener;
    else if (typeof listeners === 'function') this.#listeners = new Set([listeners, listener]);
    else listeners.add(listener);
    return () => this.#forget(listener);
  }

  #forget(listener: Listener): void {
    if (this.#listeners === listener) this.#listeners = undefined;
    else if (this.#listeners instanceof Set) this.#listeners.delete(listener);
  }
}

/** Milliseconds that are left; negative once the deadline has passed. */
export function remainingMs(call: Call): number {
  return call.deadline - performance.now();
}

/** Throws what the caller should see if the answer is no longer wanted: expired work is not started. */
export function throwIfUnwanted(call: Call, doing: string): void {
  const { error } = call.cancellation;
  if (error !== undefined) throw error;
  const left = remainingMs(call);
  if (left <= 0)
    throw new MeshError(
      'DEADLINE_PAST',
      `the deadline passed ${(-left).toFixed(1)} ms before ${doing}; give the call more time`,
    );
}

export function cancelledByCaller(): MeshError {
  return new MeshError('CALL_CANCELLED', 'the caller went away');
}

/** A call that starts here: a command, a timer, start-up work. Not traced. */
export function startCall(options: { timeoutMs: number; principal: string; trace?: TraceContext }): Call {
  return {
    deadline: performance.now() + options.timeoutMs,
    cancellation: new Cancellation(),
    principal: options.principal,
    trace: options.trace ?? untraced,
    span: undefined,
  };
}

/** The same call with at most so much time from now: one request of a stream, which has no deadline of its own. */
export function limitedCall(call: Call, timeoutMs: number): Call {
  return { ...call, deadline: Math.min(call.deadline, performance.now() + timeoutMs) };
}

/** The context of work that belongs to no trace. */
export const untraced: TraceContext = Object.freeze({ traceId: '', spanId: '', sampled: false, state: '' });
