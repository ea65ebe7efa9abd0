import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import type { GRPCInferenceServiceDefinition as Service } from '../../services/gen/inference/GRPCInferenceService.ts';
import type { ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import type { ModelStreamInferResponse__Output as StreamAnswer } from '../../services/gen/inference/ModelStreamInferResponse.ts';

type Loose = object;
/** The methods by name, without the index signature of grpc-js. */
export type Methods = { [Name in keyof Service as string extends Name ? never : Name]: Service[Name] };
export type RequestOf<Name extends keyof Methods> =
  Methods[Name] extends MethodDefinition<infer Request, Loose, Loose, Loose> ? Request : never;
export type AnswerOf<Name extends keyof Methods> =
  Methods[Name] extends MethodDefinition<Loose, Loose, Loose, infer Answer> ? Answer : never;

/** A client of the Open Inference Protocol made of its .proto files and grpc-js alone, as one in another language would be. */
export interface InferenceClient {
  call<Name extends keyof Methods & string>(
    name: Name,
    request: RequestOf<Name>,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<AnswerOf<Name>>;
  /** Sends the requests at once and answers what came when the stream has ended. */
  stream(requests: readonly ModelInferRequest[]): Promise<StreamAnswer[]>;
  close(): void;
}

const timeoutMs = 20_000;
// As tritonclient: whatever the protocol can carry.
const anySize = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

export function connectInference(address: string): InferenceClient {
  const loaded = loadSync('inference/grpc_service.proto', {
    includeDirs: [fileURLToPath(new URL('../../proto/', import.meta.url))],
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const service = loaded['inference.GRPCInferenceService'] as unknown as Service;
  const client = new Client(address, credentials.createInsecure(), anySize);
  return {
    call: (name, request, headers = {}) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = service[name] as MethodDefinition<
          Loose,
          Loose
        >;
        const metadata = new Metadata();
        for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
        const options = { deadline: Date.now() + timeoutMs };
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request as Loose,
          metadata,
          options,
          (error, answer) => (error === null ? resolve(answer as never) : reject(error)),
        );
      }),
    stream: async (requests) => {
      const { path, requestSerialize, responseDeserialize } = service.ModelStreamInfer;
      const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, {
        deadline: Date.now() + timeoutMs,
      });
      for (const request of requests) stream.write(request);
      stream.end();
      const answers: StreamAnswer[] = [];
      for await (const answer of stream) answers.push(answer as StreamAnswer);
      return answers;
    },
    close: () => client.close(),
  };
}
