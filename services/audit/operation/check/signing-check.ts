import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMeshError } from '../../../kit/errors/mesh-error.ts';
import { loadLogKey } from '../../../kit/transparency/log-key.ts';
import { parseVerifierKey, signatureTypes } from '../../../kit/transparency/verifier-key.ts';
import type { AuditConfig } from '../../config.ts';
import type { Findings } from './findings.ts';

/** Checks that the public key beside the log is one, and that the private one, where it is on this machine, belongs to it. */
export async function checkSigningKeys(config: AuditConfig, findings: Findings): Promise<void> {
  const place = join(config.folder, 'vkey');
  const vkey = (await readFile(place, 'latin1').catch(() => '')).replace(/\n$/, '');
  const keyFile = config.logKeyFile ?? join(config.keysFolder, 'log.key');
  const tell = (
    name: 'vkey_damaged' | 'log_key_damaged',
    where: string,
    what: string,
    remedy: string,
  ): void => findings.add({ name, severity: 'fault', place: where, what, remedy });
  try {
    parseVerifierKey(vkey, signatureTypes.log);
  } catch (error) {
    if (!isMeshError(error)) throw error;
    tell(
      'vkey_damaged',
      place,
      vkey === '' ? "the log's public key is missing" : error.message,
      'restore it from a back-up, or write what `scoremesh audit vkey --key` prints to it',
    );
    return;
  }
  if (!existsSync(keyFile)) return;
  try {
    const { vkey: own } = await loadLogKey(keyFile);
    if (own !== vkey)
      tell(
        'log_key_damaged',
        keyFile,
        `it is of ${own}, and the log is of ${vkey}`,
        'give the log its own key',
      );
  } catch (error) {
    if (!isMeshError(error)) throw error;
    tell('log_key_damaged', keyFile, error.message, 'restore it from its back-up');
  }
}
