import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { availableVersionsKey } from '../../kit/open-inference/triton-error.ts';
import type { Registered, Registry } from '../lifecycle/registry.ts';
import { defaultAlias, findNumbered, findVersion, requireReady } from '../lifecycle/resolution.ts';
import type { ServedModel } from '../lifecycle/served-model.ts';

/** A version that answers. */
export interface ReadyVersion extends Registered {
  readonly served: ServedModel;
}

/** Finds versions as the protocol names them: a model, which may be "name@alias", and a number or nothing. */
export interface ModelFinder {
  /** What is meant, ready or not. Fails with MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND, MODEL_ALIAS_NOT_FOUND or INVALID_REQUEST. */
  find(name: string, version: string): Registered;
  /**
   * As find, and fails with MODEL_NOT_READY for a version that is not ready. Of a model that is named alone and all of whose versions
   * were unloaded, with MODEL_VERSION_NOT_FOUND.
   */
  ready(name: string, version: string): ReadyVersion;
  /** All versions of the model that are ready if its bare name is given, else the one that is named. Fails as `ready` does. */
  meant(name: string, version: string): readonly ReadyVersion[];
  /** All versions of the model of that name that are ready. */
  readyVersions(name: string): readonly ReadyVersion[];
  /** Every version that is ready, by name, then number. */
  allReady(): readonly ReadyVersion[];
}

const digits = /^[0-9]+$/;

export function createModelFinder(registry: Registry): ModelFinder {
  const find = (name: string, version: string): Registered => {
    if (version === '') return findVersion(registry.families, name);
    if (!digits.test(version) || Number(version) === 0)
      throw invalidRequest([
        {
          field: 'model_version',
          description: `failed to get model version from specified version string '${version}'; send an integer above 0, or nothing for the model's own choice`,
        },
      ]);
    return findNumbered(registry.families, name, version);
  };

  const ready = (name: string, version: string): ReadyVersion => {
    const found = find(name, version);
    if (isReady(found)) return found;
    const family = version === '' ? registry.families.get(name) : undefined;
    if (family !== undefined && !family.aliases.has(defaultAlias)) throw noVersion(name, family.versions);
    requireReady(name, found);
    throw new Error(`'${name}' is ready but not served`);
  };

  const readyVersions = (name: string): readonly ReadyVersion[] =>
    [...(registry.families.get(name)?.versions.values() ?? [])].filter(isReady);

  return {
    find,
    ready,
    readyVersions,
    meant: (name, version) => {
      const ofBareName = version === '' ? readyVersions(name) : [];
      return ofBareName.length > 0 ? ofBareName : [ready(name, version)];
    },
    allReady: () => registry.entries.filter(isReady),
  };
}

function isReady(found: Registered): found is ReadyVersion {
  return found.served !== undefined;
}

/** For a bare name that no ready version stands behind. */
function noVersion(name: string, versions: ReadonlyMap<number, Registered>): MeshError {
  const known = [...versions.values()];
  const numbered = known.filter(({ version }) => version !== 0);
  // What is wrong with the model as a whole, such as a stray folder, is not why its versions are away.
  const all = numbered.length > 0 ? numbered : known;
  // What is being loaded, or failed and will be tried again, may be there soon; what was unloaded is away.
  const coming =
    all.findLast(isLoading) ?? all.findLast(({ model }) => model.state !== 'MODEL_STATE_UNLOADED');
  const told = coming ?? all.at(-1);
  const why =
    told === undefined
      ? ''
      : `: ${told.version === 0 ? '' : `version ${told.version} is not at ready state: `}${told.reason}`;
  return new MeshError(
    coming === undefined ? 'MODEL_VERSION_NOT_FOUND' : 'MODEL_NOT_READY',
    `Request for unknown model: '${name}' has no available versions${why}`,
    { metadata: { [availableVersionsKey]: '0' } },
  );
}

function isLoading({ model: { state } }: Registered): boolean {
  return state === 'MODEL_STATE_LOADING';
}
