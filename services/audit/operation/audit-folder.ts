import { existsSync } from 'node:fs';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { auditFolders } from '../opening.ts';

/** Throws CONFIG_INVALID unless the folder holds a log. */
export function requireLog(folder: string, what: string): void {
  if (existsSync(auditFolders(folder).log)) return;
  throw new MeshError(
    'CONFIG_INVALID',
    `${folder} holds no audit log to ${what}; name the folder of its state`,
  );
}
