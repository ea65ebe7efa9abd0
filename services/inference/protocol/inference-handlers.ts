import type { InferenceContract } from '../../contracts.ts';
import type { ModelMetadataResponse__Output as ModelMetadata } from '../../gen/inference/ModelMetadataResponse.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { invalidRequest, MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Instruments } from '../instruments.ts';
import type { Registered, Registry } from '../lifecycle/registry.ts';
import { findNumbered, findVersion, requireReady } from '../lifecycle/resolution.ts';
import type { ServedModel } from '../lifecycle/served-model.ts';
import type { TensorInfo } from '../tensors/tensor.ts';

function notYet(): never {
  throw new MeshError('NOT_SUPPORTED', 'not yet');
}

/** The Open Inference Protocol over the registry. Status codes and messages are Triton's where they are honest. */
export function createInferenceHandlers(
  registry: Registry,
  options: {
    readonly serverVersion: string;
    readonly instruments: Instruments;
    readonly ready: () => MeshError | undefined;
  },
): Handlers<InferenceContract> {
  const find = (name: string, version: string): Registered => {
    if (version === '') return findVersion(registry.families, name);
    if (!/^[0-9]+$/.test(version) || Number(version) === 0)
      throw invalidRequest([
        {
          field: 'model_version',
          description: `failed to get model version from specified version string '${version}' (an integer > 0, or empty)`,
        },
      ]);
    return findNumbered(registry.families, name, version);
  };

  const served = (name: string, version: string): { found: Registered; model: ServedModel } => {
    const found = requireReady(name, find(name, version));
    if (found.served === undefined) throw new Error(`'${name}' is ready but not served`);
    return { found, model: found.served };
  };

  return {
    ServerLive: async () => ({ live: true }),
    ServerReady: async () => ({ ready: options.ready() === undefined }),
    ModelReady: async ({ name, version }) => ({ ready: find(name, version).ready }),
    ServerMetadata: async () => ({ name: 'scoremesh', version: options.serverVersion, extensions: [] }),
    ModelMetadata: async ({ name, version }) => {
      const { found, model } = served(name, version);
      return metadataOf(found, model, registry);
    },
    ModelInfer: (request, call) => {
      let model: ServedModel;
      try {
        ({ model } = served(request.modelName, request.modelVersion));
      } catch (error) {
        options.instruments.countUnresolved(toMeshError(error).reason);
        return Promise.reject(error);
      }
      return model.infer(request, call);
    },
    ModelStreamInfer: notYet,
    ModelConfig: notYet,
    ModelStatistics: notYet,
    RepositoryIndex: notYet,
    RepositoryModelLoad: notYet,
    RepositoryModelUnload: notYet,
    SystemSharedMemoryStatus: notYet,
    SystemSharedMemoryRegister: notYet,
    SystemSharedMemoryUnregister: notYet,
    CudaSharedMemoryStatus: notYet,
    CudaSharedMemoryRegister: notYet,
    CudaSharedMemoryUnregister: notYet,
    TraceSetting: notYet,
    LogSettings: notYet,
  };
}

function metadataOf(found: Registered, model: ServedModel, registry: Registry): ModelMetadata {
  const { name } = found.model;
  return {
    name,
    versions: registry.entries
      .filter((entry) => entry.model.name === name && entry.ready)
      .map((entry) => String(entry.version)),
    platform: 'onnxruntime_onnx',
    inputs: model.shape.inputs.map(tensorMetadata),
    outputs: model.shape.outputs.map(tensorMetadata),
    properties: { digest: model.digest },
  };
}

function tensorMetadata(info: TensorInfo): ModelMetadata['inputs'][number] {
  return { name: info.name, datatype: info.datatype, shape: info.shape.map(String) };
}
