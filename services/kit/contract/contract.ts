import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type { FastCodec } from '../wire/fast-codecs.ts';
import type { Call } from './call.ts';
import { fastCodecs, serviceDefinition } from './protos.ts';

export type MethodKind = 'unary' | 'serverStream' | 'bidi';

/** One method of a contract, as the bindings see it. */
export interface Method {
  /** e.g. "Score". */
  readonly name: string;
  /** e.g. "scoremesh.scoring.v1.ScoringService". */
  readonly service: string;
  /** e.g. "/scoremesh.scoring.v1.ScoringService/Score". */
  readonly path: string;
  readonly kind: MethodKind;
  /** Whether a call that failed UNAVAILABLE may be tried again. */
  readonly idempotent: boolean;
  /** Whether only the mesh's own roles may call it: not served as an ordinary gRPC method. */
  readonly internal: boolean;
  /** Whether only the administrator may call it from outside the mesh. */
  readonly administrative: boolean;
  /** Whether its handler is called though the deadline has passed, because it keeps a record of what it refuses. */
  readonly takesLateCalls: boolean;
  /** Of a request; see Decode. */
  readonly maxParts: number;
  readonly definition: MethodDefinition<object, object, object, object>;
  /** Codecs of complete messages; the definition's own take incomplete ones too and cost three times as much. */
  readonly request: FastCodec;
  readonly response: FastCodec;
}

/**
 * A service that roles offer each other. H and D are the generated Handlers and Definition types: the first tells streams from
 * unary methods, the second carries the message types.
 */
export interface Contract<H, D> {
  readonly service: string;
  /** Methods by name; the protos are read on first use. */
  methods(): ReadonlyMap<string, Method>;
  /** Carries the types; never set. */
  readonly types?: { readonly handlers: H; readonly definition: D };
}

/** The methods' names: the keys of H that are not an index signature. */
export type MethodName<H> = keyof { [K in keyof H as string extends K ? never : K]: H[K] } & string;

// biome-ignore lint/suspicious/noExplicitAny: inference positions
type Loose = any;
type RequestOf<D, M> = M extends keyof D
  ? D[M] extends MethodDefinition<Loose, Loose, infer R, Loose>
    ? R
    : never
  : never;
type ResponseOf<D, M> = M extends keyof D
  ? D[M] extends MethodDefinition<Loose, Loose, Loose, infer R>
    ? R
    : never
  : never;

/**
 * A contract's methods as functions. Messages are complete (defaults filled in), so that a handler sees the same whether they
 * came by reference or over the wire; a handler never mutates a request. Errors are MeshErrors.
 */
export type Client<C> =
  C extends Contract<infer H, infer D>
    ? {
        readonly [M in MethodName<H>]: H[M] extends grpc.handleUnaryCall<Loose, Loose>
          ? (request: RequestOf<D, M>, call: Call) => Promise<ResponseOf<D, M>>
          : H[M] extends grpc.handleServerStreamingCall<Loose, Loose>
            ? (request: RequestOf<D, M>, call: Call) => AsyncIterable<ResponseOf<D, M>>
            : (requests: AsyncIterable<RequestOf<D, M>>, call: Call) => AsyncIterable<ResponseOf<D, M>>;
      }
    : never;

type InputOf<D, M> = M extends keyof D
  ? D[M] extends MethodDefinition<infer R, Loose, Loose, Loose>
    ? R
    : never
  : never;

/** A contract's methods as other programs call them: requests may leave fields out, O are the options of a call. */
export type Stub<C, O> =
  C extends Contract<infer H, infer D>
    ? {
        readonly [M in MethodName<H>]: H[M] extends grpc.handleUnaryCall<Loose, Loose>
          ? (request: InputOf<D, M>, options?: O) => Promise<ResponseOf<D, M>>
          : H[M] extends grpc.handleServerStreamingCall<Loose, Loose>
            ? (request: InputOf<D, M>, options?: O) => AsyncIterable<ResponseOf<D, M>>
            : (requests: AsyncIterable<InputOf<D, M>>, options?: O) => AsyncIterable<ResponseOf<D, M>>;
      }
    : never;

/** What a service implements: exactly what its callers see. */
export type Handlers<C> = Client<C>;

/** Which methods differ from the others, and how; see Method. */
export interface MethodOptions<N extends string> {
  readonly idempotent: readonly N[];
  readonly internal?: readonly N[];
  readonly administrative?: readonly N[];
  readonly takesLateCalls?: readonly N[];
  /** Where less than the default makes sense. */
  readonly maxParts?: Readonly<Partial<Record<N, number>>>;
}

/** A million messages: more than the largest batch of feature rows has, and some hundred MiB of memory if all are empty. */
const maxParts = 2 ** 24;

/** A contract of the service with this full name. Methods not named idempotent are never tried twice. */
export function contract<H, D>(service: string, options: MethodOptions<MethodName<H>>): Contract<H, D> {
  let methods: Map<string, Method> | undefined;
  return {
    service,
    methods: () => {
      methods ??= readMethods(service, options);
      return methods;
    },
  };
}

function readMethods(service: string, options: MethodOptions<string>): Map<string, Method> {
  const methods = new Map<string, Method>();
  for (const [name, definition] of Object.entries(serviceDefinition(service))) {
    methods.set(name, {
      name,
      service,
      path: definition.path,
      kind: kindOf(definition),
      idempotent: options.idempotent.includes(name),
      internal: options.internal?.includes(name) ?? false,
      administrative: options.administrative?.includes(name) ?? false,
      takesLateCalls: options.takesLateCalls?.includes(name) ?? false,
      maxParts: options.maxParts?.[name] ?? maxParts,
      definition,
      ...fastCodecs.ofMethod(service, name),
    });
  }
  return methods;
}

function kindOf(definition: { path: string; requestStream: boolean; responseStream: boolean }): MethodKind {
  if (definition.requestStream && !definition.responseStream)
    throw new Error(`${definition.path}: client streaming is not supported`);
  if (definition.requestStream) return 'bidi';
  return definition.responseStream ? 'serverStream' : 'unary';
}
