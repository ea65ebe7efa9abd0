import {
  auditContract,
  featureContract,
  inferenceContract,
  modelContract,
  scoringContract,
} from '../../services/contracts.ts';
import { bearerToken } from '../../services/kit/config/kinds.ts';
import { type Call, Cancellation, cancelledByCaller, untraced } from '../../services/kit/contract/call.ts';
import type { Contract, Method, Stub } from '../../services/kit/contract/contract.ts';
import { Code } from '../../services/kit/errors/catalogue.ts';
import {
  invalidRequest,
  isMeshError,
  type MeshError,
  toMeshError,
} from '../../services/kit/errors/mesh-error.ts';
import { openChannel } from '../../services/kit/rpc/grpc-transport.ts';
import { waitBeforeRetry } from '../../services/kit/rpc/retry.ts';
import type { Transport } from '../../services/kit/rpc/transport.ts';
import { parseTraceparent } from '../../services/kit/telemetry/traceparent.ts';

export type { ScoreRequest } from '../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
export type { ScoreResponse__Output as ScoreResponse } from '../../services/gen/scoremesh/scoring/v1/ScoreResponse.ts';
export type { ScoreStreamRequest } from '../../services/gen/scoremesh/scoring/v1/ScoreStreamRequest.ts';
export type { ScoreStreamResponse__Output as ScoreStreamResponse } from '../../services/gen/scoremesh/scoring/v1/ScoreStreamResponse.ts';
export type { Value } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
export { Code } from '../../services/kit/errors/catalogue.ts';
export { isNotFound, isUnavailable, MeshError } from '../../services/kit/errors/mesh-error.ts';
export { fromStatus as errorOfStatus } from '../../services/kit/errors/status.ts';

export interface ClientOptions {
  /** The gateway, "host:port". */
  readonly address: string;
  /** Deadline of calls that give none. Default 2000. */
  readonly timeoutMs?: number;
  /** Largest message either way. Default 16 MiB. */
  readonly maxMessageBytes?: number;
  /** The gateway's SCOREMESH_ADMIN_TOKEN, for what only an administrator may do. There is no TLS yet: it travels in the clear. */
  readonly token?: string | undefined;
}

export interface CallOptions {
  /** How long the answer is wanted, retries included. */
  readonly timeoutMs?: number;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
  /** W3C trace context of the caller's span. */
  readonly traceparent?: string;
}

