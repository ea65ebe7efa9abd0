import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextActions,
  type VersionPhase,
  type VersionState,
  type Wishes,
  wantedVersions,
} from '../../../services/inference/lifecycle/policy.ts';

const nothing: Wishes = {
  policy: { kind: 'all' },
  aliased: new Set(),
  loads: new Set(),
  unloads: new Set(),
};

function states(phases: Readonly<Record<number, VersionPhase>>): VersionState[] {
  return Object.entries(phases).map(([version, phase]) => ({
    version: Number(version),
    phase,
    present: true,
    due: false,
    outdated: false,
  }));
}

describe('the versions that are wanted', () => {
  const three = states({ 1: 'UNLOADED', 2: 'UNLOADED', 3: 'UNLOADED' });
  const wanted = (wishes: Partial<Wishes>, of = three): number[] =>
    wantedVersions({ ...nothing, ...wishes }, of);

  it('are all, the newest first, those with an alias before them', () => {
    expect(wanted({})).toEqual([3, 2, 1]);
    expect(wanted({ aliased: new Set([1]) })).toEqual([1, 3, 2]);
  });

  it('are the latest', () => {
    expect(wanted({ policy: { kind: 'latest', count: 2 } })).toEqual([3, 2]);
    expect(wanted({ policy: { kind: 'latest', count: 9 } })).toEqual([3, 2, 1]);
  });

  it('are the specific ones that are there', () => {
    expect(wanted({ policy: { kind: 'specific', versions: [1, 7] } })).toEqual([1]);
  });

  it('are those that aliases point at, whatever the policy says', () => {
    expect(wanted({ policy: { kind: 'latest', count: 1 }, aliased: new Set([1]) })).toEqual([1, 3]);
  });

  it('are what somebody asked for on top, and not what somebody asked to be taken out', () => {
    const policy = { kind: 'latest', count: 1 } as const;
    expect(wanted({ policy, loads: new Set([1]) })).toEqual([3, 1]);
    expect(wanted({ policy, unloads: new Set([3]), aliased: new Set([3]) })).toEqual([]);
    expect(wanted({ unloads: 'all', loads: new Set([2]), aliased: new Set([3]) })).toEqual([2]);
  });

  it('are none whose files are gone', () => {
    const gone = three.map((state) => ({ ...state, present: state.version !== 3 }));
    expect(wanted({ policy: { kind: 'latest', count: 1 }, loads: new Set([3]) }, gone)).toEqual([2]);
  });
});

describe('the next actions', () => {
  const latest: Wishes = { ...nothing, policy: { kind: 'latest', count: 1 } };

  it('load the successor before they unload the version that it replaces', () => {
    expect(nextActions(latest, states({ 1: 'READY', 2: 'UNLOADED' }))).toEqual({ load: [2], unload: [] });
    expect(nextActions(latest, states({ 1: 'READY', 2: 'LOADING' }))).toEqual({ load: [], unload: [] });
    expect(nextActions(latest, states({ 1: 'READY', 2: 'READY' }))).toEqual({ load: [], unload: [1] });
  });

  it('leave the version before in service if its successor failed', () => {
    expect(nextActions(latest, states({ 1: 'READY', 2: 'FAILED' }))).toEqual({ load: [], unload: [] });
  });

  it('unload at once what somebody asked to be taken out', () => {
    const actions = nextActions({ ...latest, unloads: 'all' }, states({ 1: 'READY', 2: 'UNLOADED' }));
    expect(actions).toEqual({ load: [], unload: [1] });
  });

  it('unload a version whose files are gone, once another answers or none is wanted', () => {
    const gone: VersionState = { version: 1, phase: 'READY', present: false, due: false, outdated: false };
    expect(nextActions(nothing, [gone])).toEqual({ load: [], unload: [1] });
    expect(nextActions(nothing, [gone, ...states({ 2: 'LOADING' })])).toEqual({ load: [], unload: [] });
    expect(nextActions(nothing, [gone, ...states({ 2: 'READY' })])).toEqual({ load: [], unload: [1] });
    expect(nextActions(nothing, [gone, ...states({ 2: 'RELOADING' })])).toEqual({ load: [], unload: [] });
    const [outdated] = states({ 2: 'READY' }).map((state) => ({ ...state, outdated: true }));
    expect(nextActions(nothing, [gone, outdated!])).toEqual({ load: [], unload: [] });
  });

  it('load newer content of a version that answers, and a failed one again, only when asked', () => {
    const [ready, failed] = states({ 1: 'READY', 2: 'FAILED' }) as [VersionState, VersionState];
    expect(nextActions(nothing, [ready, failed])).toEqual({ load: [], unload: [] });
    expect(
      nextActions(nothing, [
        { ...ready, due: true },
        { ...failed, due: true },
      ]),
    ).toEqual({ load: [2, 1], unload: [] });
  });
});

