import { fileURLToPath } from 'node:url';
import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';
import { createFastCodecs } from '../wire/fast-codecs.ts';

/** Where the .proto files stand, beside the sources and beside the build alike. */
const protoFolder = fileURLToPath(new URL('../../../proto/', import.meta.url));

const files = [
  'google/rpc/status.proto',
  'google/rpc/error_details.proto',
  'scoremesh/error/v1/reason.proto',
  'scoremesh/scoring/v1/scoring_service.proto',
  'scoremesh/feature/v1/declaration.proto',
  'scoremesh/feature/v1/event.proto',
  'scoremesh/feature/v1/feature_service.proto',
  'scoremesh/inference/v1/model_service.proto',
  'scoremesh/audit/v1/audit_service.proto',
  'scoremesh/audit/v1/sealed_content.proto',
  'scoremesh/link/v1/link_service.proto',
  'inference/model_config.proto',
  'inference/grpc_service.proto',
  'feast/serving/ServingService.proto',
];

let loaded: PackageDefinition | undefined;

/** Every proto of the mesh, read on first use (about 60 ms) and kept for the life of the process. */
export function protos(): PackageDefinition {
  loaded ??= loadSync(files, {
    includeDirs: [protoFolder],
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  return loaded;
}

/** Codecs of complete messages, for the hot path. */
export const fastCodecs = createFastCodecs(protoFolder, files);

/** Wire codec of one message type. `encode` fills no defaults in; `decode` does. */
export interface Codec<Input, Output> {
  encode(message: Input): Buffer;
  decode(bytes: Uint8Array): Output;
}

/** Codec of the message with this full name, e.g. "scoremesh.audit.v1.Record". */
export function messageCodec<Input extends object, Output extends object>(
  name: string,
): Codec<Input, Output> {
  const { encode, decode } = fastCodecs.ofMessage(name);
  return { encode, decode: (bytes) => decode(bytes) as Output };
}

/** Definition of the service with this full name. */
export function serviceDefinition(name: string): ServiceDefinition {
  const found = protos()[name];
  if (found === undefined || 'format' in found) throw new Error(`no proto service is called ${name}`);
  return found as ServiceDefinition;
}