/** The mesh as other services see it. Requests may leave fields out; replies are complete; failures are MeshErrors. */
export interface MeshClient extends AsyncDisposable {
  readonly scoring: Stub<typeof scoringContract, CallOptions>;
  readonly features: Stub<typeof featureContract, CallOptions>;
  readonly models: Omit<Stub<typeof modelContract, CallOptions>, 'RunContent'>;
  readonly audit: Omit<Stub<typeof auditContract, CallOptions>, 'Append'>;
  readonly inference: Stub<typeof inferenceContract, CallOptions>;
  /** Refuses new calls, waits for unary calls in flight, ends streams, and closes the connection. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 2000;
/** An outage must not be multiplied by those who wait for its end. */
const maxTries = 5;
const defaultMaxMessageBytes = 16 * 1024 * 1024;

/**
 * A client on one connection that is made at the first call and remade when it breaks.
 *
 * Retries, within the call's deadline: a call refused with RetryInfo (nothing was done) after the time it names; a call that failed
 * UNAVAILABLE if repeating it is safe: a read, a Score with a request_id, a SubmitJob with a job_id. Five tries at most.
 */
export function connect(options: ClientOptions): MeshClient {
  checkToken(options.token);
  const channel = openChannel(options.address, {
    maxMessageBytes: options.maxMessageBytes ?? defaultMaxMessageBytes,
    token: options.token,
  });
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const inFlight = new Set<Promise<unknown>>();
  const streams = new Set<Call>();
  let closed = false;

  const track = <T>(work: Promise<T>): Promise<T> => {
    inFlight.add(work);
    const done = (): boolean => inFlight.delete(work);
    work.then(done, done);
    return work;
  };
  async function* stream(method: Method, input: never, { call, release }: Started): AsyncGenerator<object> {
    streams.add(call);
    try {
      yield* channel[method.kind === 'bidi' ? 'bidi' : 'serverStream'](method, input, call);
    } finally {
      streams.delete(call);
      release();
    }
  }
  const stub = <H, D>(contract: Contract<H, D>): Stub<Contract<H, D>, CallOptions> => {
    const methods = [...contract.methods().values()].filter((method) => !method.internal);
    const entries = methods.map((method) => [
      method.name,
      method.kind === 'unary'
        ? async (request: object, callOptions?: CallOptions) => {
            if (closed) throw closedError();
            const { call, release } = startedCall(callOptions, timeoutMs);
            return track(unary(channel, method, request, call).finally(release));
          }
        : (input: never, callOptions?: CallOptions) => {
            if (closed) throw closedError();
            return stream(method, input, startedCall(callOptions, Number.POSITIVE_INFINITY));
          },
    ]);
    return Object.fromEntries(entries) as Stub<Contract<H, D>, CallOptions>;
  };
  const close = async (): Promise<void> => {
    closed = true;
    await Promise.allSettled(inFlight);
    for (const { cancellation } of streams) cancellation.cancel(cancelledByCaller());
    channel.close();
  };

  return {
    scoring: stub(scoringContract),
    features: stub(featureContract),
    models: stub(modelContract),
    audit: stub(auditContract),
    inference: stub(inferenceContract),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function unary(transport: Transport, method: Method, request: object, call: Call): Promise<object> {
  const { jobId, requestId } = request as { readonly jobId?: string; readonly requestId?: string };
  const repeatable = method.idempotent || requestId || jobId;
  for (let tries = 1; ; tries++) {
    try {
      return await transport.unary(method, request, call);
    } catch (thrown) {
      const error = toMeshError(thrown);
      const pauseMs = retryPauseMs(error, Boolean(repeatable));
      if (
        pauseMs === undefined ||
        tries === maxTries ||
        !(await waitBeforeRetry(tries, call.deadline - performance.now(), call, pauseMs))
      )
        throw error;
    }
  }
}

/** How long to wait at least before another try; undefined for none. */
function retryPauseMs(error: MeshError, repeatable: boolean): number | undefined {
  if (error.code === Code.RESOURCE_EXHAUSTED) return error.details.retryAfterMs;
  if (error.code === Code.UNAVAILABLE && repeatable) return error.details.retryAfterMs ?? 0;
  return undefined;
}

/** The call, and what lets go of the caller's signal, which may outlive many calls. */
interface Started {
  readonly call: Call;
  readonly release: () => void;
}

function startedCall(options: CallOptions | undefined, defaultMs: number): Started {
  const cancellation = new Cancellation();
  const { signal, traceparent } = options ?? {};
  const give = (): void =>
    cancellation.cancel(isMeshError(signal?.reason) ? signal.reason : cancelledByCaller());
  if (signal?.aborted) give();
  else signal?.addEventListener('abort', give, { once: true });
  const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent, undefined);
  const call = {
    deadline: performance.now() + (options?.timeoutMs ?? defaultMs),
    cancellation,
    principal: '',
    trace: parent === undefined ? untraced : parent,
    span: undefined,
  };
  return { call, release: () => signal?.removeEventListener('abort', give) };
}

/** Here, because the gRPC library would tell it in a message. */
function checkToken(token: string | undefined): void {
  const { accepts, parse } = bearerToken(1);
  if (token !== undefined && parse(token) === undefined)
    throw invalidRequest([{ field: 'token', description: `can not be sent: give ${accepts}` }]);
}

function closedError(): MeshError {
  return invalidRequest([{ field: 'client', description: 'is closed; connect again' }]);
}
