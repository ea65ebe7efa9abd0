import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { inferenceContract } from '../../../services/contracts.ts';
import type { InferenceService } from '../../../services/inference/service.ts';
import type { Closers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { withTritonErrors } from '../../../services/kit/open-inference/triton-handlers.ts';
import { startGrpcServer } from '../../../services/kit/rpc/grpc-server.ts';
import { serve } from '../../../services/kit/rpc/served.ts';
import { connectInference, type InferenceClient } from '../../e2e/inference-client.ts';
import { serverDefaults } from '../../kit/rpc/processes.ts';
import { createRecorder } from '../../kit/rpc/recorder.ts';

/** How failures are told: honestly, or with Triton's codes. */
export type StatusStyle = 'honest' | 'triton';
export const statusStyles = ['honest', 'triton'] as const;

export interface WireClient extends InferenceClient {
  readonly address: string;
}

/** A client of these handlers over a socket. It and the server are closed with the closers. */
export async function connectHandlers(
  handlers: InferenceService['inference'],
  closers: Closers,
  style: StatusStyle = 'honest',
): Promise<WireClient> {
  const { instruments } = createRecorder();
  const told = style === 'triton' ? withTritonErrors(handlers, silentLog) : handlers;
  const services = [serve(inferenceContract, told, instruments)];
  const { port } = await startGrpcServer(
    { ...serverDefaults, graceMs: 1_000 },
    services,
    [],
    instruments,
    closers,
  );
  const address = `127.0.0.1:${port}`;
  const client = connectInference(address);
  closers.add('client', () => client.close());
  return { ...client, address };
}

/** Sends ModelInfer calls that can be given up, over one connection. */
export function connectCancellable(
  address: string,
  closers: Closers,
): (request: object) => { readonly answer: Promise<object>; cancel(): void } {
  const { path, requestSerialize, responseDeserialize } = inferenceContract
    .methods()
    .get('ModelInfer')!.definition;
  const client = new Client(address, credentials.createInsecure());
  closers.add('client', () => client.close());
  return (request) => {
    let cancel = (): void => {};
    const answer = new Promise<object>((resolve, reject) => {
      const done = (error: ServiceError | null, response?: object): void =>
        error === null ? resolve(response!) : reject(error);
      const call = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, done);
      cancel = () => call.cancel();
    });
    return { answer, cancel };
  };
}
