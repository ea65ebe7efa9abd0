import type { InferenceContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import type { MeshError } from '../../kit/errors/mesh-error.ts';
import type { ModelFinder } from './model-finder.ts';

/**
 * The protocol's extensions that this server keeps to
 * (https://github.com/triton-inference-server/server/tree/main/docs/protocol). Not among them: sequence, classification, shared memory,
 * trace and logging. No model depends on another here, so that unloading the dependents of one is to do nothing.
 */
const extensions = [
  'model_repository',
  'model_repository(unload_dependents)',
  'schedule_policy',
  'model_configuration',
  'binary_tensor_data',
  'parameters',
  'statistics',
] as const;

export function createServerHandlers(
  finder: ModelFinder,
  server: { readonly version: string; readonly ready: () => MeshError | undefined },
): Pick<Handlers<InferenceContract>, 'ServerLive' | 'ServerReady' | 'ServerMetadata' | 'ModelReady'> {
  return {
    ServerLive: async () => ({ live: true }),
    ServerReady: async () => ({ ready: server.ready() === undefined }),
    ServerMetadata: async () => ({
      name: 'scoremesh',
      version: server.version,
      extensions: [...extensions],
    }),
    // During the start some models are ready and the server is not; at its end no model is.
    ModelReady: async ({ name, version }) => ({
      ready: finder.find(name, version).ready && server.ready()?.reason !== 'SHUTTING_DOWN',
    }),
  };
}
