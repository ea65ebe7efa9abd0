import { auditConfig } from '../../../services/audit/config.ts';
import {
  type CheckOptions,
  type CheckReport,
  checkAudit,
} from '../../../services/audit/operation/check/check-log.ts';
import { silentLog } from '../../../services/kit/log/log.ts';

/** Checks a log that is closed. */
export async function check(
  folder: string,
  settings: Partial<Pick<CheckOptions, 'treeOnly' | 'repairs'>> = {},
): Promise<CheckReport> {
  return await checkAudit({
    config: auditConfig({ folder, keysFolder: `${folder}/keys` }),
    log: silentLog,
    treeOnly: false,
    repairs: false,
    progress: () => {},
    signal: new AbortController().signal,
    ...settings,
  });
}

/** Names of what was found, sorted, each once. */
export function names({ counts }: CheckReport): string[] {
  return [...counts.keys()].sort();
}
