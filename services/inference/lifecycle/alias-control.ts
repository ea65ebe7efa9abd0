import type { Call } from '../../kit/contract/call.ts';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import type { AliasStore, StoredAlias } from '../repository/alias-store.ts';
import { aliasForm } from '../repository/model-yaml.ts';
import type { ModelFamily } from './model-family.ts';
import type { Registry } from './registry.ts';
import { findNumbered } from './resolution.ts';
import type { Version } from './version.ts';
import type { VersionKeeper } from './version-keeper.ts';
import { createSequence, waitFor, whatGoesOn } from './waiting.ts';

/** Where an alias points, and where it did; 0 for nowhere. */
export interface AliasAnswer {
  readonly version: number;
  readonly previousVersion: number;
}

/**
 * Moves aliases by calls. What was set by a call counts more than aliases.yaml, also after a restart, until it is taken back with
 * version 0: then the alias points where aliases.yaml says, or nowhere.
 */
export interface AliasControl {
  /**
   * Durable when it resolves, and then seen by every request. Fails with MODEL_NOT_READY unless the version answers. The same again
   * changes nothing; version 0 for an alias that was not set by a call neither.
   */
  set(name: string, alias: string, version: number, call: Call): Promise<AliasAnswer>;
  /** Moves it back to where it was before the last set, loading that version if need be. Fails if there is nothing to go back to. */
  rollback(name: string, alias: string, call: Call): Promise<AliasAnswer>;
}

export function createAliasControl(deps: {
  readonly keeper: VersionKeeper;
  readonly registry: Registry;
  readonly store: AliasStore;
}): AliasControl {
  const { keeper, registry, store } = deps;
  const inTurn = createSequence();

  const familyOf = (name: string): ModelFamily => {
    const family = keeper.families.get(name);
    if (family !== undefined) return family;
    throw new MeshError('MODEL_NOT_FOUND', `Request for unknown model: '${name}' is not found`);
  };

  const storedOf = (name: string, alias: string): StoredAlias | undefined => store.of(name).get(alias);

  const readyVersion = (name: string, number: number): Version => {
    const { reason } = findNumbered(registry.families, name, String(number));
    const version = familyOf(name).versions.get(number);
    if (version?.served !== undefined) return version;
    throw new MeshError(
      'MODEL_NOT_READY',
      `'${name}' version ${number} is not at ready state: ${reason}; an alias is only set to a version that answers`,
      { code: 'FAILED_PRECONDITION' },
    );
  };

  /** Writes it down, lets it count, and tells of it. */
  const move = async (
    kind: 'ALIAS_SET' | 'ALIAS_REMOVED' | 'ALIAS_ROLLED_BACK',
    family: ModelFamily,
    alias: string,
    stored: StoredAlias | undefined,
    principal: string,
  ): Promise<AliasAnswer> => {
    const { name } = family;
    const apply = await store.write(name, alias, stored);
    const previousVersion = family.aliases.get(alias) ?? 0;
    // At once, because a step by itself would tell of it as of a change of aliases.yaml.
    apply();
    family.moveAliases(store.of(name));
    const version = family.aliases.get(alias) ?? 0;
    keeper.note(version === 0 ? 'ALIAS_REMOVED' : kind, {
      principal,
      model: name,
      alias,
      version,
      previousVersion,
      digest: family.versions.get(version)?.facts.digest ?? '',
    });
    keeper.step();
    return { version, previousVersion };
  };

  const set = async (name: string, alias: string, number: number, call: Call): Promise<AliasAnswer> => {
    const family = familyOf(name);
    const stored = storedOf(name, alias);
    const previous = family.aliases.get(alias) ?? 0;
    if (number === 0) {
      if (stored === undefined) return { version: previous, previousVersion: previous };
      return move('ALIAS_SET', family, alias, undefined, call.principal);
    }
    readyVersion(name, number);
    if (stored?.version === number && previous === number)
      return { version: number, previousVersion: previous };
    const history = stored?.history ?? [];
    const isMove = previous !== 0 && previous !== number;
    const next = { version: number, history: isMove ? [...history, previous] : history };
    return move('ALIAS_SET', family, alias, next, call.principal);
  };

  const previousOf = (name: string, alias: string): { stored: StoredAlias; version: number } => {
    familyOf(name);
    const stored = storedOf(name, alias);
    const version = stored?.history.at(-1);
    if (stored !== undefined && version !== undefined) return { stored, version };
    throw new MeshError(
      'MODEL_ALIAS_NOT_FOUND',
      `alias '${alias}' of '${name}' has nothing to go back to: no call has moved it from one version to another; set it to a version instead`,
      { code: 'FAILED_PRECONDITION' },
    );
  };

  /** Loads the version again if it was unloaded since. */
  const makeReady = async (name: string, number: number, call: Call): Promise<void> => {
    const family = familyOf(name);
    const version = family.versions.get(number);
    if (version === undefined || version.source === undefined || version.served !== undefined) return;
    family.wishLoad(number);
    version.ask(call.principal);
    const tried = version.whenTried();
    keeper.step();
    await waitFor(tried, call, `'${name}' version ${number} is being loaded; ${whatGoesOn}`);
  };

  const checkAlias = (alias: string): void => {
    if (!aliasForm.pattern.test(alias))
      throw invalidRequest([{ field: 'alias', description: `'${alias}' is no alias; ${aliasForm.text}` }]);
  };

  return {
    set: async (name, alias, version, call) => {
      checkAlias(alias);
      return inTurn(() => set(name, alias, version, call));
    },
    rollback: async (name, alias, call) => {
      checkAlias(alias);
      const wanted = previousOf(name, alias).version;
      const wasAsked = familyOf(name).loads.has(wanted);
      await makeReady(name, wanted, call);
      return inTurn(async () => {
        const { stored, version } = previousOf(name, alias);
        readyVersion(name, version);
        const next = { version, history: stored.history.slice(0, -1) };
        const family = familyOf(name);
        const answer = await move('ALIAS_ROLLED_BACK', family, alias, next, call.principal);
        // From here on the alias keeps it, unless the whole model was unloaded.
        if (!wasAsked && family.unloads !== 'all') family.loads.delete(wanted);
        return answer;
      });
    },
  };
}
