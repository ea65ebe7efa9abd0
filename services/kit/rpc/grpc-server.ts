import { setMaxListeners } from 'node:events';
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type { Method } from '../contract/contract.ts';
import { DeadlineWatch } from '../contract/deadline-watch.ts';
import { protos } from '../contract/protos.ts';
import { MeshError } from '../errors/mesh-error.ts';
import type { Closers } from '../lifecycle/closers.ts';
import { createAuthenticate } from './authentication.ts';
import { bidiHandler, serverStreamHandler, unaryHandler } from './grpc-handlers.ts';
import type { Instruments } from './instruments.ts';
import { decodeRequest, type Served } from './served.ts';

export interface GrpcServerConfig {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** For calls that come without a deadline. */
  readonly defaultTimeoutMs: number;
  readonly maxMessageBytes: number;
  /** How long calls in flight may take to finish when the server stops. */
  readonly graceMs: number;
  /** Makes who sends it the administrator; without one nobody is. */
  readonly adminToken?: string | undefined;
  /** Whether callers are other roles, which say for whom they ask. Default false. */
  readonly trustsRoles?: boolean;
}

/** A service that is not a contract: it handles grpc-js calls itself. */
export interface RawService {
  readonly definition: Readonly<Record<string, object>>;
  readonly implementation: Readonly<Record<string, UntypedHandleCall>>;
  /** Called when the server starts to stop, so that long streams end by themselves. */
  drain(): void;
}

export interface GrpcServer {
  readonly port: number;
  /** Tells health checks whether this process can do its work. */
  setServing(serving: boolean): void;
}

/** Calls at once on one connection; more wait at the client. */
const maxConcurrentStreams = 4096;

/**
 * Serves contracts as ordinary gRPC methods, with grpc.health.v1 and server reflection beside them. Resolves when it listens.
 * Closing: health answers NOT_SERVING, new calls are refused, calls in flight are finished up to the grace limit.
 */
export async function startGrpcServer(
  config: GrpcServerConfig,
  services: readonly Served[],
  raw: readonly RawService[],
  instruments: Instruments,
  closers: Closers,
): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': config.maxMessageBytes,
    'grpc.max_send_message_length': config.maxMessageBytes,
    'grpc.max_concurrent_streams': maxConcurrentStreams,
    'grpc.enable_channelz': 0,
  });
  const watch = new DeadlineWatch();
  const stopping = new AbortController();
  // Every stream that is open listens to it.
  setMaxListeners(0, stopping.signal);
  const edge = {
    config,
    instruments,
    watch,
    stopping,
    authenticate: createAuthenticate(config.adminToken),
    trustsRoles: config.trustsRoles ?? false,
  };
  const names = services.map(({ service }) => service);
  for (const { methods } of services) {
    const definition: Record<string, object> = {};
    const implementation: UntypedServiceImplementation = {};
    for (const served of methods.values()) {
      const { method } = served;
      if (method.internal) continue;
      definition[method.name] = {
        ...method.definition,
        requestDeserialize: (bytes: Buffer) => decodeRequest(method, bytes),
        responseSerialize: method.response.encode,
      };
      implementation[method.name] = handlerFor(method, {
        unary: () => unaryHandler(served, edge),
        serverStream: () => serverStreamHandler(served, edge),
        bidi: () => bidiHandler(served, edge),
      });
    }
    server.addService(definition as never, implementation);
  }
  for (const { definition, implementation } of raw)
    server.addService(definition as never, { ...implementation });

  const health = new HealthImplementation();
  const setServing = (serving: boolean): void => {
    for (const name of ['', ...names]) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  };
  setServing(false);
  health.addToServer(server);
  new ReflectionService(protos(), { services: [...names, 'grpc.health.v1.Health'] }).addToServer(server);

  const port = await listen(server, config);
  closers.add('gRPC server', async () => {
    setServing(false);
    edge.stopping.abort(new MeshError('SHUTTING_DOWN', 'this process is stopping; call another instance'));
    for (const service of raw) service.drain();
    await stop(server, addressOf(config.host, port), config.graceMs);
    watch.close();
  });
  return { port, setServing };
}

type Handlers = {
  unary(): handleUnaryCall<object, object>;
  serverStream(): handleServerStreamingCall<object, object>;
  bidi(): handleBidiStreamingCall<object, object>;
};

function handlerFor(method: Method, handlers: Handlers): UntypedHandleCall {
  return handlers[method.kind]() as UntypedHandleCall;
}

function listen(server: Server, { host, port }: GrpcServerConfig): Promise<number> {
  const address = addressOf(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else {
        reject(
          new MeshError(
            'CONFIG_INVALID',
            `can't listen for gRPC on ${address}: ${error.message}. Is another process using the port? SCOREMESH_GRPC_PORT chooses another`,
            {},
            error,
          ),
        );
      }
    });
  });
}

function addressOf(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Resolves when every connection is closed: by itself, or by force after the grace limit. */
function stop(server: Server, address: string, graceMs: number): Promise<void> {
  // The library's forceShutdown() knows no connections while channelz is off; drain() does.
  server.drain(address, graceMs);
  return new Promise((resolve) => {
    server.tryShutdown(() => resolve());
  });
}
