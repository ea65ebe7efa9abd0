import type { Log } from '../../kit/log/log.ts';
import type { AuditConfig } from '../config.ts';
import { type KeyStore, openKeyStore } from '../sealing/key-store.ts';
import { createLocalKeyProvider } from '../sealing/master-key.ts';
import type { SealingDisk } from '../sealing/sealing-disk.ts';

/** Subjects come in any order: 50 MB at most. */
const cachedKeys = 2 ** 18;

/** The keys of a log that has records, up to this slot as far as is known. They have to be there. */
export async function openKeysOf(
  { keysFolder: folder, masterKey: key, masterKeyFile: keyFile }: AuditConfig,
  { disk, log, usedUpTo }: { readonly disk: SealingDisk; readonly log: Log; readonly usedUpTo: number },
): Promise<KeyStore> {
  const provider = createLocalKeyProvider({ folder, key, keyFile, disk, log });
  return await openKeyStore({ folder, provider, disk, log, usedUpTo, cachedKeys });
}