const versionNumber = fc.integer({ min: 1, max: 6 });
const versionSet = fc.uniqueArray(versionNumber, { maxLength: 3 }).map((list) => new Set(list));
const anyPolicy = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.record({ kind: fc.constant('latest' as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('specific' as const),
    versions: fc.uniqueArray(versionNumber, { maxLength: 3 }),
  }),
);
const anyWishes: fc.Arbitrary<Wishes> = fc.record({
  policy: anyPolicy,
  aliased: versionSet,
  loads: versionSet,
  unloads: fc.oneof(versionSet, fc.constant('all' as const)),
});
const phases: readonly VersionPhase[] = ['UNLOADED', 'LOADING', 'READY', 'RELOADING', 'FAILED', 'UNLOADING'];
const anyStates: fc.Arbitrary<VersionState[]> = fc.uniqueArray(
  fc.record({
    version: versionNumber,
    phase: fc.constantFrom(...phases),
    present: fc.boolean(),
    due: fc.boolean(),
    outdated: fc.boolean(),
  }),
  { selector: ({ version }) => version },
);
const inTransition: readonly VersionPhase[] = ['LOADING', 'RELOADING', 'UNLOADING'];
const answers = ({ phase }: VersionState): boolean => phase === 'READY' || phase === 'RELOADING';

/** The states once the actions are begun. */
function begun(before: readonly VersionState[], wishes: Wishes): VersionState[] {
  const { load, unload } = nextActions(wishes, before);
  return before.map((state) => {
    if (load.includes(state.version))
      return { ...state, due: false, phase: state.phase === 'READY' ? 'RELOADING' : 'LOADING' };
    if (unload.includes(state.version))
      return { ...state, phase: state.phase === 'READY' ? 'UNLOADING' : 'UNLOADED' };
    return state;
  });
}

/** The states once every transition has ended; loads of `broken` versions fail. */
function ended(before: readonly VersionState[], broken: ReadonlySet<number>): VersionState[] {
  return before.map((state) => {
    if (state.phase === 'LOADING')
      return { ...state, outdated: false, phase: broken.has(state.version) ? 'FAILED' : 'READY' };
    if (state.phase === 'RELOADING') return { ...state, outdated: broken.has(state.version), phase: 'READY' };
    if (state.phase === 'UNLOADING') return { ...state, phase: 'UNLOADED' };
    return state;
  });
}

describe('the policy', () => {
  it('never acts on a version in transition', () => {
    fc.assert(
      fc.property(anyWishes, anyStates, (wishes, before) => {
        const { load, unload } = nextActions(wishes, before);
        for (const { version, phase } of before)
          if (inTransition.includes(phase)) {
            expect(load).not.toContain(version);
            expect(unload).not.toContain(version);
          }
      }),
    );
  });

  it('asks for nothing more once what it asked for is under way', () => {
    fc.assert(
      fc.property(anyWishes, anyStates, (wishes, before) => {
        const after = nextActions(wishes, begun(before, wishes));
        expect(after.load).toEqual([]);
        expect(after.unload).toEqual([]);
      }),
    );
  });

  it('comes to rest with every wanted version ready or failed, and nothing else ready that could go', () => {
    fc.assert(
      fc.property(anyWishes, anyStates, versionSet, (wishes, start, broken) => {
        let now = start;
        for (let round = 0; round < 5; round++) now = ended(begun(now, wishes), broken);
        expect(nextActions(wishes, now)).toEqual({ load: [], unload: [] });
        const wanted = wantedVersions(wishes, now);
        const byVersion = new Map(now.map((state) => [state.version, state]));
        for (const version of wanted) expect(['READY', 'FAILED']).toContain(byVersion.get(version)?.phase);
        const answersAsWanted = (version: number): boolean => {
          const state = byVersion.get(version);
          return state?.phase === 'READY' && !state.outdated;
        };
        if (wanted.some(answersAsWanted))
          for (const { version, phase } of now) if (phase === 'READY') expect(wanted).toContain(version);
      }),
    );
  });

  it('never leaves a model without a ready version, unless somebody asked for it or its files are gone', () => {
    fc.assert(
      fc.property(anyWishes, anyStates, versionSet, (wishes, start, broken) => {
        const dismissed = ({ version }: VersionState): boolean =>
          !wishes.loads.has(version) && (wishes.unloads === 'all' || wishes.unloads.has(version));
        const keeps = (state: VersionState): boolean => answers(state) && state.present && !dismissed(state);
        fc.pre(start.some(keeps));
        let now: VersionState[] = start;
        for (let round = 0; round < 5; round++) {
          now = begun(now, wishes);
          expect(now.some(answers)).toBe(true);
          now = ended(now, broken);
          expect(now.some(answers)).toBe(true);
        }
      }),
    );
  });
});
