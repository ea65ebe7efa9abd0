import { auditConfig } from '../../../services/audit/config.ts';
import { backUpAudit } from '../../../services/audit/operation/back-up/back-up.ts';
import { restoreAudit } from '../../../services/audit/operation/back-up/restore.ts';
import { rebuildAudit } from '../../../services/audit/operation/rebuild.ts';
import { createAuditService } from '../../../services/audit/service.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { KeptMetrics } from '../fixture.ts';
import { dayMs, segmentBytes } from './filled-log.ts';

/** Does one thing to a log, and says when it begins and ends; killed in between by its parent. */
const [operation = '', folder = '', keysFolder = '', other = ''] = process.argv.slice(2);
const config = auditConfig({ folder, keysFolder, segmentBytes, retentionMinimumMs: dayMs });
const log = silentLog;
const progress = (): void => {};

const operations: Readonly<Record<string, () => Promise<unknown>>> = {
  prune: async () => {
    const closers = createClosers(log);
    const audit = await createAuditService(config, { log, metrics: new KeptMetrics() }, closers);
    process.stdout.write('begun\n');
    await audit.prune(Date.now() - 183 * dayMs, 'test');
    await closers.close();
  },
  rebuild: async () => await rebuildAudit({ config, log, progress }),
  backup: async () => await backUpAudit({ folder, target: other, softwareVersion: '1.2.3', progress }),
  restore: async () =>
    await restoreAudit({
      config,
      backUp: other,
      checkpoint: undefined,
      vkey: undefined,
      allowsLoss: false,
      log,
      progress,
      signal: new AbortController().signal,
    }),
};
if (operation !== 'prune') process.stdout.write('begun\n');
await operations[operation]?.();
process.stdout.write('ended\n');
