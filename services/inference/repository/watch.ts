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
   * that was complete stays as it was until its new content is, and while its folder can't be read. A registered one is always complete. Fails as Repository.models.
   */
  look(): Promise<WatchedModel[]>;
}

export function createWatch(repository: Pick<Repository, 'models'>): Watch {
  let known: Map<string, Watched> | undefined;

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
      known = next;
      return models;
    },
  };
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
