import type { ModelContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Registry } from '../lifecycle/registry.ts';
import { findVersion } from '../lifecycle/resolution.ts';

function notYet(): never {
  throw new MeshError('NOT_SUPPORTED', 'not yet');
}

/** ModelService over the registry. GetModel answers versions that are not ready, too: their state and reason say why. */
export function createModelHandlers(registry: Registry): Handlers<ModelContract> {
  return {
    GetModel: async (request) => ({ model: findVersion(registry.families, request.model).model }),
    ListModels: async () => ({ models: registry.models }),
    WatchModels: (_request, call) => registry.watch(call.cancellation),
    RegisterModel: notYet,
    LoadModel: notYet,
    UnloadModel: notYet,
    SetAlias: notYet,
    RollbackAlias: notYet,
  };
}
