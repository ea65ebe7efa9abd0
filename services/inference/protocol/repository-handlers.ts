import type { InferenceContract } from '../../contracts.ts';
import type { RepositoryModelLoadRequest__Output as LoadRequest } from '../../gen/inference/RepositoryModelLoadRequest.ts';
import type { ModelState__Output as ModelState } from '../../gen/scoremesh/inference/v1/ModelState.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import type { LoadOverride } from '../lifecycle/load-control.ts';
import type { Manager } from '../lifecycle/manager.ts';
import type { Registry } from '../lifecycle/registry.ts';
import { parseModelConfigJson } from '../repository/config/model-config-text.ts';
import type { GivenConfig } from '../repository/serving-config.ts';

type Parameters = LoadRequest['parameters'];

/** The protocol's words for where a version stands. */
const states: Readonly<Record<ModelState, string>> = {
  MODEL_STATE_UNSPECIFIED: 'UNKNOWN',
  MODEL_STATE_LOADING: 'LOADING',
  MODEL_STATE_READY: 'READY',
  MODEL_STATE_FAILED: 'UNAVAILABLE',
  MODEL_STATE_UNLOADED: 'UNAVAILABLE',
  MODEL_STATE_UNLOADING: 'UNLOADING',
};

const filePrefix = 'file:';

/** The model repository extension: what there is, and loading and unloading whole models. */
export function createRepositoryHandlers(
  registry: Registry,
  manager: Pick<Manager, 'load' | 'loadOverride' | 'unload'>,
): Pick<Handlers<InferenceContract>, 'RepositoryIndex' | 'RepositoryModelLoad' | 'RepositoryModelUnload'> {
  return {
    RepositoryIndex: async ({ repositoryName, ready }) => {
      refuseRepository(repositoryName);
      const models = registry.models
        .filter(({ state }) => !ready || state === 'MODEL_STATE_READY')
        .map(({ name, version, state, reason }) => ({
          name,
          // What is wrong with a model as a whole has no version.
          version: version === 0 ? '' : String(version),
          state: states[state],
          reason,
        }));
      return { models };
    },
    RepositoryModelLoad: async ({ repositoryName, modelName, parameters }, call) => {
      refuseRepository(repositoryName);
      requireName(modelName);
      const override = readOverride(parameters);
      if (override === undefined) await manager.load(modelName, 0, call);
      else await manager.loadOverride(modelName, override, call);
      return {};
    },
    RepositoryModelUnload: async ({ repositoryName, modelName, parameters }, call) => {
      refuseRepository(repositoryName);
      requireName(modelName);
      checkUnloadParameters(parameters);
      await manager.unload(modelName, 0, call);
      return {};
    },
  };
}

function refuseRepository(name: string): void {
  if (name === '') return;
  throw new MeshError(
    'NOT_SUPPORTED',
    `'repository_name' specification is not supported: there is one repository, and it is not called '${name}'; leave the name empty`,
  );
}

function requireName(name: string): void {
  if (name === '') throw invalidRequest([{ field: 'model_name', description: 'is empty; name a model' }]);
}

/** What a load gives in place of the repository's; undefined for nothing. */
function readOverride(parameters: Parameters): LoadOverride | undefined {
  const violations: FieldViolation[] = [];
  const files = new Map<string, Buffer>();
  let config: GivenConfig | undefined;
  for (const [name, { parameterChoice, stringParam, bytesParam }] of Object.entries(parameters)) {
    const fail = (description: string): void => {
      violations.push({ field: `parameters.${name}`, description });
    };
    if (name === 'config') {
      if (stringParam === undefined) fail(`is ${shown(parameterChoice)}; send the JSON as string_param`);
      else {
        const parsed = parseModelConfigJson(stringParam);
        if ('value' in parsed) config = parsed.value;
        else for (const fault of parsed.faults) fail(fault);
      }
    } else if (name.startsWith(filePrefix)) {
      if (bytesParam === undefined) fail(`is ${shown(parameterChoice)}; send the content as bytes_param`);
      else files.set(name.slice(filePrefix.length), bytesParam);
    } else fail("is no parameter of a load; it takes 'config' and 'file:<version>/<file>'");
  }
  if (violations.length > 0) throw invalidRequest(violations);
  if (config === undefined && files.size === 0) return undefined;
  return { ...(config === undefined ? {} : { config }), ...(files.size === 0 ? {} : { files }) };
}

/** Dependents may be unloaded along or not: no model has dependents. */
function checkUnloadParameters(parameters: Parameters): void {
  const violations: FieldViolation[] = [];
  for (const [name, { parameterChoice }] of Object.entries(parameters)) {
    const field = `parameters.${name}`;
    if (name !== 'unload_dependents')
      violations.push({ field, description: "is no parameter of an unload; it takes 'unload_dependents'" });
    else if (parameterChoice !== 'boolParam')
      violations.push({ field, description: `is ${shown(parameterChoice)}; send a bool_param` });
  }
  if (violations.length > 0) throw invalidRequest(violations);
}

const wireNames = {
  boolParam: 'a bool_param',
  int64Param: 'an int64_param',
  stringParam: 'a string_param',
  bytesParam: 'a bytes_param',
} as const;

function shown(choice: keyof typeof wireNames | undefined): string {
  return choice === undefined ? 'without a value' : wireNames[choice];
}
