import { type AuditConfig, auditConfig } from './audit/config.ts';
import { backUpAudit } from './audit/operation/back-up/back-up.ts';
import { backUpKeys } from './audit/operation/back-up/key-back-up.ts';
import { restoreAudit } from './audit/operation/back-up/restore.ts';
import { checkAudit } from './audit/operation/check/check-log.ts';
import type { Pruned } from './audit/operation/pruner.ts';
import { rebuildAudit } from './audit/operation/rebuild.ts';
import { createAuditService } from './audit/service.ts';
import { createClosers } from './kit/lifecycle/closers.ts';
import type { Log } from './kit/log/log.ts';
import { createMetrics } from './kit/telemetry/prometheus.ts';

export type AuditSettings = Parameters<typeof auditConfig>[0];

type Options<T extends (options: never) => unknown> = Omit<Parameters<T>[0], 'config' | 'log'>;

/** What is done to the audit log of this machine beside serving it. Settings are read when something is done. */
export function auditOperations(settingsOf: () => AuditSettings, log: Log, softwareVersion: string) {
  const configOf = (): AuditConfig => auditConfig(settingsOf());
  return {
    check: async (options: Options<typeof checkAudit>) =>
      await checkAudit({ ...options, config: configOf(), log }),
    rebuild: async (progress: (records: number) => void) =>
      await rebuildAudit({ config: configOf(), log, progress }),
    prune: async (beforeMs: number) => await pruneOffline(configOf(), log, beforeMs),
    backUp: async (
      target: string,
      keysTarget: string | undefined,
      progress: Parameters<typeof backUpAudit>[0]['progress'],
    ) => {
      const { folder, keysFolder } = configOf();
      const manifest = await backUpAudit({ folder, target, softwareVersion, progress });
      // After the log, so that no record in it lacks its key.
      if (keysTarget !== undefined) await backUpKeys(keysFolder, keysTarget);
      return manifest;
    },
    restore: async (options: Options<typeof restoreAudit>) =>
      await restoreAudit({ ...options, config: configOf(), log }),
  };
}

async function pruneOffline(config: AuditConfig, log: Log, beforeMs: number): Promise<Pruned> {
  const closers = createClosers(log);
  try {
    const metrics = createMetrics({ processMetrics: false }, { log }, closers);
    // What the settings would prune is not asked for here.
    const audit = await createAuditService(
      { ...config, retentionMs: undefined, witnesses: [] },
      { log, metrics },
      closers,
    );
    return await audit.prune(beforeMs, 'operator');
  } finally {
    await closers.close();
  }
}
