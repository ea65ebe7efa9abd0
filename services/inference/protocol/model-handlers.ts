import type { ModelContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { invalidRequest } from '../../kit/errors/mesh-error.ts';
import type { Manager } from '../lifecycle/manager.ts';
import type { Registry } from '../lifecycle/registry.ts';
import { findVersion } from '../lifecycle/resolution.ts';

/** ModelService over the registry. GetModel answers versions that are not ready, too: their state and reason say why. */
export function createModelHandlers(registry: Registry, manager: Manager): Handlers<ModelContract> {
  return {
    GetModel: async (request) => ({ model: findVersion(registry.families, request.model).model }),
    ListModels: async () => ({ models: registry.models }),
    WatchModels: (_request, call) => registry.watch(call.cancellation),
    RegisterModel: (requests, call) => manager.register(requests, call),
    LoadModel: async ({ name, version }, call) => ({
      models: await manager.load(named('name', name), version, call),
    }),
    UnloadModel: async ({ name, version }, call) => ({
      models: await manager.unload(named('name', name), version, call),
    }),
    SetAlias: async ({ name, alias, version }, call) =>
      manager.setAlias(named('name', name), named('alias', alias), version, call),
    RollbackAlias: async ({ name, alias }, call) =>
      manager.rollback(named('name', name), named('alias', alias), call),
    RunContent: (request, call) => manager.runContent(request, call),
  };
}

function named(field: string, value: string): string {
  if (value === '') throw invalidRequest([{ field, description: 'is empty; give a name' }]);
  return value;
}
