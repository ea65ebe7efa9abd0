import { MeshError } from '../../kit/errors/mesh-error.ts';
import { nameList } from '../name-list.ts';

/** How a set is named: its current version, or the one with a digest. */
export interface SetReference {
  readonly name: string;
  /** "sha256:<hex>"; undefined for the current version. */
  readonly digest: string | undefined;
}

export function parseSetReference(text: string): SetReference {
  const at = text.indexOf('@');
  return at < 0 ? { name: text, digest: undefined } : { name: text.slice(0, at), digest: text.slice(at + 1) };
}

/** The error for a reference that means nothing: the name is unknown, or its version is. */
export function unknownSet(
  { name, digest }: SetReference,
  names: readonly string[],
  current: string | undefined,
): MeshError {
  const metadata = { feature_set: name };
  if (digest === undefined || !names.includes(name))
    return new MeshError(
      'FEATURE_SET_NOT_FOUND',
      `no feature set is called ${JSON.stringify(name)}; there are ${nameList(names)}`,
      { metadata },
    );
  return new MeshError(
    'FEATURE_SET_CHANGED',
    `feature set ${name} never had a version ${JSON.stringify(digest)} here; its current one is ${current}: declare that version again, or retrain for the current one`,
    { metadata },
  );
}
