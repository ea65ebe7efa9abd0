import { setTimeout as wait } from 'node:timers/promises';
import type { ModelConfig__Output as ModelConfig } from '../../gen/inference/ModelConfig.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { InferenceConfig } from '../config.ts';
import type { LoadedModel } from '../loading/loader.ts';
import { openAliasStore } from '../repository/alias-store.ts';
import { readServing } from '../repository/config/read-serving.ts';
import { createContentDigests } from '../repository/content-digests.ts';
import { openOverrideFolders } from '../repository/override-folders.ts';
import { createRepository, type FoundVersion } from '../repository/repository.ts';
import type { VersionPolicy } from '../repository/serving-config.ts';
import { openUploads } from '../repository/uploads.ts';
import { createWatch } from '../repository/watch.ts';
import { type AliasControl, createAliasControl } from './alias-control.ts';
import { type ContentRuns, type ContentRunsDeps, createContentRuns } from './content-runs.ts';
import { createLoadControl, type LoadControl } from './load-control.ts';
import { requireChangeControl, requireLoadControl } from './model-control.ts';
import type { SourceModel } from './model-family.ts';
import { createRegister, type Register } from './registration.ts';
import type { Registry } from './registry.ts';
import { openUnfinishedLoads, type UnfinishedLoads } from './unfinished-loads.ts';
import { VersionKeeper, type VersionKeeperDeps } from './version-keeper.ts';
import { createSequence } from './waiting.ts';

/** Everything that can be done with models besides asking them. Each method fails with MODEL_CONTROL_OFF where the settings forbid it. */
export interface Manager extends LoadControl {
  readonly setAlias: AliasControl['set'];
  readonly rollback: AliasControl['rollback'];
  readonly register: Register;
  /** Allowed whatever the settings: it changes nothing. */
  readonly runContent: ContentRuns['run'];
  /** Why requests can't be served yet or any more: MODEL_NOT_READY during the start, SHUTTING_DOWN after stop. */
  ready(): MeshError | undefined;
  /** Resolves when every version that was wanted at the start is ready or failed. Never rejects. */
  readonly loaded: Promise<void>;
  /** Starts nothing more and refuses new requests. */
  stop(): void;
  /** Answers what is under way within the grace limit, and gives everything back. After stop. */
  close(): Promise<void>;
}

export interface ManagerDeps {
  readonly log: Log;
  readonly registry: Registry;
  open(found: FoundVersion, config: ModelConfig | undefined): Promise<LoadedModel>;
  readonly serve: VersionKeeperDeps['serve'];
  readonly serveApart: ContentRunsDeps['serveApart'];
  readPolicy(modelFolder: string): Promise<VersionPolicy>;
}

// A request that a replaced version took has a deadline well below it.
const drainMs = 60_000;

/**
 * Resolves once the folders have been read; what is wanted of them is then being loaded. Fails with CONFIG_INVALID if the folder of
 * models can't be read, and with STATE_CORRUPT.
 */
export async function createManager(config: InferenceConfig, deps: ManagerDeps): Promise<Manager> {
  const { control, registryFolder } = config;
  const { log, registry } = deps;
  const repository = createRepository(config, deps.readPolicy);
  const store = await openAliasStore(registryFolder);
  const uploads = await openUploads(registryFolder, config);
  const overrides = await openOverrideFolders(registryFolder, deps.readPolicy);
  const unfinished = inSequence(await openUnfinishedLoads(registryFolder, log));
  const keeper = new VersionKeeper({ ...deps, aliases: store, unfinished, drainMs });
  const inTurn = createSequence();
  const aliases = createAliasControl({ keeper, registry, store });
  const loads = createLoadControl({ keeper, registry, repository, overrides, inTurn });
  const register = createRegister(
    { importFolder: config.importFolder, limits: config },
    { keeper, registry, repository, uploads, aliases, inTurn },
  );
  const contentOf = createContentDigests();
  const overrideOf = (model: string): ModelConfig | undefined => keeper.families.get(model)?.override?.config;
  const contents = createContentRuns({
    ...deps,
    repository,
    digestOf: async (source) => {
      const serving = await readServing(source, config, undefined, overrideOf(source.model)).catch(
        () => undefined,
      );
      return serving && contentOf(source.folder, serving.fileName);
    },
    open: (source) => unfinished.during(source, false, () => deps.open(source, overrideOf(source.model))),
  });
  const watch = control === 'poll' ? createWatch(repository) : undefined;
  const stopped = new AbortController();

  const found: readonly SourceModel[] = watch === undefined ? await repository.models() : await watch.look();
  for (const { name, faults, aliases: ofFile } of found)
    for (const reason of 'fault' in ofFile ? [...faults, ofFile.fault] : faults)
      log.error('model can not be used', { model: name, reason });
  keeper.takeAll(found);
  let loading = true;
  const loaded = keeper.idle().then(() => {
    loading = false;
  });

  const follow = async (look: () => Promise<readonly SourceModel[]>): Promise<void> => {
    let isBroken = false;
    while (!stopped.signal.aborted) {
      await wait(config.pollMs, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
      if (stopped.signal.aborted) return;
      try {
        await inTurn(async () => keeper.takeAll(await look()));
        isBroken = false;
      } catch (error) {
        if (!isBroken) log.error('the folder of models can not be read; all stays as it is', { error });
        isBroken = true;
      }
    }
  };
  const following = watch === undefined ? undefined : follow(watch.look);

  const ready = (): MeshError | undefined => {
    if (stopped.signal.aborted) return new MeshError('SHUTTING_DOWN', 'the inference role is stopping');
    if (!loading) return undefined;
    const waiting = registry.models.filter(({ state }) => state === 'MODEL_STATE_LOADING').length;
    return new MeshError('MODEL_NOT_READY', `${waiting} model versions are still loading; wait for them`);
  };

  return {
    ready,
    loaded,
    load: async (name, version, call) => {
      requireLoadControl(control);
      return loads.load(name, version, call);
    },
    loadOverride: async (name, override, call) => {
      requireLoadControl(control);
      return loads.loadOverride(name, override, call);
    },
    unload: async (name, version, call) => {
      requireLoadControl(control);
      return loads.unload(name, version, call);
    },
    setAlias: async (name, alias, version, call) => {
      requireChangeControl(control);
      return aliases.set(name, alias, version, call);
    },
    rollback: async (name, alias, call) => {
      requireChangeControl(control);
      return aliases.rollback(name, alias, call);
    },
    register: async function* (requests, call) {
      requireChangeControl(control);
      yield* register(requests, call);
    },
    runContent: contents.run,
    stop: () => {
      stopped.abort();
      keeper.stop();
    },
    close: async () => {
      await following;
      await contents.close();
      await keeper.close(config.closeGraceMs);
    },
  };
}

/** Versions are loaded by the keeper and for replays; one load after the other, because of each it is known that it began. */
function inSequence({ during }: UnfinishedLoads): UnfinishedLoads {
  const inTurn = createSequence();
  return { during: (load, isAsked, work) => inTurn(() => during(load, isAsked, work)) };
}
