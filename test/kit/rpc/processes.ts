import { afterEach } from 'vitest';
import { type Call, startCall } from '../../../services/kit/contract/call.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { createLinkService } from '../../../services/kit/link/link-service.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import type { RawService } from '../../../services/kit/rpc/grpc-server.ts';
import { type GrpcServerConfig, startGrpcServer } from '../../../services/kit/rpc/grpc-server.ts';
import { type EchoHandlers, echoServices } from './echo.ts';
import { createRecorder, type Recorder } from './recorder.ts';

/** What a test opened; closed after it, last first. */
export function testClosers(): Closers {
  let closers = createClosers(silentLog);
  afterEach(async () => {
    const used = closers;
    closers = createClosers(silentLog);
    await used.close();
  });
  return { add: (name, close) => closers.add(name, close), close: () => closers.close() };
}

export const serverDefaults: GrpcServerConfig = {
  host: '127.0.0.1',
  port: 0,
  defaultTimeoutMs: 30_000,
  maxMessageBytes: 4 * 1024 * 1024,
  graceMs: 5_000,
};

/** A process that serves the echo services as gRPC methods and over links. */
export interface EchoProcess extends Recorder {
  readonly port: number;
  readonly address: string;
  /** Frames that callers sent over links, in order. */
  readonly frames: readonly Buffer[];
  /** Stops it as the program does. */
  stop(): Promise<void>;
}

export async function startProcess(
  closers: Closers,
  handlers: EchoHandlers = {},
  config: Partial<GrpcServerConfig> & { maxInFlight?: number } = {},
): Promise<EchoProcess> {
  const recorder = createRecorder();
  const own = createClosers(silentLog);
  closers.add('process', () => own.close());
  const services = echoServices(handlers, recorder.instruments);
  const frames: Buffer[] = [];
  const settings = { ...serverDefaults, ...config };
  const link = createLinkService(
    services,
    recorder.instruments,
    config.maxInFlight ?? 1024,
    settings.maxMessageBytes,
  );
  const { port } = await startGrpcServer(
    settings,
    services,
    [observed(link, frames)],
    recorder.instruments,
    own,
  );
  return { ...recorder, port, address: `127.0.0.1:${port}`, frames, stop: () => own.close() };
}

/** The link service, with the frames that reach it kept. */
function observed(link: RawService, frames: Buffer[]): RawService {
  const connect = link.implementation.Connect as unknown as (stream: NodeJS.ReadableStream) => void;
  const watching = (stream: NodeJS.ReadableStream): void => {
    connect(stream);
    stream.on('data', (frame: Buffer) => frames.push(frame));
  };
  return { ...link, implementation: { Connect: watching as never } };
}

export function newCall(timeoutMs = 30_000, principal = 'test'): Call {
  return startCall({ timeoutMs, principal });
}

/** A promise that the test settles. */
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  open(value: T): void;
}

export function createGate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

/** Resolves once the condition holds; asks after each turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
