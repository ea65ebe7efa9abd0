import { type Call, cancelledByCaller, throwIfUnwanted } from '../contract/call.ts';
import type { Client, Contract, Method } from '../contract/contract.ts';
import { isMeshError, MeshError, toMeshError } from '../errors/mesh-error.ts';
import { codeName } from '../errors/status.ts';
import { type Span, SpanKind } from '../telemetry/span.ts';
import { administrator, administratorOnly } from './authentication.ts';
import { type Instruments, isEdge, type Placement } from './instruments.ts';

/** A method with its handler, recorded alike whichever binding calls it. Errors are MeshErrors. */
export interface ServedMethod {
  readonly method: Method;
  unary(request: object, call: Call, placement: Placement): Promise<object>;
  serverStream(request: object, call: Call, placement: Placement): AsyncIterable<object>;
  bidi(
    requests: AsyncIterable<object> | RefusedRequest,
    call: Call,
    placement: Placement,
  ): AsyncIterable<object>;
}

/** A service that this process hosts: its methods by path, e.g. "/pkg.Service/Method". */
export interface Served {
  readonly service: string;
  readonly methods: ReadonlyMap<string, ServedMethod>;
}

/** In place of a request that must not reach its handler: refused, and recorded like any other. */
export class RefusedRequest {
  readonly error: MeshError;
  constructor(error: MeshError) {
    this.error = error;
  }
}

/** A request whose bytes could not be decoded. */
export class MalformedMessage extends RefusedRequest {
  constructor(method: Method, cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(new MeshError('INVALID_REQUEST', `the message is not a valid request of ${method.path}: ${what}`));
  }
}

/** Decodes a request; what can't be decoded becomes a MalformedMessage. */
export function decodeRequest(method: Method, bytes: Buffer): object {
  try {
    return method.request.decode(bytes, method.maxParts);
  } catch (error) {
    return new MalformedMessage(method, error);
  }
}

/** Models that metrics of failures tell apart. */
const maxModels = 256;

type AnyHandler = (request: unknown, call: Call) => unknown;

/** Wraps handlers with checks of deadline and caller, span, metrics and error mapping. */
export function serve<H, D>(
  contract: Contract<H, D>,
  handlers: Client<Contract<H, D>>,
  instruments: Instruments,
): Served {
  const methods = new Map<string, ServedMethod>();
  const table = handlers as unknown as Readonly<Record<string, AnyHandler>>;
  for (const method of contract.methods().values()) {
    const handler = table[method.name];
    if (handler === undefined) throw new Error(`no handler for ${method.path}`);
    methods.set(method.path, serveMethod(method, handler, instruments));
  }
  return { service: contract.service, methods };
}

function serveMethod(method: Method, handler: AnyHandler, instruments: Instruments): ServedMethod {
  const spanName = method.path.slice(1);
  const answered = new Set<string>();

  const begin = (call: Call): Span | undefined => {
    if (!call.trace.sampled) return undefined;
    const span = instruments.tracer.start(spanName, SpanKind.SERVER, call.trace);
    if (span === undefined) return undefined;
    span.attributes['rpc.system.name'] = 'grpc';
    span.attributes['rpc.method'] = spanName;
    return span;
  };

  /** What another role asks for was let in at the edge that it came through. */
  const admit = (input: unknown, call: Call, placement: Placement): void => {
    if (input instanceof RefusedRequest) throw input.error;
    if (method.administrative && isEdge(placement) && call.principal !== administrator)
      throw administratorOnly(method);
  };

  const finish = (
    span: Span | undefined,
    startedAt: number,
    request: unknown,
    placement: Placement,
  ): void => {
    const model = modelOf(request);
    if (model !== '' && answered.size < maxModels) answered.add(model);
    instruments.served(spanName, 'OK', model, placement).observe((performance.now() - startedAt) / 1000);
    if (span !== undefined) {
      span.attributes['rpc.status_code'] = 'OK';
      instruments.tracer.end(span);
    }
  };

  const fail = (
    thrown: unknown,
    span: Span | undefined,
    startedAt: number,
    request: unknown,
    call: Call,
    placement: Placement,
  ): MeshError => {
    const error = toMeshError(thrown);
    if (!isMeshError(thrown)) {
      instruments.log.error('a handler failed with an error that is a bug', {
        method: spanName,
        trace: call.trace,
        error: thrown,
      });
    }
    const code = codeName(error.code);
    const named = modelOf(request);
    // A name that nothing was ever answered for may be the caller's invention: as a label it would grow without end.
    const model = answered.has(named) ? named : '';
    instruments.served(spanName, code, model, placement).observe((performance.now() - startedAt) / 1000);
    if (span !== undefined) {
      span.attributes['rpc.status_code'] = code;
      instruments.tracer.end(span, { message: error.message, codeName: code, reason: error.reason });
    }
    return error;
  };

  const stream = async function* (input: unknown, outer: Call, placement: Placement): AsyncIterable<object> {
    const startedAt = performance.now();
    const span = begin(outer);
    const call = span === undefined ? outer : { ...outer, trace: span, span };
    let recorded = false;
    try {
      admit(input, call, placement);
      throwIfUnwanted(call, `${spanName} could start`);
      yield* handler(input, call) as AsyncIterable<object>;
      recorded = true;
      finish(span, startedAt, input, placement);
    } catch (thrown) {
      recorded = true;
      throw fail(thrown, span, startedAt, input, call, placement);
    } finally {
      // Who reads the answers stopped reading.
      if (!recorded) {
        const error = call.cancellation.error ?? cancelledByCaller();
        fail(error, span, startedAt, input, call, placement);
      }
    }
  };

  return {
    method,
    unary: async (request, outer, placement) => {
      const startedAt = performance.now();
      const span = begin(outer);
      const call = span === undefined ? outer : { ...outer, trace: span, span };
      try {
        admit(request, call, placement);
        if (!method.takesLateCalls) throwIfUnwanted(call, `${spanName} could start`);
        const response = (await handler(request, call)) as object;
        finish(span, startedAt, request, placement);
        return response;
      } catch (thrown) {
        throw fail(thrown, span, startedAt, request, call, placement);
      }
    },
    serverStream: stream,
    bidi: stream,
  };
}

/** The model that a request names, without version or alias; empty for requests that name none. */
function modelOf(request: unknown): string {
  const { model, modelName } = request as { model?: unknown; modelName?: unknown };
  const name = model ?? modelName;
  if (typeof name !== 'string') return '';
  const at = name.indexOf('@');
  return at < 0 ? name : name.slice(0, at);
}

/** The served method at a path, or METHOD_NOT_FOUND. */
export function methodAt(services: readonly Served[], path: string): ServedMethod {
  for (const service of services) {
    const found = service.methods.get(path);
    if (found !== undefined) return found;
  }
  throw new MeshError('METHOD_NOT_FOUND', `no method ${path} is served here`);
}
