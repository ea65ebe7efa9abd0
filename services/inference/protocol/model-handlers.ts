import type { ModelContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import type { Registry } from '../lifecycle/registry.ts';
import { findVersion } from '../lifecycle/resolution.ts';

/** ModelService over the registry. GetModel answers versions that are not ready, too: their state and reason say why. */
export function createModelHandlers(registry: Registry): Handlers<ModelContract> {
  return {
    GetModel: async (request) => ({ model: findVersion(registry.families, request.model).model }),
    ListModels: async () => ({ models: registry.models }),
    WatchModels: (_request, call) => registry.watch(call.cancellation),
  };
}
