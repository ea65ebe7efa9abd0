import type { ModelConfig__Output as ModelConfig } from '../../gen/inference/ModelConfig.ts';
import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { Call } from '../../kit/contract/call.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { policyOf } from '../repository/config/version-policy.ts';
import type { OverrideFolders } from '../repository/override-folders.ts';
import type { Repository } from '../repository/repository.ts';
import type { ModelFamily } from './model-family.ts';
import { wantedVersions } from './policy.ts';
import type { Registry } from './registry.ts';
import { findNumbered, findVersion } from './resolution.ts';
import type { Version } from './version.ts';
import type { VersionKeeper } from './version-keeper.ts';
import { waitFor, whatGoesOn } from './waiting.ts';

/** What to load a model from in place of the repository. */
export interface LoadOverride {
  /** In place of config.pbtxt. */
  readonly config?: ModelConfig;
  /** In place of the model's folder: content by "<version>/<file>". */
  readonly files?: ReadonlyMap<string, Buffer>;
}

/** Loads and unloads by calls. What a call started goes on when the call ends before it. */
export interface LoadControl {
  /** As ModelService.LoadModel; version 0 for all that the policy wants, read from the repository anew. */
  load(name: string, version: number, call: Call): Promise<Model[]>;
  /** As load of version 0, from what is given. It holds until the model is loaded without. */
  loadOverride(name: string, override: LoadOverride, call: Call): Promise<Model[]>;
  /** As ModelService.UnloadModel; version 0 for all. */
  unload(name: string, version: number, call: Call): Promise<Model[]>;
}

export function createLoadControl(deps: {
  readonly keeper: VersionKeeper;
  readonly registry: Registry;
  readonly repository: Repository;
  readonly overrides: OverrideFolders;
  /** One after the other, so that no look at the folders undoes what another found, and the last who asks decides. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}): LoadControl {
  const { inTurn, keeper, overrides, registry, repository } = deps;

  const describe = (name: string, numbers: readonly number[]): Model[] =>
    registry.entries
      .filter(({ model, version }) => model.name === name && numbers.includes(version))
      .map(({ model }) => model);

  /** Asks for these versions, and waits for all of them. */
  const loadVersions = async (
    family: ModelFamily,
    versions: readonly Version[],
    call: Call,
  ): Promise<Model[]> => {
    for (const version of versions) {
      version.ask(call.principal);
      version.lostAt.length = 0;
    }
    const tried = versions.map((version) => version.whenTried());
    keeper.step();
    await waitFor(Promise.all(tried), call, `'${family.name}' is being loaded; ${whatGoesOn}`);
    return describe(
      family.name,
      versions.map(({ number }) => number),
    );
  };

  const loadWanted = (family: ModelFamily, call: Call): Promise<Model[]> => {
    family.loads.clear();
    family.unloads = new Set();
    const wanted = wantedVersions(family.wishes(), family.states());
    if (wanted.length === 0) {
      keeper.step();
      throw new MeshError(
        'MODEL_VERSION_NOT_FOUND',
        `failed to load '${family.name}', no version is available`,
      );
    }
    return loadVersions(
      family,
      wanted.flatMap((number) => family.versions.get(number) ?? []),
      call,
    );
  };

  const dropOverride = async (family: ModelFamily): Promise<void> => {
    const { override } = family;
    family.override = undefined;
    await override?.discard();
  };

  const unknown = (name: string): MeshError =>
    new MeshError(
      'MODEL_NOT_FOUND',
      `failed to load '${name}', failed to poll from model repository: it has no such model`,
    );

  const loadNumber = async (name: string, number: number, call: Call): Promise<() => Promise<Model[]>> => {
    const found = await repository.model(name);
    const source = found?.versions.find(({ version }) => version === number);
    if (source === undefined) {
      if (found === undefined) throw unknown(name);
      const there = found.versions.map(({ version }) => version).join(', ') || 'no version';
      throw new MeshError(
        'MODEL_VERSION_NOT_FOUND',
        `failed to load '${name}' version ${number}, which is not in the repository; it has ${there}`,
      );
    }
    const family = keeper.family(name);
    family.wishLoad(number);
    const version = family.takeVersion(source, call.principal);
    return () => loadVersions(family, [version], call);
  };

  const loadAll = async (name: string, call: Call): Promise<() => Promise<Model[]>> => {
    const found = await repository.model(name);
    const known = keeper.families.get(name);
    if (known !== undefined) await dropOverride(known);
    if (found === undefined) {
      known?.takeNothing();
      keeper.step();
      throw unknown(name);
    }
    const family = keeper.family(name);
    family.take(found);
    return () => loadWanted(family, call);
  };

  const unloadNumber = (name: string, number: number, call: Call): (() => Promise<Model[]>) => {
    if (number === 0) findVersion(registry.families, name);
    else findNumbered(registry.families, name, String(number));
    const family = keeper.family(name);
    const versions = [...family.versions.values()].filter(
      (version) => number === 0 || version.number === number,
    );
    if (number === 0) {
      family.unloads = 'all';
      family.loads.clear();
    } else {
      family.loads.delete(number);
      if (family.unloads !== 'all') family.unloads.add(number);
    }
    const asked = new Map(versions.map((version) => [version, version.asked]));
    for (const version of versions) version.askedBy = call.principal;
    keeper.step();
    const isOver = (version: Version): boolean =>
      version.phase === 'UNLOADED' || version.asked !== asked.get(version);
    return async () => {
      const over = keeper.until(() => versions.every(isOver));
      await waitFor(over, call, `'${name}' is being unloaded; ${whatGoesOn}`);
      return describe(
        name,
        versions.map((version) => version.number),
      );
    };
  };

  return {
    load: async (name, version, call) => {
      const wait = await inTurn(() =>
        version === 0 ? loadAll(name, call) : loadNumber(name, version, call),
      );
      return wait();
    },
    loadOverride: async (name, { config, files }, call) => {
      const wait = await inTurn(async () => {
        const written = files === undefined ? undefined : await overrides.write(name, files);
        const found = written?.model ?? (await repository.model(name));
        if (found === undefined) throw unknown(name);
        const family = keeper.family(name);
        await dropOverride(family);
        family.override = { config, discard: async () => written?.discard() };
        family.take(config === undefined ? found : { ...found, policy: policyOf(config) });
        return () => loadWanted(family, call);
      });
      return wait();
    },
    unload: async (name, number, call) => {
      const wait = await inTurn(async () => unloadNumber(name, number, call));
      return wait();
    },
  };
}
