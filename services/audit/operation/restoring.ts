import { access } from 'node:fs/promises';
import { MeshError } from '../../kit/errors/mesh-error.ts';

/** Where a restored audit folder is put together. */
export function restoringFolder(folder: string): string {
  return `${folder}.restoring`;
}

/** Throws STATE_CORRUPT where a restore has not come to its end: a log that is begun now would be another one under the same key. */
export async function refuseHalfRestored(folder: string): Promise<void> {
  const draft = restoringFolder(folder);
  const isThere = await access(draft).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new MeshError(
    'STATE_CORRUPT',
    `${draft} is of a restore that is under way or was interrupted: run \`scoremesh audit restore\` again to its end, or remove that folder`,
    { metadata: { folder: draft } },
  );
}
