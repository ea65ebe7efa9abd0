import type { InferenceContract } from '../../contracts.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import { type Call, limitedCall } from '../../kit/contract/call.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { type MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import { inferStream, logBugs } from '../../kit/open-inference/infer-stream.ts';
import type { Instruments } from '../instruments.ts';
import type { Manager } from '../lifecycle/manager.ts';
import type { Registry } from '../lifecycle/registry.ts';
import type { ServedModel } from '../lifecycle/served-model.ts';
import { completeModelConfig } from '../repository/config/complete-model-config.ts';
import { createModelFinder } from './model-finder.ts';
import { modelMetadata } from './model-metadata.ts';
import { createRepositoryHandlers } from './repository-handlers.ts';
import { createServerHandlers } from './server-handlers.ts';
import { modelStatistics } from './statistics.ts';
import { createUnsupportedHandlers } from './unsupported-handlers.ts';

export interface InferenceHandlersDeps {
  readonly registry: Registry;
  readonly manager: Pick<Manager, 'load' | 'loadOverride' | 'unload'>;
  readonly instruments: Instruments;
  /** Why requests can't be served; undefined if they can. */
  readonly ready: () => MeshError | undefined;
  /** Of the software. */
  readonly serverVersion: string;
  /** For requests of streams that have no deadline. */
  readonly streamedTimeoutMs: number;
  readonly log: Log;
}

/** The Open Inference Protocol over the registry. Status codes and messages are Triton's where they are honest. */
export function createInferenceHandlers(deps: InferenceHandlersDeps): Handlers<InferenceContract> {
  const { instruments, manager, ready, registry, serverVersion: version, log } = deps;
  const finder = createModelFinder(registry);

  const infer = (request: ModelInferRequest, call: Call): Promise<ModelInferResponse> => {
    let model: ServedModel;
    try {
      model = finder.ready(request.modelName, request.modelVersion).served;
    } catch (error) {
      instruments.countUnresolved(toMeshError(error).reason);
      return Promise.reject(error);
    }
    return model.infer(request, call);
  };

  return {
    ...createServerHandlers(finder, { version, ready }),
    ModelMetadata: async (request) => {
      const found = finder.ready(request.name, request.version);
      return modelMetadata(found, finder.readyVersions(found.model.name));
    },
    ModelConfig: async (request) => {
      const { served } = finder.ready(request.name, request.version);
      return { config: completeModelConfig(served.shape, served.config) };
    },
    ModelStatistics: async (request) => {
      const versions = request.name === '' ? finder.allReady() : finder.meant(request.name, request.version);
      return { modelStats: versions.map(modelStatistics) };
    },
    ModelInfer: infer,
    ModelStreamInfer: (requests, call) =>
      inferStream(
        requests,
        (request) => infer(request, limitedCall(call, deps.streamedTimeoutMs)),
        logBugs(log, call),
      ),
    ...createRepositoryHandlers(registry, manager),
    ...createUnsupportedHandlers(),
  };
}
