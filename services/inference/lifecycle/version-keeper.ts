import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModelConfig__Output as ModelConfig } from '../../gen/inference/ModelConfig.ts';
import type { ModelChange__Output as ModelChange } from '../../gen/scoremesh/inference/v1/ModelChange.ts';
import { MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { LoadedModel } from '../loading/loader.ts';
import type { AliasStore } from '../repository/alias-store.ts';
import { aliasDifferences } from './alias-moves.ts';
import { type ChangeFacts, createChangeMaker, ownPrincipal } from './changes.ts';
import { Drains } from './drains.ts';
import { describeLoaded, notLoaded } from './model-description.ts';
import { ModelFamily, type SourceModel } from './model-family.ts';
import { nextActions } from './policy.ts';
import type { Registered, Registry } from './registry.ts';
import { Retries } from './retries.ts';
import type { ServedModel } from './served-model.ts';
import type { UnfinishedLoads } from './unfinished-loads.ts';
import type { Source, Version } from './version.ts';
import { within } from './waiting.ts';

export interface VersionKeeperDeps {
  readonly log: Log;
  readonly registry: Registry;
  readonly aliases: Pick<AliasStore, 'of'>;
  readonly unfinished: UnfinishedLoads;
  /** Reads, checks and tries a version; `config` stands in for its config.pbtxt. */
  open(source: Source, config: ModelConfig | undefined): Promise<LoadedModel>;
  serve(model: string, version: number, loaded: LoadedModel, onLost: (error: MeshError) => void): ServedModel;
  /** In place of waiting for what is left of a version that was replaced. */
  readonly drainMs: number;
}

/**
 * Brings every model to what is wanted of it: loads one version at a time, flips to it at once, lets the one before answer what it
 * took, and closes it. The only one that changes where versions stand, and that publishes it.
 */
export class VersionKeeper {
  readonly families = new Map<string, ModelFamily>();
  readonly #deps: VersionKeeperDeps;
  readonly #makeChange = createChangeMaker();
  readonly #untold: ModelChange[] = [];
  readonly #retries = new Retries(() => this.step());
  readonly #drains: Drains;
  readonly #whenIdle: (() => void)[] = [];
  readonly #onSettled = new Set<() => void>();
  #loading: Promise<void> | undefined;
  #closing = false;

  constructor(deps: VersionKeeperDeps) {
    this.#deps = deps;
    this.#drains = new Drains(deps.log, deps.drainMs);
  }

  /** Takes over all models that were found; what is not among them is gone. */
  takeAll(found: readonly SourceModel[]): void {
    for (const [name, family] of this.families)
      if (family.override === undefined && !found.some((model) => model.name === name)) family.takeNothing();
    for (const model of found)
      if (this.families.get(model.name)?.override === undefined) this.family(model.name).take(model);
    this.step();
  }

  /** The model of that name, made if it is new. */
  family(name: string): ModelFamily {
    let family = this.families.get(name);
    if (family === undefined) {
      family = new ModelFamily(name);
      this.families.set(name, family);
    }
    return family;
  }

  /** To be told with the next step. */
  note(kind: Parameters<ReturnType<typeof createChangeMaker>>[0], facts: ChangeFacts): void {
    this.#untold.push(this.#makeChange(kind, facts));
  }

  /** Does what the policy says now, and publishes where everything stands. To be called after whatever may change that. */
  step(): void {
    const { aliases, registry } = this.#deps;
    let next: { family: ModelFamily; version: Version } | undefined;
    const entries: Registered[] = [];
    for (const family of this.families.values()) {
      const queued = this.#closing ? this.#wanted(family) : this.#act(family);
      this.#moveAliases(family, aliases.of(family.name));
      family.forgetGone();
      if (family.isGone) {
        this.families.delete(family.name);
        continue;
      }
      family.refuseUnwanted(queued);
      const version = queued[0] === undefined ? undefined : family.versions.get(queued[0]);
      if (version !== undefined) next ??= { family, version };
      entries.push(...family.entries(queued));
    }
    if (next !== undefined && this.#loading === undefined && !this.#closing) {
      this.#loading = this.#load(next.family, next.version);
      this.step();
      return;
    }
    registry.publish(entries, this.#untold.splice(0));
    if (this.#loading === undefined) for (const resolve of this.#whenIdle.splice(0)) resolve();
    for (const onSettled of [...this.#onSettled]) onSettled();
  }

  /** Resolves once nothing is loaded or waits to be. */
  idle(): Promise<void> {
    if (this.#loading === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** Resolves once the condition holds; it is looked at whenever something has changed. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds() && !this.#closing) return;
        this.#onSettled.delete(look);
        resolve();
      };
      this.#onSettled.add(look);
      look();
    });
  }

  /** Starts nothing more and refuses new requests. */
  stop(): void {
    this.#closing = true;
    this.#retries.stop();
    for (const served of this.#serving()) served.stop();
    const error = new MeshError('SHUTTING_DOWN', 'the inference role is stopping');
    for (const { versions } of this.families.values())
      for (const version of versions.values()) version.settle(Number.POSITIVE_INFINITY, error);
    for (const resolve of this.#whenIdle.splice(0)) resolve();
    for (const onSettled of [...this.#onSettled]) onSettled();
  }

  /** Answers what is under way for up to `graceMs`, then gives everything back. After stop. */
  async close(graceMs: number): Promise<void> {
    await this.#loading;
    const serving = [...this.#serving()];
    await within(Promise.all(serving.map((served) => served.drained())), graceMs);
    await Promise.all(serving.map((served) => served.close()));
    await this.#drains.ended();
    await Promise.all(Array.from(this.families.values(), (family) => family.override?.discard()));
  }

  *#serving(): Iterable<ServedModel> {
    yield* this.#drains.draining;
    for (const { versions } of this.families.values())
      for (const { served } of versions.values()) if (served !== undefined) yield served;
  }

  #wanted(family: ModelFamily): readonly number[] {
    return nextActions(family.wishes(), family.states()).load;
  }

  /** Unloads what is not wanted. Answers what is to be loaded. */
  #act(family: ModelFamily): readonly number[] {
    const { load, unload } = nextActions(family.wishes(), family.states());
    for (const number of unload) {
      const version = family.versions.get(number);
      if (version !== undefined) this.#unload(family, version);
    }
    return load;
  }

  #moveAliases(family: ModelFamily, stored: ReadonlyMap<string, { readonly version: number }>): void {
    const before = family.aliases;
    family.moveAliases(stored);
    for (const { alias, from, to } of aliasDifferences(before, family.aliases))
      this.note(to === 0 ? 'ALIAS_REMOVED' : 'ALIAS_SET', {
        principal: ownPrincipal,
        model: family.name,
        alias,
        version: to,
        previousVersion: from,
        digest: family.versions.get(to)?.facts.digest ?? '',
      });
  }

  async #load(family: ModelFamily, version: Version): Promise<void> {
    const { log } = this.#deps;
    const { source, askedBy: principal } = version;
    const facts = { model: family.name, version: version.number };
    const attempt = version.asked;
    version.tried = attempt;
    version.askedBy = ownPrincipal;
    version.phase = version.served === undefined ? 'LOADING' : 'RELOADING';
    const startedAt = performance.now();
    let failure: MeshError | undefined;
    try {
      // Loading may block the thread; what arrived meanwhile gets its turn, and the state is told before.
      await nextTurn();
      if (source === undefined) throw new Error(`${facts.model}/${facts.version} is loaded from nowhere`);
      const loaded = await this.#deps.unfinished.during(facts, principal !== ownPrincipal, () =>
        this.#deps.open(source, family.override?.config),
      );
      if (this.#closing) {
        await loaded.executor.close();
        return;
      }
      try {
        this.#flip(family, version, loaded, principal);
      } catch (error) {
        await loaded.executor.close();
        throw error;
      }
      log.info('model is ready', {
        ...facts,
        digest: loaded.facts.digest,
        took_ms: performance.now() - startedAt,
        batch_class: loaded.certificate.batchClass,
        finding: loaded.certificate.finding,
        placement: loaded.executor.placement,
      });
    } catch (error) {
      if (this.#closing) return;
      failure = toMeshError(error);
      log.error('model can not be used', { ...facts, reason: failure.message, error });
      this.#fail(family, version, failure, principal);
    } finally {
      this.#loading = undefined;
    }
    this.step();
    version.settle(attempt, failure);
  }

  #flip(family: ModelFamily, version: Version, loaded: LoadedModel, principal: string): void {
    const replaced = version.served;
    const served: ServedModel = this.#deps.serve(family.name, version.number, loaded, (error) =>
      this.#lose(family, version, served, error),
    );
    version.served = served;
    version.outdated = false;
    version.phase = 'READY';
    version.reason = '';
    version.facts = describeLoaded(loaded);
    this.note('LOADED', {
      principal,
      model: family.name,
      version: version.number,
      digest: version.facts.digest,
    });
    // Published first: nobody gets the old one from then on.
    if (replaced !== undefined) queueMicrotask(() => void this.#drains.begin(replaced));
  }

  #fail(family: ModelFamily, version: Version, failure: MeshError, principal: string): void {
    const { message } = failure;
    const goesOn = version.served !== undefined;
    version.outdated = goesOn;
    version.phase = goesOn ? 'READY' : 'FAILED';
    version.reason = goesOn
      ? `it answers with what was loaded before, because loading it again failed: ${message}`
      : message;
    this.note('FAILED', { principal, model: family.name, version: version.number, reason: message });
    if (failure.reason === 'EXECUTOR_LOST') this.#retries.begin(version);
  }

  /** The threads of a version were given up. */
  #lose(family: ModelFamily, version: Version, served: ServedModel, error: MeshError): void {
    if (version.served !== served || this.#closing) return;
    const { digest } = version.facts;
    version.served = undefined;
    version.phase = version.phase === 'RELOADING' ? 'LOADING' : 'FAILED';
    version.reason = error.message;
    version.facts = notLoaded;
    const { number } = version;
    this.note('FAILED', {
      principal: ownPrincipal,
      model: family.name,
      version: number,
      digest,
      reason: error.message,
    });
    void this.#drains.begin(served);
    this.#retries.begin(version);
    this.step();
  }

  #unload(family: ModelFamily, version: Version): void {
    const { served } = version;
    version.reason =
      family.unloads === 'all' || family.unloads.has(version.number)
        ? 'it was unloaded; load it to use it'
        : 'it is not among the versions that the version policy wants';
    if (served === undefined) {
      version.phase = 'UNLOADED';
      version.facts = notLoaded;
      return;
    }
    const { number, askedBy: principal } = version;
    const { digest } = version.facts;
    version.askedBy = ownPrincipal;
    version.phase = 'UNLOADING';
    version.served = undefined;
    queueMicrotask(async () => {
      await this.#drains.begin(served);
      version.phase = 'UNLOADED';
      version.facts = notLoaded;
      this.note('UNLOADED', { principal, model: family.name, version: number, digest });
      this.#deps.log.info('model is unloaded', { model: family.name, version: number });
      this.step();
    });
  }
}
