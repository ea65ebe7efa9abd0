import type { VersionPolicy } from '../repository/serving-config.ts';

/** Where a version stands. RELOADING answers, and its newer content is being loaded beside it. */
export type VersionPhase = 'UNLOADED' | 'LOADING' | 'READY' | 'RELOADING' | 'FAILED' | 'UNLOADING';

/** What the policy knows of a version. */
export interface VersionState {
  readonly version: number;
  readonly phase: VersionPhase;
  /** Whether its files are there. */
  readonly present: boolean;
  /** Whether a load was asked for that has not been tried: of a failed version again, of a ready one of newer content. */
  readonly due: boolean;
  /** Whether it answers with the content before, because its newer one could not be loaded. */
  readonly outdated: boolean;
}

/** What is wanted of one model. */
export interface Wishes {
  readonly policy: VersionPolicy;
  /** Versions that aliases point at, or shall once they are ready. */
  readonly aliased: ReadonlySet<number>;
  /** Versions that somebody asked for. */
  readonly loads: ReadonlySet<number>;
  /** Versions that somebody asked to be taken out of service. */
  readonly unloads: ReadonlySet<number> | 'all';
}

/** What to do next; nothing of it touches a version in transition. */
export interface Actions {
  /** In the order in which to load them. */
  readonly load: readonly number[];
  readonly unload: readonly number[];
}

/**
 * The versions of a model that shall be ready, in the order in which to load them: those with an alias first, then the newest.
 * What somebody asked for counts more than what the policy and the aliases say; of a version whose files are gone nothing is wanted.
 */
export function wantedVersions(wishes: Wishes, states: readonly VersionState[]): number[] {
  const { aliased, loads, unloads } = wishes;
  const present = states.filter((state) => state.present).map(({ version }) => version);
  const chosen = new Set(chosenVersions(wishes.policy, present));
  return present
    .filter((version) => {
      if (loads.has(version)) return true;
      if (unloads === 'all' || unloads.has(version)) return false;
      return chosen.has(version) || aliased.has(version);
    })
    .sort((a, b) => Number(aliased.has(b)) - Number(aliased.has(a)) || b - a);
}

/**
 * What brings a model closer to what is wanted. A version that answers is taken out of service only once a wanted one answers with
 * the content that is wanted, unless somebody asked for it, or its files are gone and nothing else is wanted. Empty when nothing is
 * left to do, or all that is left waits for a transition to end or for a failed version to be asked for again.
 */
export function nextActions(wishes: Wishes, states: readonly VersionState[]): Actions {
  const wanted = wantedVersions(wishes, states);
  const byVersion = new Map(states.map((state) => [state.version, state]));
  const isReplaced = wanted.some((version) => answersAsWanted(byVersion.get(version)));
  const { loads, unloads } = wishes;
  const isDismissed = (version: number): boolean =>
    !loads.has(version) && (unloads === 'all' || unloads.has(version));
  return {
    load: wanted.filter((version) => needsLoad(byVersion.get(version))),
    unload: states
      .filter(({ version, phase, present }) => {
        if (wanted.includes(version)) return false;
        if (phase === 'FAILED') return true;
        if (phase !== 'READY') return false;
        return isDismissed(version) || isReplaced || (!present && wanted.length === 0);
      })
      .map(({ version }) => version),
  };
}

function chosenVersions(policy: VersionPolicy, present: readonly number[]): readonly number[] {
  switch (policy.kind) {
    case 'all':
      return present;
    case 'specific':
      return policy.versions;
    case 'latest':
      return [...present].sort((a, b) => b - a).slice(0, policy.count);
  }
}

function needsLoad(state: VersionState | undefined): boolean {
  if (state === undefined) return false;
  if (state.phase === 'UNLOADED') return true;
  return state.due && (state.phase === 'READY' || state.phase === 'FAILED');
}

/** With newer content of it under way or failed, others must not leave for it: it may end with all of them gone. */
function answersAsWanted(state: VersionState | undefined): boolean {
  return state?.phase === 'READY' && !state.due && !state.outdated;
}
