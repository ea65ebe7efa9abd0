import { type Call, remainingMs, throwIfUnwanted } from '../contract/call.ts';
import type { Client, Contract, Method } from '../contract/contract.ts';
import { isUnavailable, toMeshError } from '../errors/mesh-error.ts';
import { codeName } from '../errors/status.ts';
import { type Span, SpanKind } from '../telemetry/span.ts';
import type { Instruments } from './instruments.ts';
import { createRetryBudget, type RetryBudget, waitBeforeRetry } from './retry.ts';
import type { Transport } from './transport.ts';

/** A contract's client over any transport: deadline, span, retries of idempotent methods within deadline and budget. */
export function createClient<H, D>(
  contract: Contract<H, D>,
  transport: Transport,
  instruments: Pick<Instruments, 'tracer'>,
): Client<Contract<H, D>> {
  const budget = createRetryBudget();
  const client: Record<string, unknown> = {};
  for (const method of contract.methods().values()) {
    client[method.name] = createMethod(method, transport, instruments, budget);
  }
  return client as unknown as Client<Contract<H, D>>;
}

function createMethod(
  method: Method,
  transport: Transport,
  { tracer }: Pick<Instruments, 'tracer'>,
  budget: RetryBudget,
): unknown {
  const spanName = method.path.slice(1);

  const begin = (call: Call): Span | undefined => {
    if (!call.trace.sampled) return undefined;
    const span = tracer.start(spanName, SpanKind.CLIENT, call.trace);
    if (span !== undefined) {
      span.attributes['rpc.system.name'] = 'grpc';
      span.attributes['rpc.method'] = spanName;
    }
    return span;
  };
  const end = (span: Span, thrown?: unknown): void => {
    if (thrown === undefined) {
      span.attributes['rpc.status_code'] = 'OK';
      tracer.end(span);
      return;
    }
    const error = toMeshError(thrown);
    span.attributes['rpc.status_code'] = codeName(error.code);
    tracer.end(span, { message: error.message, codeName: codeName(error.code), reason: error.reason });
  };
  const traced = async (request: object, outer: Call, span: Span): Promise<object> => {
    try {
      const response = await attempt(request, { ...outer, trace: span });
      end(span);
      return response;
    } catch (thrown) {
      end(span, thrown);
      throw thrown;
    }
  };
  const attempt =
    method.idempotent && transport.isLocal !== true
      ? retrying(method, transport, budget)
      : once(method, transport);

  if (method.kind === 'unary') {
    return (request: object, call: Call): Promise<object> => {
      const span = begin(call);
      return span === undefined ? attempt(request, call) : traced(request, call, span);
    };
  }
  return async function* (input: object, outer: Call): AsyncIterable<object> {
    const span = begin(outer);
    const call = span === undefined ? outer : { ...outer, trace: span };
    try {
      throwIfUnwanted(call, `${spanName} was called`);
      yield* method.kind === 'bidi'
        ? transport.bidi(method, input as AsyncIterable<object>, call)
        : transport.serverStream(method, input, call);
      if (span !== undefined) end(span);
    } catch (thrown) {
      if (span !== undefined) end(span, thrown);
      throw thrown;
    }
  };
}

type Attempt = (request: object, call: Call) => Promise<object>;

function once(method: Method, transport: Transport): Attempt {
  return (request, call) => transport.unary(method, request, call);
}

function retrying(method: Method, transport: Transport, budget: RetryBudget): Attempt {
  return async (request, call) => {
    budget.countCall();
    for (let tries = 1; ; tries++) {
      try {
        return await transport.unary(method, request, call);
      } catch (error) {
        // Only what never reached a decision: an UNAVAILABLE with its own reason (a full disk, say) is an answer.
        if (
          !isUnavailable(error) ||
          toMeshError(error).reason !== 'ROLE_UNREACHABLE' ||
          !budget.takeRetry(tries)
        )
          throw error;
        if (!(await waitBeforeRetry(tries, remainingMs(call), call))) throw error;
      }
    }
  };
}
