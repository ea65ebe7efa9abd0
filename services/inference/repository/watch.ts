import { checkManifest } from './manifest.ts';
import type { FoundModel, Repository, RepositoryVersion } from './repository.ts';
import { type Sight, sightOf } from './signature.ts';

/** A version as it may be loaded. */
export interface WatchedVersion extends RepositoryVersion {
  /** Differs whenever its content does. */
  readonly signature: string;
}

/** A model without what is still being written. */
export interface WatchedModel extends FoundModel {
  readonly versions: readonly WatchedVersion[];
}

/** What is known of a version's folder. */
export interface Watched {
  /** Of the last look. */
  readonly seen: string;
  /** What its manifest said of that signature. */
  readonly manifest: 'none' | 'complete' | 'incomplete';
  /** The last one that was complete; undefined while none was. */
  readonly shown: string | undefined;
}

/** Looks at the repository again and again. */
export interface Watch {
  /**
   * Every model, with those versions that are complete. A version with a manifest.json is complete when all files are as it says. One
   * without is when it looked the same in two looks and no name in it starts with a dot; in the first look, by the latter alone. One
   * that was complete stays as it was until its new content is, while its folder can't be read, and in the first look that misses it:
   * a folder that is replaced, or mounted again, is away for a moment. A registered one is always complete. Fails as Repository.models.
   */
  look(): Promise<WatchedModel[]>;
}

export function createWatch(repository: Pick<Repository, 'models'>): Watch {
  let known: Map<string, Watched> | undefined;
  let shown: readonly WatchedModel[] = [];
  /** The folders that the last look missed. */
  let missed: ReadonlySet<string> = new Set();

  const watch = async (found: RepositoryVersion, next: Map<string, Watched>): Promise<WatchedVersion[]> => {
    if (found.isRegistered) return [{ ...found, signature: '' }];
    const before = known?.get(found.folder);
    const sight = await sightOf(found.folder).catch((error: NodeJS.ErrnoException) =>
      isGone(error) ? 'gone' : 'unreadable',
    );
    if (sight === 'gone') return [];
    if (sight === 'unreadable') {
      if (before !== undefined) next.set(found.folder, before);
      return before?.shown === undefined ? [] : [{ ...found, signature: before.shown }];
    }
    const manifest =
      before !== undefined && before.seen === sight.signature
        ? before.manifest
        : await manifestOf(found.folder);
    const after = settle(before, sight, manifest, known === undefined);
    next.set(found.folder, after);
    return after.shown === undefined ? [] : [{ ...found, signature: after.shown }];
  };

  return {
    look: async () => {
      const next = new Map<string, Watched>();
      const models: WatchedModel[] = [];
      for (const model of await repository.models()) {
        const versions: WatchedVersion[] = [];
        for (const found of model.versions) versions.push(...(await watch(found, next)));
        models.push({ ...model, versions });
      }
      const missing = missingFrom(models, shown);
      const kept = missing.filter(({ folder }) => !missed.has(folder));
      for (const version of kept) {
        const before = known?.get(version.folder);
        if (before !== undefined) next.set(version.folder, before);
      }
      missed = new Set(missing.map(({ folder }) => folder));
      known = next;
      shown = withVersions(models, kept, shown);
      return [...shown];
    },
  };
}

function missingFrom(models: readonly WatchedModel[], shown: readonly WatchedModel[]): WatchedVersion[] {
  const there = new Set(models.flatMap(({ versions }) => versions.map(({ folder }) => folder)));
  return shown.flatMap(({ versions }) => versions.filter(({ folder }) => !there.has(folder)));
}

/** The models with these versions of the last look added. */
function withVersions(
  models: readonly WatchedModel[],
  kept: readonly WatchedVersion[],
  last: readonly WatchedModel[],
): readonly WatchedModel[] {
  if (kept.length === 0) return models;
  const byName = new Map(models.map((model) => [model.name, model]));
  for (const version of kept) {
    const model = byName.get(version.model);
    const before = last.find(({ name }) => name === version.model);
    if (model !== undefined)
      byName.set(model.name, { ...model, versions: inOrder([...model.versions, version]) });
    else if (before !== undefined) byName.set(before.name, { ...before, versions: [version] });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function inOrder(versions: readonly WatchedVersion[]): WatchedVersion[] {
  return [...versions].sort((a, b) => a.version - b.version);
}

function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function manifestOf(folder: string): Promise<Watched['manifest']> {
  const checked = await checkManifest(folder);
  return typeof checked === 'string' ? checked : 'incomplete';
}

/** What is known of a folder after a look at it. */
export function settle(
  before: Watched | undefined,
  { signature, hasHidden }: Sight,
  manifest: Watched['manifest'],
  isFirstLook: boolean,
): Watched {
  const isSteady = isFirstLook || before?.seen === signature;
  const isComplete = manifest === 'complete' || (manifest === 'none' && !hasHidden && isSteady);
  return { seen: signature, manifest, shown: isComplete ? signature : before?.shown };
}
