import type { DeclarationChange__Output } from '../../gen/scoremesh/feature/v1/DeclarationChange.ts';
import type { Declarations } from './declarations.ts';
import { kinds } from './schema.ts';
import { storedKinds } from './stored-declarations.ts';

/** One entry for each that is new or has a new digest: streams, entities, views and sets, each by name. */
export function changesBetween(before: Declarations, after: Declarations): DeclarationChange__Output[] {
  return kinds.flatMap((kind) =>
    [...after[kind].values()].flatMap(({ name, digest }) => {
      const previousDigest = before[kind].get(name)?.digest ?? '';
      return digest === previousDigest ? [] : [{ kind: storedKinds[kind], name, digest, previousDigest }];
    }),
  );
}
