import type { ModelConfig__Output as ModelConfig } from '../../gen/inference/ModelConfig.ts';
import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { FoundModel } from '../repository/repository.ts';
import type { VersionPolicy } from '../repository/serving-config.ts';
import { moveAliases } from './alias-moves.ts';
import { ownPrincipal } from './changes.ts';
import { notLoaded } from './model-description.ts';
import type { VersionState, Wishes } from './policy.ts';
import type { Registered } from './registry.ts';
import { defaultAlias } from './resolution.ts';
import { type Source, Version } from './version.ts';

/** A model as it was found, complete or as far as it is watched. */
export interface SourceModel extends FoundModel {
  readonly versions: readonly Source[];
}

/** What a model is loaded from in place of its folder. */
export interface Override {
  readonly config: ModelConfig | undefined;
  /** Removes its files. */
  discard(): Promise<void>;
}

/** All versions of a model, and what is wanted of it. */
export class ModelFamily {
  readonly name: string;
  readonly versions = new Map<number, Version>();
  readonly loads = new Set<number>();
  unloads: Set<number> | 'all' = new Set();
  override: Override | undefined;
  policy: VersionPolicy = { kind: 'all' };
  /** Where aliases point. */
  aliases: ReadonlyMap<string, number> = new Map();
  /** Where they shall point: what was set by calls, over aliases.yaml. */
  #desired: ReadonlyMap<string, number> = new Map();
  #ofFile: ReadonlyMap<string, number> | undefined;
  #aliasFault: string | undefined;
  #faults: readonly string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Takes over what stands in the folders. Versions whose content differs are asked for again. */
  take(found: SourceModel): void {
    for (const source of found.versions) this.takeVersion(source, ownPrincipal);
    if (!found.unreadable) {
      const numbers = new Set(found.versions.map(({ version }) => version));
      for (const version of this.versions.values())
        if (!numbers.has(version.number)) version.source = undefined;
    }
    this.#faults = found.faults;
    this.policy = found.policy ?? this.policy;
    if ('fault' in found.aliases) this.#aliasFault = found.aliases.fault;
    else {
      this.#aliasFault = undefined;
      this.#ofFile = found.aliases;
    }
  }

  takeVersion(source: Source, principal: string): Version {
    let version = this.versions.get(source.version);
    if (version === undefined) {
      version = new Version(source.version);
      this.versions.set(source.version, version);
    }
    const before = version.source;
    version.source = source;
    if (before === undefined || before.signature !== source.signature) {
      version.ask(principal);
      version.lostAt.length = 0;
    }
    return version;
  }

  /** Its folders are gone. */
  takeNothing(): void {
    const aliases = new Map();
    this.take({ name: this.name, versions: [], faults: [], aliases, policy: undefined, unreadable: false });
  }

  get isGone(): boolean {
    return this.versions.size === 0 && this.#faults.length === 0 && this.#aliasFault === undefined;
  }

  wishes(): Wishes {
    const { loads, policy, unloads } = this;
    const aliased = new Set([...this.aliases.values(), ...this.#desired.values()]);
    return { policy, aliased, loads, unloads };
  }

  states(): VersionState[] {
    return Array.from(this.versions.values(), ({ state }) => state);
  }

  wishLoad(version: number): void {
    this.loads.add(version);
    if (this.unloads !== 'all') this.unloads.delete(version);
  }

  /**
   * Where aliases shall point now, given those that were set by calls; each moves there as soon as it may. A broken aliases.yaml
   * changes nothing of what it said; one that was never right stops the default alias, because a bare name would otherwise silently
   * be answered by another version.
   */
  moveAliases(stored: ReadonlyMap<string, { readonly version: number }>): void {
    const desired = new Map(this.#ofFile ?? (this.#aliasFault === undefined ? [] : [[defaultAlias, 0]]));
    for (const [alias, { version }] of stored) desired.set(alias, version);
    this.#desired = desired;
    this.aliases = moveAliases(
      this.aliases,
      desired,
      (version) => this.versions.get(version)?.served !== undefined,
    );
  }

  /** Where aliases.yaml says that an alias points; 0 for nowhere. */
  aliasOfFile(alias: string): number {
    return this.#ofFile?.get(alias) ?? 0;
  }

  /** Drops versions of which nothing is left. */
  forgetGone(): void {
    for (const { number, source, phase } of this.versions.values())
      if (source === undefined && phase === 'UNLOADED') {
        this.versions.delete(number);
        this.loads.delete(number);
        if (this.unloads !== 'all') this.unloads.delete(number);
      }
  }

  /** Ends the waiting for loads that nobody wants any more, given the versions that wait to be loaded. */
  refuseUnwanted(queued: readonly number[]): void {
    for (const version of this.versions.values()) {
      const { asked, number, phase, tried } = version;
      const inTransition = phase === 'LOADING' || phase === 'RELOADING' || phase === 'UNLOADING';
      if (asked === tried || inTransition || queued.includes(number)) continue;
      const why = `'${this.name}' version ${number} was unloaded, or its files removed, before it was loaded`;
      version.settle(asked, new MeshError('MODEL_NOT_READY', why));
    }
  }

  /** What the registry shows of it, given the versions that wait to be loaded. */
  entries(queued: readonly number[]): Registered[] {
    const entries = Array.from(this.versions.values(), (version) =>
      this.#entryOf(version, queued.includes(version.number)),
    );
    const lost = new Map<number, string[]>();
    for (const [alias, version] of this.aliases) {
      if (this.versions.has(version) || version === 0) continue;
      lost.set(version, [...(lost.get(version) ?? []), alias]);
    }
    for (const [version, aliases] of lost)
      entries.push(this.#absent(version, this.#lostReason(version, aliases)));
    for (const reason of this.#faults) entries.push(this.#absent(0, reason, []));
    if (this.#aliasFault !== undefined) entries.push(this.#absent(0, this.#aliasFault));
    return entries;
  }

  #lostReason(version: number, aliases: readonly string[]): string {
    const ofFile = aliases.some((alias) => this.#ofFile?.get(alias) === version);
    return ofFile
      ? `'${this.name}/aliases.yaml' points at version ${version}, which has no folder`
      : `'${aliases.join(', ')}' of '${this.name}' was set to version ${version}, which has no folder any more`;
  }

  #entryOf({ number, phase, facts, served, reason }: Version, isQueued: boolean): Registered {
    const isWaiting = isQueued && phase === 'UNLOADED';
    const state = isWaiting ? 'MODEL_STATE_LOADING' : stateOf[phase];
    const why = isWaiting || phase === 'LOADING' ? 'it is being loaded' : reason;
    const model: Model = {
      ...facts,
      name: this.name,
      version: number,
      aliases: this.#aliasesOf(number),
      state,
      reason: why,
    };
    return { version: number, ready: served !== undefined, reason: why, model, served };
  }

  #absent(version: number, reason: string, aliases = this.#aliasesOf(version)): Registered {
    const model: Model = {
      ...notLoaded,
      name: this.name,
      version,
      aliases,
      state: 'MODEL_STATE_FAILED',
      reason,
    };
    return { version, ready: false, reason, model, served: undefined };
  }

  #aliasesOf(version: number): string[] {
    return [...this.aliases].filter(([, target]) => target === version).map(([alias]) => alias);
  }
}

const stateOf = {
  UNLOADED: 'MODEL_STATE_UNLOADED',
  LOADING: 'MODEL_STATE_LOADING',
  READY: 'MODEL_STATE_READY',
  RELOADING: 'MODEL_STATE_READY',
  FAILED: 'MODEL_STATE_FAILED',
  UNLOADING: 'MODEL_STATE_UNLOADING',
} as const;
